"""The values that cross the rooms' doors: frozen, typed, without behaviour beyond their own checks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from knowledge.errors import InvalidScope

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")

Scope = NewType("Scope", str)
"""Who may read something: `everyone`, `slack:T1`, `slack:T1/C2`, `discord:G1/C2`, `slack:T1/@U3`."""

EVERYONE = Scope("everyone")
_SCOPE = re.compile(r"everyone|(?:slack|discord):[A-Za-z0-9_-]+(?:/@?[A-Za-z0-9_-]+)?")


def parse_scope(text: str) -> Scope:
    """Check a scope that a person wrote.

    Raises:
        InvalidScope: the text is no scope.
    """
    if not _SCOPE.fullmatch(text.strip()):
        raise InvalidScope(scope=text)
    return Scope(text.strip())


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its file something stands, as a person looks for it, beside its page.

    `slide` is 1-based. `rows` are a sheet's, 1-based and inclusive, as it numbers them. `part` is
    the file inside of an archive or a message. `last_page` is where something ends, if on another page.
    """

    slide: int | None = None
    sheet: str = ""
    rows: tuple[int, int] | None = None
    part: str = ""
    last_page: int | None = None


BlockKind = Literal["heading", "paragraph", "list", "table", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document's structure.

    `start` and `end` are character offsets into `ParsedDocument.text` (end exclusive); blocks stand in
    reading order and don't overlap. `level` is 1 to 6 for a heading, else 0. `page` is 1-based, for formats
    that have pages. For a table, `header` is the text that gives its columns' names (repeated with every part
    of a table that is split), and each line of the block is one row. A list's items and a code block's
    top-level parts begin at the offsets in `parts`. `place` says more than the page where a format has more;
    its `rows` are those of a table's lines.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    page: int | None = None
    header: str = ""
    parts: tuple[int, ...] = ()
    place: Place | None = None


OmissionReason = Literal[
    "needs_ocr",
    "damaged_pages",
    "damaged_sections",
    "inside",
    "too_deep",
    "hidden_sheets",
    "wide_sheets",
    "formatted",
]


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that was left out of a document of which the rest was read.

    `reason`: `needs_ocr` (pages that are pictures), `damaged_pages`, `damaged_sections`, `inside` (files in
    it), `too_deep` (archives in too many others), `hidden_sheets`, `wide_sheets` (too large to lay out, by a
    stray cell), `formatted` (a message's text that exists in Outlook's own form only). `detail` says which:
    pages as `3-5, 9`, sections as a count, all others by name.
    """

    reason: OmissionReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document's text and structure.

    `text` is NFC with newlines as line feeds. `first_line` is the 1-based line (or row) of the file at which
    `text` begins when each line of `text` is one line of the file, else None. `omissions` are what isn't in
    `text` though it should be.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    first_line: int | None = 1
    omissions: tuple[Omission, ...] = ()


ATTACHED = "attached:"
"""How the uri of a file begins that came with a question: it is no document, and only its asker's."""


def is_attached(uri: str) -> bool:
    """Whether this is a file that came with a question."""
    return uri.startswith(ATTACHED)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a question, read. `size` is in bytes, `content_hash` of them."""

    name: str
    size: int
    content_hash: str
    document: ParsedDocument


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is found, shown and cited as one.

    `id` depends on the document's uri and the passage's text and place in it alone, so that the same text has
    the same id. `text` is what is quoted: `document.text[start:end]`. `header` is a split table's header
    rows. `heading_path` leads from the document's title to the passage. `lines` are 1-based and inclusive.
    """

    id: str
    text: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    page: int | None = None
    lines: tuple[int, int] | None = None
    header: str = ""
    language: Language = "en"
    place: Place | None = None

    @property
    def full_text(self) -> str:
        """What is embedded and analysed: where the passage stands, its table's header, its text."""
        where = " > ".join(self.heading_path)
        return "\n".join(part for part in (where, self.header, self.text) if part)


@dataclass(frozen=True, slots=True)
class Document:
    """A live document of the catalog. `content_hash` is of the file's bytes; `modified_at` is aware (UTC).

    `link` opens its original in a chat or on the web, where it came from there.
    """

    id: int
    uri: str
    title: str
    scope: Scope
    content_hash: str
    modified_at: datetime
    size: int
    passages: int
    language: Language
    link: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What a citation shows. `number` is its [n]; a file's `uri` is its path, NFC, not percent-encoded.

    `link` opens the original of what came from a chat or the web. `is_stale`: it is older than its folder's
    documents should be.
    """

    number: int
    title: str
    uri: str
    section: str
    page: int | None
    lines: tuple[int, int] | None
    excerpt: str
    score: float
    modified_at: datetime
    place: Place | None = None
    link: str = ""
    is_stale: bool = False

    @property
    def address(self) -> str:
        """What a person is shown of where it is: its link, else its uri."""
        return self.link or self.uri


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that the answer will use."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What the question waits for.

    `position` is the place in the queue, 0 when it is being worked on; `seconds` is about how long that lasts
    (None: unknown). `restarting`: the next process goes on with it.
    """

    stage: Literal["queued", "warming", "searching", "reading", "writing", "restarting"]
    position: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """Text to append to what is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was shown so far is withdrawn, and `text` stands instead."""

    text: str
    reason: Literal["regenerated", "fallback", "claim_removed"]


Mode = Literal["model", "extractive", "cached", "not_found", "stopped"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer. `sources` are those that the text cites (for `not_found`: the nearest documents).

    `unsupported` are the text's numbers, dates, names and quotations that stand in no cited source. `why_not`
    is why the model didn't write an extractive answer: a reason of `GenerationFailed`; empty where none was
    asked.
    """

    text: str
    language: Language
    mode: Mode
    sources: tuple[Source, ...]
    unsupported: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is whole. One of the two terminal events."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer: `message` is for the person, in their language; the log has the same `incident` id."""

    message: str
    incident: str


AnswerEvent = Status | Found | Token | Replaced | Finished | Failed


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of the same conversation. `is_from_attached`: of a file that came with it."""

    question: str
    answer: str
    is_from_attached: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and by whom it will be read.

    `audience` is the set of scopes that everyone who will see the answer may read; an empty set finds
    nothing. `language` forces the answer's language; None takes the question's. `key` is the same for a
    redelivered question. `attachments` count for this question alone.
    """

    text: str
    audience: frozenset[Scope]
    asker: str = "console"
    language: Language | None = None
    history: tuple[Turn, ...] = ()
    key: str = field(default="")
    attachments: tuple[Attached, ...] = ()


Handler = Callable[[Question], AsyncIterator[AnswerEvent]]
