"""What crosses the door between a chat platform's adapter and the librarian in `bot/`.

An adapter turns what happens on its platform into a `Message` or a `CommandCall`, hands it to the
`Librarian`, and shows what comes back. It decides nothing: who may read what, what counts as asked before and
who may give which command is the librarian's affair, which asks the adapter's `Directory` who people are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from adapters.messages import Attachment, Claim, LibrarianEvent, Message, Reason, Verdict
from adapters.overview import Overview
from knowledge.errors import ChatUnavailable
from knowledge.sources.talks import Talk
from knowledge.types import Answer


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform.

    `is_member` is False for guests and for people of another company. `is_admin` is the platform's own role.
    """

    id: str
    name: str
    locale: str = ""
    is_member: bool = True
    is_admin: bool = False
    is_bot: bool = False


class Directory(Protocol):
    """Who people are and what they see. Every method raises ChatUnavailable when it can't be looked up."""

    async def person(self, team: str, person: str) -> Person:
        """A person."""

    async def has_outsiders(self, team: str, channel: str) -> bool:
        """Whether guests or people of another company read this channel."""

    async def channels_of(self, team: str, person: str) -> frozenset[str]:
        """The channels that a person reads."""

    async def is_public(self, team: str, channel: str) -> bool:
        """Whether every member of the team may read this channel."""


class Archive(Protocol):
    """What lies on a platform. Every method raises ChatUnavailable when it can't be had."""

    async def file(self, attachment: Attachment, most: int) -> bytes:
        """A file that came with a message, from the platform's own hosts.

        Raises:
            Unreadable: it has more than `most` bytes.
        """

    async def link(self, team: str, channel: str, conversation: str, reply: str) -> str:
        """What opens an answer: the message `reply` of a conversation, which is there and not private."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; the scenario suite runs what is declared.

    `message_limit` is in characters, 0 where there is none; `edit_seconds` the least time between two edits
    of all running answers. `channels`: several people read and ask there. `is_durable`: a question that was
    heard is answered though the process ends. `is_remote`: answers go over a network, which may fail.
    """

    platform: str
    message_limit: int
    edit_seconds: float
    channels: bool = False
    is_durable: bool = False
    is_remote: bool = False
    threads: bool = False
    follow_ups: bool = False
    direct: bool = False
    private_replies: bool = False
    edits: bool = False
    deletions: bool = False
    redelivers: bool = False
    stops: bool = False
    feedback: bool = False
    attachments: bool = False
    commands: frozenset[str] = frozenset()


CommandName = Literal[
    "help", "list", "show", "add", "save", "approve", "remove", "status", "reindex", "forget", "followups"
]
COMMANDS: tuple[CommandName, ...] = (
    "help",
    "list",
    "show",
    "add",
    "approve",
    "remove",
    "status",
    "reindex",
    "forget",
    "followups",
)


Readers = Literal["place", "person", "team"]
"""For whom a document is added: those who read where the command is given, the caller alone, or the team."""


