"""Whether every part that the settings ask for is ready for questions, and what isn't."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from knowledge.errors import SaseoError
from knowledge.messages import describe

_log = logging.getLogger(__name__)
PATIENCE_SECONDS = 4.0
"""How long a look may take: whoever asks over HTTP gives up after some seconds."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a part is; `why` says in English what is wrong, or worth knowing."""

    is_ready: bool
    why: str = ""


READY = Condition(is_ready=True)
Look = Callable[[], Awaitable[Condition]]


class Readiness:
    """Looks at the parts, all at once. A look that hangs is not begun a second time.

    Args:
        parts: by name; a look that raises is a part that isn't ready.
        seconds: how long a look is waited for.
    """

    def __init__(self, parts: Mapping[str, Look], seconds: float = PATIENCE_SECONDS) -> None:
        self._parts = dict(parts)
        self._seconds = seconds
        self._looking: dict[str, asyncio.Future[Condition]] = {}
        self._more: Callable[[], Awaitable[Mapping[str, Condition]]] | None = None
        self.is_stopping = False

    def add_all(self, more: Callable[[], Awaitable[Mapping[str, Condition]]]) -> None:
        """Ask from now on for more parts, whose conditions are known at any moment."""
        self._more = more

    async def look(self) -> dict[str, Condition]:
        """Every part's condition."""
        found = dict(zip(self._parts, await asyncio.gather(*map(self._condition, self._parts)), strict=True))
        if self._more is not None:
            found |= await self._more()
        if self.is_stopping:
            found["program"] = Condition(is_ready=False, why="Saseo is being stopped.")
        return found

    def close(self) -> None:
        """Give up looks that hang."""
        for task in self._looking.values():
            task.cancel()

    async def _condition(self, name: str) -> Condition:
        task = self._looking.get(name)
        if task is None or task.done():
            task = self._looking[name] = asyncio.ensure_future(self._looked(name))
        try:
            return await asyncio.wait_for(asyncio.shield(task), self._seconds)
        except TimeoutError:
            return Condition(is_ready=False, why=f"It didn't answer within {self._seconds:g} seconds.")

    async def _looked(self, name: str) -> Condition:
        try:
            return await self._parts[name]()
        except SaseoError as error:
            return Condition(is_ready=False, why=describe(error, "en"))
        except Exception:  # noqa: BLE001 - whoever asks must be told, and the other parts too
            _log.exception("the condition of %s can't be told", name)
            return Condition(is_ready=False, why="Something unexpected went wrong; see the log.")
