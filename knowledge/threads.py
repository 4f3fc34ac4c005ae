"""The one bridge between async code and the plain functions that do the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing, suppress
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from typing import ParamSpec, TypeVar, cast

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


def stepwise(stream: AsyncGenerator[_T]) -> Generator[_T]:
    """The items of an async generator as they come, for code that waits for them, also inside an event loop.

    The generator runs in a thread and an event loop of its own. What it raises is raised here; closing this
    one cancels it, wherever it waits.
    """
    items: SimpleQueue[_T | _End] = SimpleQueue()
    running: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = Future()

    async def run() -> None:
        running.set_result((asyncio.get_running_loop(), cast("asyncio.Task[None]", asyncio.current_task())))
        try:
            async with aclosing(stream):
                async for item in stream:
                    items.put(item)
        finally:
            items.put(_End())

    with ThreadPoolExecutor(1, thread_name_prefix="stepwise") as thread:
        whole = thread.submit(copy_context().run, asyncio.run, run())
        try:
            while not isinstance(item := items.get(), _End):
                yield item
            whole.result()
        finally:
            loop, task = running.result()
            with suppress(RuntimeError):  # its loop has just closed
                loop.call_soon_threadsafe(task.cancel)


class _End:
    """After the last item."""
