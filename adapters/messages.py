"""What a chat platform's adapter and the librarian tell each other of a question."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from knowledge.types import AnswerEvent, Language

Kind = Literal["mention", "direct", "follow_up", "command", "about"]
"""How a question was asked: by naming the bot, in a direct message, by going on in a thread where it
answered, by a slash command, or about another message."""

Verdict = Literal["up", "down"]
Reason = Literal["wrong", "outdated", "missing", "not_allowed", "other"]
REASONS: tuple[Reason, ...] = ("wrong", "outdated", "missing", "not_allowed", "other")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `reference` is what fetches it; `size` is in bytes."""

    name: str
    size: int
    reference: str


@dataclass(frozen=True, slots=True)
class Message:
    """A question as it was asked.

    `message` is the platform's id of the asking message, or whatever else is the same when the same question
    is delivered again; `revision` is empty, and after each edit greater (as text) than before. `thread` is
    where the answer goes, empty for the channel itself. `is_private`: nobody but the author sees the answer.
    `text` is what was asked, without the mention. `reference` is what the adapter needs to answer, beside the
    place (a slash command's response URL, an interaction's token).
    """

    platform: str
    team: str
    channel: str
    message: str
    author: str
    text: str
    kind: Kind
    revision: str = ""
    thread: str = ""
    is_private: bool = False
    locale: str = ""
    reference: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def key(self) -> str:
        """The same for a redelivered question, another one for an edited one."""
        edit = f"#{self.revision}" if self.revision else ""
        return f"{self.platform}:{self.team}/{self.channel}/{self.message}{edit}"

    @property
    def asker(self) -> str:
        """The author, as scopes and BOT_ADMINS name them."""
        return f"{self.platform}:{self.team}/@{self.author}"

    @property
    def conversation(self) -> str:
        """What belongs together as one talk within the channel: nothing said in private joins another's."""
        return f"@{self.author}" if self.is_private and self.kind != "direct" else self.thread

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for keeping."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The message of `as_dict`."""
        attachments = tuple(Attachment(**each) for each in values["attachments"])
        return cls(**{**values, "attachments": attachments})


@dataclass(frozen=True, slots=True)
class Claim:
    """A question that is this process's to answer.

    `reply` is the message that holds its answer, empty before there is one. `may_be_posted`: an earlier
    attempt may have posted one all the same, so the adapter looks for it first. `refusal`: say this to the
    author alone, instead of an answer.
    """

    id: int
    message: Message
    language: Language
    reply: str = ""
    may_be_posted: bool = False
    refusal: str = ""

    def placed(self, reply: str) -> Claim:
        """The claim, answered in this message."""
        return replace(self, reply=reply)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to show with the answer: what was left out, and why."""

    text: str


@dataclass(frozen=True, slots=True)
class Before:
    """The same question was answered before, where everyone who sees this answer may read it.

    `link` opens that answer on the platform.
    """

    link: str
    at: datetime


LibrarianEvent = AnswerEvent | Notice | Before
