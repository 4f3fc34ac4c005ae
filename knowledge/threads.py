"""The one bridge from async code to the plain functions that do the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def run_blocking(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run a blocking function in a worker thread, so that the event loop goes on."""
    return await asyncio.to_thread(function, *args, **kwargs)


class Lane:
    """Threads of its own for what must be quick: it doesn't wait behind searches, which may take seconds.

    Args:
        threads: at most so many.
        name: of the threads, for a debugger.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """As `run_blocking`, in one of these threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Let the threads end once they have done what they began."""
        self._threads.shutdown(wait=False)
