"""A budget of edits that running answers share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

_PLACES = 1000
_MOST_OWED = 60.0  # seconds: platforms count by the minute, and what was shown then is forgotten


class Pace:
    """Hands out turns at least `seconds` apart. For one event loop.

    Args:
        seconds: between two turns.
        apart: every place has turns of its own.
        clock: seconds.
    """

    def __init__(
        self, seconds: float, clock: Callable[[], float] = monotonic, *, apart: bool = False
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._apart = apart
        self._lines: dict[str, _Line] = {}

    async def turn(self, over: asyncio.Event, place: str = "") -> bool:
        """Wait for a turn, or until `over` is set; whether the turn came. First come, first served."""
        line = self._line(place if self._apart else "")
        holding = asyncio.ensure_future(line.lock.acquire())
        ended = asyncio.ensure_future(over.wait())
        try:
            await asyncio.wait({holding, ended}, return_when=asyncio.FIRST_COMPLETED)
            if over.is_set():
                return False
            while (delay := line.next - self._clock()) > 0:  # longer when something was spent meanwhile
                await asyncio.wait({ended}, timeout=delay)
                if over.is_set():
                    return False
            line.next = self._clock() + self._seconds
            return True
        finally:
            ended.cancel()
            holding.cancel()
            if holding.done() and not holding.cancelled():
                line.lock.release()

    def spend(self, place: str = "") -> None:
        """Count an edit that can't wait: the turns of the others come later by one."""
        line = self._line(place if self._apart else "")
        now = self._clock()
        line.next = min(max(line.next, now) + self._seconds, now + max(self._seconds, _MOST_OWED))

    def _line(self, place: str) -> _Line:
        if place not in self._lines and len(self._lines) >= _PLACES:
            now = self._clock()
            self._lines = {
                name: line for name, line in self._lines.items() if line.lock.locked() or line.next > now
            }
        return self._lines.setdefault(place, _Line())


class _Line:
    """Those who wait at one place."""

    def __init__(self) -> None:
        self.next = 0.0
        self.lock = asyncio.Lock()
