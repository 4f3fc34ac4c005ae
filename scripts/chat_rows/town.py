"""What is measured the same way on every platform, and what a platform's town must do for it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

PEOPLE, CHANNELS = 50, 10
TITLE = "Handbook"
"""Of every document: where it stands in a message, sources are seen."""


def _by_thread() -> dict[str, list[float]]:
    return defaultdict(list)


@dataclass
class Timeline:
    """When people could see what of the answers in a thread, in seconds of the process's clock.

    `first` is the first sign of an answer, `found` its sources, `whole` the whole of it, with its message.
    """

    first: dict[str, list[float]] = field(default_factory=_by_thread)
    found: dict[str, list[float]] = field(default_factory=_by_thread)
    whole: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    _noted: set[tuple[str, str]] = field(default_factory=set)

    def note(self, thread: str, message: str, text: str, *, is_whole: bool) -> None:
        """A message of the bot is seen so."""
        now = time.perf_counter()
        if self._is_new("first", message):
            self.first[thread].append(now)
        if TITLE in text and self._is_new("found", message):
            self.found[thread].append(now)
        if is_whole and self._is_new("whole", message):
            self.whole[thread].append((now, message))

    @property
    def answered(self) -> int:
        """How many answers are whole."""
        return sum(map(len, self.whole.values()))

    def forget(self) -> None:
        """Begin anew."""
        for noted in (self.first, self.found, self.whole, self._noted):
            noted.clear()

    def _is_new(self, what: str, message: str) -> bool:
        if (what, message) in self._noted:
            return False
        self._noted.add((what, message))
        return True


class Town(Protocol):
    """A platform's local server with people, by numbers, and a connected bot."""

    @property
    def timeline(self) -> Timeline:
        """What was seen so far."""

    async def ask(self, person: int, text: str, thread: str = "") -> tuple[str, float]:
        """A person asks in their channel; gives the thread, and the seconds until the acknowledgement."""

    def posts(self) -> Counter[str]:
        """The bot's messages, by thread."""

    async def until(self, true: Callable[[], Any]) -> Any:
        """Wait until something holds."""

    async def connected(self) -> None:
        """Wait for the bot."""

    async def break_connection(self, times: int) -> None:
        """Break the connection as it breaks the first, second … time; it is there again when this returns."""

    def forget(self) -> None:
        """Forget what was said, so that only the bot's memory can grow."""
