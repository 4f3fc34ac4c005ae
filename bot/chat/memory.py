"""What the librarian keeps of the chats, in the catalog. Every method blocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from adapters.messages import Claim, Message
from bot.chat.audience import Audience
from knowledge.catalog import Catalog, Connection, chats, turns
from knowledge.catalog.chats import ClaimKey, ClaimRow
from knowledge.catalog.turns import Answered, Earlier
from knowledge.types import Answer, Turn

HISTORY_TURNS = 6
EARLIER = 5
"""Earlier answers to the same question that are looked at, until one may be shown."""
EDIT_WINDOW = timedelta(minutes=2)
"""A question that is edited later than this after it was asked is left as it was answered."""


class Memory:
    """Claims, turns and feedback of one platform.

    Args:
        catalog: prepared.
        platform: whose claims these are.
        identity: the same for the same question; empty for one that stands on another.
    """

    def __init__(self, catalog: Catalog, platform: str, identity: Callable[[str], str]) -> None:
        self._catalog = catalog
        self._identity = identity
        self.platform = platform

    def claim(self, message: Message) -> int | None:
        """Claim a question; gives the claim, or None when it is claimed already."""
        with self._catalog.write() as connection:
            return chats.claim(
                connection,
                _key(message),
                conversation=message.conversation,
                asker=message.asker,
                revision=message.revision,
                payload=message.as_dict(),
            )

    def last_claimed(self) -> datetime | None:
        """When a question was claimed last."""
        with self._catalog.read() as connection:
            return chats.last_claimed(connection, self.platform)

    def unfinished(self) -> list[ClaimRow]:
        """Take what an earlier process left, after forgetting what is old."""
        with self._catalog.write() as connection:
            turns.drop_old(connection)
            chats.drop_old(connection)
            turns.forget_gone(connection)
            return chats.take_unfinished(connection, self.platform)

    def revise(self, message: Message) -> ClaimRow | None:
        """Take an edited question up; None when there is nothing new, or it is too late."""
        key = _key(message)
        with self._catalog.write() as connection:
            before = chats.find(connection, key)
            if before is None or _same_text(connection, before, message):
                return None
            since = datetime.now(UTC) - EDIT_WINDOW
            if not chats.revise(connection, key, message.revision, message.as_dict(), since):
                return None
            return chats.find(connection, key)

    def retract(self, key: ClaimKey) -> ClaimRow | None:
        """Note that a question was deleted; gives its claim if it was not answered yet.

        An answer that was given to it is history and reference no more.
        """
        with self._catalog.write() as connection:
            before = chats.find(connection, key)
            return before if before and chats.retract(connection, key) else None

    def place(self, claim: Claim) -> None:
        """Note which message holds the answer."""
        with self._catalog.write() as connection:
            chats.place(connection, claim.id, claim.reply)

    def finish(self, claim: Claim, state: str) -> None:
        """Note that the answer was shown."""
        with self._catalog.write() as connection:
            chats.finish(connection, claim.id, claim.message.revision, state)

    def get(self, number: int) -> tuple[ClaimKey, ClaimRow] | None:
        """A claim with its message."""
        with self._catalog.read() as connection:
            return chats.get(connection, number)

    def follows(self, team: str, channel: str, thread: str) -> bool:
        """Whether a thread has an answer, and its channel wants follow-ups without a mention."""
        with self._catalog.read() as connection:
            place = (self.platform, team, channel)
            return chats.is_in_conversation(connection, *place, thread) and chats.has_follow_ups(
                connection, *place
            )

    def history(self, claim: Claim, audience: Audience) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
        """What was said before in this conversation, as far as this audience may read it.

        And the documents behind it: an answer that is made with it stands on them too.
        """
        message = claim.message
        with self._catalog.read() as connection:
            return turns.history(
                connection,
                message.platform,
                message.team,
                message.channel,
                message.conversation,
                audience=audience.scopes,
                before=claim.id,
                limit=HISTORY_TURNS,
            )

    def earlier(self, claim: Claim, audience: Audience) -> list[Earlier]:
        """Where the same question was answered before, the newest first; not yet who reads it there."""
        identity = self._identity(claim.message.text)
        if not identity:
            return []
        with self._catalog.read() as connection:
            return turns.earlier(
                connection,
                self.platform,
                claim.message.team,
                identity,
                audience=audience.scopes,
                before=claim.id,
                limit=EARLIER,
            )

    def record(self, claim: Claim, answer: Answer, uris: tuple[str, ...], *, stands_alone: bool) -> None:
        """Keep a question with its answer. `stands_alone`: nothing said before, or attached, is in it."""
        message = claim.message
        identity = self._identity(message.text) if stands_alone else ""
        with self._catalog.write() as connection:
            turns.record(connection, claim.id, message.revision, message.text, answer, uris, identity)

    def answer_of(self, number: int) -> tuple[ClaimKey, Answered, str] | None:
        """A claim's message, its answer, and who asked."""
        with self._catalog.read() as connection:
            found, answer = chats.get(connection, number), turns.answer_of(connection, number)
            return (found[0], answer, found[1].asker) if found and answer else None

    def share(self, key: ClaimKey, number: int, channel: str) -> Shared:
        """Note that an answer is about to be shared to a channel; gives what became of it before."""
        with self._catalog.write() as connection:
            asked = _shared(key, number, channel)
            if chats.note(connection, asked, "sharing"):
                return Shared(is_there=False, since=None)
            before = chats.find(connection, asked)
            return Shared(
                is_there=before is None or before.state == "finished",
                since=before.claimed_at if before else None,
            )

    def shared(self, number: int, channel: str) -> None:
        """Note that a shared answer stands in a channel."""
        with self._catalog.write() as connection:
            found = chats.get(connection, number)
            note = chats.find(connection, _shared(found[0], number, channel)) if found else None
            if note:
                chats.finish(connection, note.id, note.revision, "finished")

    def is_first_time(self, team: str, channel: str, what: str) -> bool:
        """Whether a channel was never told something; notes that it is now."""
        key = self._told(team, channel, what)
        with self._catalog.read() as connection:
            if chats.find(connection, key):
                return False
        with self._catalog.write() as connection:
            return chats.note(connection, key, chats.TOLD)

    def was_not_told(self, team: str, channel: str, what: str) -> None:
        """Take it back."""
        with self._catalog.write() as connection:
            chats.forget(connection, self._told(team, channel, what))

    def _told(self, team: str, channel: str, what: str) -> ClaimKey:
        """What stands for a notice among the claims: a message that no platform has."""
        return ClaimKey(self.platform, team, channel, f"@told {what}")

    def scopes_of(self, uris: frozenset[str]) -> dict[str, str]:
        """Who may read these documents now."""
        with self._catalog.read() as connection:
            return dict(turns.scopes_of(connection, uris))

    def feedback(self, number: int, person: str, verdict: str, reason: str, comment: str) -> bool:
        """Keep an opinion; False when the answer is not kept any more."""
        with self._catalog.write() as connection:
            found, turn = chats.get(connection, number), turns.latest(connection, number)
            if found is None or turn is None:
                return False
            key, _ = found
            who = f"{key.platform}:{key.team}/@{person}"
            turns.give_feedback(connection, turn, who, verdict, reason, comment)
            return True


class Shared(NamedTuple):
    """What became of sharing an answer: whether it stands there, and since when it was tried, if it was."""

    is_there: bool
    since: datetime | None


def _key(message: Message) -> ClaimKey:
    return ClaimKey(message.platform, message.team, message.channel, message.message)


def _shared(key: ClaimKey, number: int, channel: str) -> ClaimKey:
    """What stands for a shared answer among the claims: a message that no platform has."""
    return ClaimKey(key.platform, key.team, channel, f"@share {number}")


def _same_text(connection: Connection, before: ClaimRow, message: Message) -> bool:
    """Whether an edit left the question as it was: a link's preview arrives as one."""
    if before.payload is not None:
        return bool(before.payload["text"] == message.text)
    answered = turns.answer_of(connection, before.id)
    return answered is not None and answered.question == message.text
