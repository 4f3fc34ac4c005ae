"""How much one person, and one channel, may ask: enough for people, too little for a loop."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

WINDOW_SECONDS = 60.0
_REMEMBERED = 10_000  # askers and channels; who was quiet longest is forgotten


@dataclass(frozen=True, slots=True)
class Limits:
    """Questions in a minute, and questions of one person that are being answered at once."""

    per_person: int = 12
    per_channel: int = 60
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class Over:
    """A limit that was reached. `seconds` until there is room again; 0: when an answer is finished."""

    seconds: int


class Gate:
    """Counts questions. For one thread."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._running: Counter[str] = Counter()

    def admit(self, person: str, channel: str) -> Over | None:
        """Count a question, unless a limit is reached. Call `leave` when an admitted one is answered."""
        if self._running[person] >= self._limits.at_once:
            return Over(0)
        now = self._clock()
        counted = (
            (f"person {person}", self._limits.per_person),
            (f"channel {channel}", self._limits.per_channel),
        )
        waits = [self._wait(name, most, now) for name, most in counted]
        if any(waits):
            return Over(math.ceil(max(waits)))
        for name, _ in counted:
            self._asked.setdefault(name, deque()).append(now)
            self._asked.move_to_end(name)
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        self._running[person] += 1
        return None

    def leave(self, person: str) -> None:
        """Note that one of a person's questions is done with."""
        self._running[person] -= 1
        if self._running[person] <= 0:
            del self._running[person]

    def _wait(self, name: str, most: int, now: float) -> float:
        times = self._asked.get(name)
        if times is None:
            return 0.0
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        return times[0] + WINDOW_SECONDS - now if len(times) >= most else 0.0
