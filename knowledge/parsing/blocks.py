"""A document that is put together from pieces: its text, and the blocks that know where each piece stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from knowledge.errors import Unreadable
from knowledge.parsing.encoding import normalize
from knowledge.types import Block, BlockKind, Omission, OmissionReason, ParsedDocument, Place

_LONGEST_HEADING = 200
_DEEPEST_LEVEL = 6
_LONGEST_NAME, _MOST_NAMES = 80, 10  # of what was left out
_most_characters = 200_000_000


def limit_characters(most: int) -> None:
    """Give up every document of this process as soon as it has more text: the sandbox's child asks for it."""
    global _most_characters  # noqa: PLW0603 - one process, one limit, set once
    _most_characters = most


@dataclass(frozen=True, slots=True)
class Piece:
    """A block and its own text; `parts` are offsets into `text`, `rows` those of a sheet's table."""

    kind: BlockKind
    text: str
    level: int = 0
    header: str = ""
    parts: tuple[int, ...] = ()
    rows: tuple[int, int] | None = None


class Collector(Protocol):
    """Takes what an element contains, in reading order."""

    def add(self, piece: Piece) -> None: ...


class DocumentText:
    """The blocks of the document, with a blank line between them.

    `page` and `place` are those of the pieces that are added from now on.
    """

    def __init__(self) -> None:
        self.page: int | None = None
        self.place: Place | None = None
        self.blocks: list[Block] = []
        self._omitted: dict[OmissionReason, list[str]] = {}
        self._texts: list[str] = []
        self._size = 0

    def add(self, piece: Piece) -> None:
        """Add a piece, whose text is normalised, unless it is blank.

        Raises:
            Unreadable: `too_complex`: see `limit_characters`.
        """
        if not piece.text or piece.text.isspace():
            return
        kind = "paragraph" if piece.level and len(piece.text) > _LONGEST_HEADING else piece.kind
        start, end = self._size, self._size + len(piece.text)
        parts = tuple(start + part for part in piece.parts)
        level = piece.level if kind == "heading" else 0
        place = self.place
        if piece.rows is not None:
            place = replace(place or Place(), rows=piece.rows)
        self.blocks.append(Block(kind, start, end, level, self.page, piece.header, parts, place))
        self._texts.append(piece.text)
        self._size = end + 2
        if end > _most_characters:
            raise Unreadable(reason="too_complex", detail=f"> {_most_characters:,}")

    def paragraph(self, text: str) -> None:
        """Add a paragraph of any text."""
        self.add(Piece("paragraph", normalize(text).strip()))

    def heading(self, text: str, level: int) -> None:
        """Add a heading of any text, on one line."""
        self.add(Piece("heading", one_line(text), level=min(max(level, 1), _DEEPEST_LEVEL)))

    def items(self, texts: Iterable[str]) -> None:
        """Add a list of these items, with their markers, each of any text."""
        lines = [line for text in texts if (line := normalize(text).rstrip())]
        parts, size = [], 0
        for line in lines:
            parts.append(size)
            size += len(line) + 1
        self.add(Piece("list", "\n".join(lines), parts=tuple(parts)))

    def omit(self, reason: OmissionReason, detail: str = "") -> None:
        """Say that something isn't here."""
        self._omitted.setdefault(reason, []).append(detail)

    def document(self, inner: ParsedDocument, deeper: int = 0) -> None:
        """Add all blocks of another document, their headings `deeper` by so many levels.

        A block keeps its own page and place, inside of the place here. What it lacks, this one lacks too.
        """
        outer = self.place
        for each in inner.omissions:
            self.omit(each.reason, f"{outer.part}: {each.detail}" if outer and outer.part else each.detail)
        for block in inner.blocks:
            self.page, self.place = block.page, _inside(outer, block.place)
            level = min(block.level + deeper, _DEEPEST_LEVEL) if block.level else 0
            parts = tuple(part - block.start for part in block.parts)
            text = inner.text[block.start : block.end]
            self.add(Piece(block.kind, text, level, block.header, parts))
        self.page, self.place = None, outer

    def text_of(self, block: Block) -> str:
        """One of `blocks` as text."""
        return self._texts[self.blocks.index(block)]

    def parsed(self, title: str) -> ParsedDocument:
        """The document. Lines of its text aren't lines of the file."""
        omissions = tuple(Omission(reason, _named(details)) for reason, details in self._omitted.items())
        text = "\n\n".join(self._texts)
        return ParsedDocument(title, text, tuple(self.blocks), first_line=None, omissions=omissions)

    def finished(self, title: str) -> ParsedDocument:
        """The document, if there is anything in it.

        Raises:
            Unreadable: `empty`.
        """
        if not self.blocks:
            raise Unreadable(reason="empty", detail="")
        return self.parsed(title)


def one_line(text: str) -> str:
    """Any text, normalised and on one line."""
    return " ".join(normalize(text).split())


def _named(details: list[str]) -> str:
    names = [one_line(detail)[:_LONGEST_NAME] for detail in details[:_MOST_NAMES]]
    return ", ".join(filter(None, names)) + (", …" if len(details) > _MOST_NAMES else "")


def _inside(outer: Place | None, inner: Place | None) -> Place | None:
    if outer is None or inner is None:
        return inner or outer
    return replace(inner, part=" > ".join(filter(None, (outer.part, inner.part))))
