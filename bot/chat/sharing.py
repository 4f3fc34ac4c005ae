"""Private answers that are shared with a channel: once, and where everyone may read what they stand on."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from adapters.protocol import Directory, Sharing
from bot.chat.audience import channel_audience
from bot.chat.memory import Memory
from knowledge import messages
from knowledge.errors import SaseoError
from knowledge.threads import Lane

_CLOCKS_APART = timedelta(minutes=2)  # ours and a platform's, at most


class Shares:
    """What is shared now, and what was. See `adapters.protocol.Librarian` for the methods.

    Args:
        memory: of one platform.
        directory: of it.
        lane: for what blocks.
    """

    def __init__(self, memory: Memory, directory: Directory, lane: Lane) -> None:
        self._memory = memory
        self._directory = directory
        self._lane = lane
        self._running: set[tuple[int, str]] = set()  # claims, and the channels that their answers go to

    async def share(self, claim_id: int, channel: str, person: str) -> Sharing:
        """Whether a person may share their answer with a channel; say with `shared` what became of it."""
        found = await self._lane.run(self._memory.answer_of, claim_id)
        if found is None:
            return Sharing(messages.text("talk-share-gone", "en"))
        key, answered, asker = found
        language, uris = answered.answer.language, answered.uris
        if asker != f"{key.platform}:{key.team}/@{person}":
            return Sharing(messages.text("talk-share-not-allowed", language))
        audience = await channel_audience(self._directory, key.platform, key.team, channel)
        scopes = await self._lane.run(self._memory.scopes_of, uris)
        if not all(scopes.get(uri) in audience.scopes for uri in uris):
            return Sharing(messages.text("talk-share-not-allowed", language))
        if (claim_id, channel) in self._running:
            return Sharing(messages.text("talk-share-again", language))
        self._running.add((claim_id, channel))
        try:
            before = await self._lane.run(self._memory.share, key, claim_id, channel)
        except SaseoError:
            self._running.discard((claim_id, channel))
            raise
        if before.is_there:
            self._running.discard((claim_id, channel))
            return Sharing(messages.text("talk-share-again", language))
        return Sharing(
            question=answered.question,
            answer=answered.answer,
            key=_key(f"{key.platform}:{key.team}/{key.channel}/{key.message}"),
            since=before.since - _CLOCKS_APART if before.since else None,
        )

    async def shared(self, claim_id: int, channel: str, *, is_there: bool) -> None:
        """Note that an answer stands there, or that nobody knows."""
        try:
            if is_there:
                await self._lane.run(self._memory.shared, claim_id, channel)
        finally:
            self._running.discard((claim_id, channel))


def _key(question: str) -> str:
    """The same for the same question, and nothing of where it was asked: other apps read what bears it."""
    return sha256(question.encode()).hexdigest()[:32]