@dataclass(frozen=True, slots=True)
class CommandCall:
    """A `/docs` command. The result is for the caller's eyes only.

    `name` is what was typed, known or not; `argument` the rest. `files` are those to add, with their bytes.
    `is_direct`: it was given in a direct message with the bot. `readers`: for whom something is added.
    `save`, which is given from a message's menu, saves `talk`, that message or its thread: of the channel of
    the call, and no other.
    """

    platform: str
    team: str
    channel: str
    author: str
    name: str
    argument: str = ""
    locale: str = ""
    is_direct: bool = False
    readers: Readers = "place"
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    talk: Talk | None = field(default=None, repr=False)

    @property
    def asker(self) -> str:
        """The author, as scopes and BOT_ADMINS name them."""
        return f"{self.platform}:{self.team}/@{self.author}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a command says, in Markdown: `**bold**`, `- item`, `` `code` `` and plain lines.

    Progress comes first (`is_last` False), each instead of the one before.
    """

    text: str
    is_last: bool = True
    is_refusal: bool = False


class Librarian(Protocol):
    """What an adapter asks for. One for each adapter."""

    @property
    def platform(self) -> str:
        """Of the adapter."""

    @property
    def closing_seconds(self) -> float:
        """How long an adapter that stops may go on to finish answers that are being made."""

    def note(self, error: ChatUnavailable) -> None:
        """Hear of something that the platform could not be made to do, whatever becomes of the answer."""

    async def claim(self, message: Message) -> Claim | None:
        """Claim a question, durably; None when it is claimed already. Call it before acknowledging."""

    async def take_unfinished(self) -> list[Claim]:
        """What an earlier process had claimed and not finished. Call it once, at the start."""

    async def revise(self, message: Message) -> Claim | None:
        """Take an edited question up again; None when it's too late, nothing new, or was never asked."""

    async def retract(self, team: str, channel: str, message: str) -> Claim | None:
        """Note that a message was deleted; gives its claim if it wasn't answered yet."""

    async def placed(self, claim: Claim) -> None:
        """Note which message holds the answer."""

    def ask(self, claim: Claim) -> AsyncIterator[LibrarianEvent]:
        """The answer's events, the last of them terminal."""

    async def finish(self, claim: Claim, state: Literal["finished", "failed", "refused", "left"]) -> None:
        """Note that the answer was shown, or with `left` that the next process is to answer."""

    async def stop(self, claim_id: int, person: str) -> str:
        """Stop an answer; gives a sentence when this person may not or it is over, else nothing."""

    async def follows(self, team: str, channel: str, thread: str) -> bool:
        """Whether a message of this thread needs no mention to be a question."""

    async def share(self, claim_id: int, channel: str, person: str) -> Sharing:
        """Whether a private answer may be shown to a channel, once, and what would be shown.

        Say with `shared` what became of it.
        """

    async def shared(self, claim_id: int, channel: str, *, is_there: bool) -> None:
        """Note that what `share` gave was posted, or that nobody knows: then it may be shared again."""

    async def is_first_time(self, team: str, channel: str, what: str) -> bool:
        """Whether a channel was never told something; from now on it was, also after a restart."""

    async def was_not_told(self, team: str, channel: str, what: str) -> None:
        """Take back what `is_first_time` noted: it could not be said."""

    async def feedback(
        self, claim_id: int, person: str, verdict: Verdict, reason: Reason | None = None, comment: str = ""
    ) -> bool:
        """Keep an opinion; False when the answer isn't known any more."""

    def command(self, call: CommandCall) -> AsyncIterator[Told]:
        """Do a command; what it says, progress first."""

    async def suggest(self, call: CommandCall) -> list[tuple[int, str]]:
        """The documents that the caller may name, by a part of their names: numbers and titles."""

    async def overview(self, team: str, person: str) -> Overview:
        """What a person may ask about."""

    async def last_claimed(self) -> datetime | None:
        """When the newest question was claimed; None when there never was one."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """`question` and `answer` may be shown, or `answer` is None and `refusal` says why not.

    `key` is the same whenever this answer is shared. `since`: an attempt that began then may have posted it,
    so it is looked for first; None for the first attempt.
    """

    refusal: str = ""
    question: str = ""
    answer: Answer | None = None
    key: str = ""
    since: datetime | None = None


class Platform(Protocol):
    """What the librarian asks of a platform."""

    @property
    def directory(self) -> Directory:
        """Who the people are."""

    @property
    def archive(self) -> Archive:
        """What lies there."""


class Adapter(Platform, Protocol):
    """A way to people."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    async def is_connected(self) -> bool:
        """Whether the platform can reach it now, as far as it knows. False while it connects anew."""

    async def run(self, librarian: Librarian) -> None:
        """Connect, and serve until cancelled. Raises ChatUnavailable when it can't connect at all."""
