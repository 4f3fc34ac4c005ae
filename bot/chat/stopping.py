"""An answer that a person may stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar, cast

_T = TypeVar("_T")


async def until_stopped(events: AsyncIterator[_T], stop: asyncio.Event) -> AsyncGenerator[_T]:
    """The events, until there are no more or `stop` is set: what is under way then is cancelled."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        async with aclosing(cast("AsyncGenerator[_T]", events)) as stream:
            while not stop.is_set():
                coming = asyncio.ensure_future(anext(stream))
                try:
                    await asyncio.wait({coming, stopped}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    if not coming.done():
                        coming.cancel()
                        await asyncio.wait({coming})
                if coming.cancelled():
                    return
                try:
                    yield coming.result()
                except StopAsyncIteration:
                    return
    finally:
        stopped.cancel()
