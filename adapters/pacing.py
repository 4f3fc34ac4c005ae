"""A budget of edits that all running answers share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic


class Pace:
    """Hands out turns at least `seconds` apart. For one event loop."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = 0.0
        self._waiting = asyncio.Lock()

    async def turn(self, over: asyncio.Event) -> bool:
        """Wait for a turn, or until `over` is set; whether the turn came. First come, first served."""
        holding = asyncio.ensure_future(self._waiting.acquire())
        ended = asyncio.ensure_future(over.wait())
        try:
            await asyncio.wait({holding, ended}, return_when=asyncio.FIRST_COMPLETED)
            if over.is_set():
                return False
            delay = self._next - self._clock()
            if delay > 0:
                await asyncio.wait({ended}, timeout=delay)
                if over.is_set():
                    return False
            self._next = self._clock() + self._seconds
            return True
        finally:
            ended.cancel()
            holding.cancel()
            if holding.done() and not holding.cancelled():
                self._waiting.release()
