"""Remembers for a short while what took a call to find out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cachetools import TTLCache

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Remembered(Generic[_K, _V]):
    """Values by key for `seconds`, at most `most` of them. Who asks while one is looked up waits for it.

    What fails isn't remembered. For one event loop.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._known: TTLCache[_K, asyncio.Future[_V]] = TTLCache(maxsize=most, ttl=seconds)

    async def get(self, key: _K, look_up: Callable[[], Awaitable[_V]]) -> _V:
        """The value of a key, looked up if it isn't known; what `look_up` raises is raised."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = asyncio.ensure_future(look_up())
            known.add_done_callback(lambda done: self._drop_failed(key, done))
        return await asyncio.shield(known)

    def knows(self, key: _K) -> bool:
        """Whether a value is remembered, or being looked up."""
        return key in self._known

    def put(self, key: _K, value: _V) -> None:
        """Remember a value that came by itself."""
        future: asyncio.Future[_V] = asyncio.get_running_loop().create_future()
        future.set_result(value)
        self._known[key] = future

    def forget(self, key: _K) -> None:
        """Look this key up anew the next time."""
        self._known.pop(key, None)

    def _drop_failed(self, key: _K, done: asyncio.Future[_V]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._known.get(key) is done:
            del self._known[key]
