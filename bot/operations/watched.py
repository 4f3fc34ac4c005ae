"""Wraps a platform's librarian: how long people wait for a sign of life, and what the platform refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from adapters.messages import Claim, Message
from adapters.protocol import Librarian
from knowledge.errors import ChatUnavailable

if TYPE_CHECKING:
    from bot.operations.metrics import Metrics


class Watched:
    """A `Librarian` of adapters.protocol; what isn't measured is the wrapped one's own."""

    def __init__(self, librarian: Librarian, metrics: Metrics) -> None:
        self._librarian = librarian
        self._metrics = metrics
        self._claimed: dict[int, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._librarian, name)

    async def claim(self, message: Message) -> Claim | None:
        """See Librarian."""
        began = time.monotonic()
        claim = await self._librarian.claim(message)
        if claim is not None and claim.refusal:
            self._metrics.refused(message.platform)
        elif claim is not None:
            self._claimed[claim.id] = began
        return claim

    async def placed(self, claim: Claim) -> None:
        """See Librarian."""
        if (began := self._claimed.pop(claim.id, None)) is not None:
            self._metrics.acknowledged(claim.message.platform, time.monotonic() - began)
        await self._librarian.placed(claim)

    async def finish(self, claim: Claim, state: Literal["finished", "failed", "refused", "left"]) -> None:
        """See Librarian."""
        self._claimed.pop(claim.id, None)
        await self._librarian.finish(claim, state)

    def note(self, error: ChatUnavailable) -> None:
        """See Librarian."""
        self._metrics.platform_failed(self._librarian.platform, str(error.parameters.get("reason", "")))
        self._librarian.note(error)
