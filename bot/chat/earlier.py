"""Where a question was answered before, for those who may read it there."""

from __future__ import annotations

import asyncio
import logging

from adapters.messages import Before, Claim
from adapters.protocol import Archive, Directory
from bot.chat.audience import Audience, channel_scope, team_scope
from bot.chat.memory import Memory
from knowledge.catalog.turns import Earlier
from knowledge.errors import ChatUnavailable
from knowledge.threads import Lane
from knowledge.types import Answer

_log = logging.getLogger(__name__)

_SECONDS = 3.0  # that a finished answer waits for it


class EarlierAnswers:
    """Looks for the last answer to the same question that everyone who sees the new one may read.

    Args:
        memory: of one platform.
        directory: of it.
        archive: of it.
        lane: for what blocks.
    """

    def __init__(self, memory: Memory, directory: Directory, archive: Archive, lane: Lane) -> None:
        self._memory = memory
        self._directory = directory
        self._archive = archive
        self._lane = lane

    async def find(self, claim: Claim, answer: Answer, audience: Audience) -> Before | None:
        """The newest one that is still there; None where there is none, or nobody can say in time."""
        if answer.mode not in ("model", "cached", "extractive"):
            return None
        try:
            return await asyncio.wait_for(self._find(claim, audience), _SECONDS)
        except (ChatUnavailable, TimeoutError) as error:
            _log.warning("an earlier answer could not be looked up: %r", error)
        return None

    async def _find(self, claim: Claim, audience: Audience) -> Before | None:
        for found in await self._lane.run(self._memory.earlier, claim, audience):
            if await self._may_read(claim, audience, found.channel):
                link = await self._link(claim, found)
                if link:
                    return Before(link, found.answered_at)
        return None

    async def _may_read(self, claim: Claim, audience: Audience, channel: str) -> bool:
        """Whether everyone who sees the answer reads this channel."""
        message = claim.message
        if channel == message.channel and (message.kind == "direct" or not message.is_private):
            return True
        if channel_scope(message.platform, message.team, channel) in audience.scopes:
            return True
        is_team = team_scope(message.platform, message.team) in audience.scopes
        return is_team and await self._directory.is_public(message.team, channel)

    async def _link(self, claim: Claim, found: Earlier) -> str:
        """What opens it; nothing when it is gone."""
        try:
            return await self._archive.link(
                claim.message.team, found.channel, found.conversation, found.reply
            )
        except ChatUnavailable as error:
            if error.parameters["reason"] != "gone":
                raise
            return ""
