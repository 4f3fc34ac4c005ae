"""A document's text into passages: along its structure first, then along its sentences.

Sizes are display widths: a Korean syllable counts two and a Latin letter one, so that a passage says about as
much in either language.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise, takewhile

from knowledge.language.detect import detect
from knowledge.types import Block, BlockKind, Language, ParsedDocument, Passage, Place

SentenceSplitter = Callable[[str, Language], list[tuple[int, int]]]
"""The spans of a text's sentences."""

REVISION = 4
"""Raise it when the same document gives other passages than before."""
TARGET = 1000
MAXIMUM = 1600
# What is smaller says too little on its own.
TINY = 60
# From this level on a heading divides a topic and doesn't name one.
_MINOR_LEVEL = 4
_LONGEST_HEADING = 200
# No more than this many characters are given to the sentence splitter at once.
_SENTENCE_WINDOW = 20_000

_NEWLINE = re.compile(r"\n")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
# What belongs to the character before it: joiners, variation selectors, skin tones.
_JOINING = frozenset("\u200c\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
# What is wide or full-width in Unicode Standard Annex 11, by ranges; a look-up of each character is slow.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff"
    "\U00020000-\U0003fffd]+"
)
_CHUNK = 1 << 16  # characters that are measured at once, which bounds the memory


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands under one heading; `path` are the headings above it and this one."""

    path: tuple[str, ...]
    heading: Block | None
    blocks: tuple[Block, ...]

    @property
    def spot(self) -> tuple[object, ...]:
        return _spot(self.heading or self.blocks[0])


@dataclass(frozen=True, slots=True)
class _Unit:
    """A block, or a part of one that is too large."""

    block: Block
    start: int
    end: int


_Cutter = Callable[[_Unit], Iterable[int]]


def split(
    document: ParsedDocument,
    uri: str,
    sentences: SentenceSplitter,
    target: int = TARGET,
    maximum: int = MAXIMUM,
) -> list[Passage]:
    """Divide a document into passages that can be found, read and cited on their own.

    A section that fits in `maximum` is one passage; a larger one is divided between its blocks, evenly, into
    passages of about `target`. A block is divided only if it alone is larger than `maximum`: a list at its
    items, a table at its rows, code at its parts, text at its sentences. Tiny sections, and those under
    headings of level 4 and deeper, join their neighbours under the same parent.

    Every character of a block but spaces is in exactly one passage. A heading is in the path of its passages,
    or in the text where a passage holds several sections or the heading alone.
    """
    text = document.text
    passages: list[Passage] = []
    seen: Counter[str] = Counter()
    line, counted = document.first_line or 0, 0
    rows = _Rows(text)
    for path, first, last in _Splitter(text, sentences, target, maximum).passages(_sections(document)):
        content = text[first.start : last.end]
        line, counted = line + text.count("\n", counted, first.start), first.start
        passages.append(
            Passage(
                id=_id(uri, content, seen[content]),
                text=content,
                heading_path=_with_title(document.title, path),
                start=first.start,
                end=last.end,
                page=first.block.page,
                lines=None if document.first_line is None else (line, line + content.count("\n")),
                header=_header(first),
                language=detect(content),
                place=_place(rows, first, last),
            )
        )
        seen[content] += 1
    return passages


def width(text: str) -> int:
    """How many columns the text takes in a terminal."""
    if text.isascii():
        return len(text)
    runs = (_WIDE.findall(text, place, place + _CHUNK) for place in range(0, len(text), _CHUNK))
    return len(text) + sum(sum(map(len, found)) for found in runs)


def _id(uri: str, text: str, earlier: int) -> str:
    """`earlier` tells passages of the same text apart: how many come before this one."""
    content = "\0".join((uri, text, str(earlier)))
    return hashlib.sha256(content.encode("utf-8", errors="backslashreplace")).hexdigest()[:32]


def _place(rows: _Rows, first: _Unit, last: _Unit) -> Place | None:
    """From where the passage begins to where it ends: its rows, and its last page if that is another."""
    place = first.block.place
    its_rows = None
    if place and place.rows:
        its_rows = rows.row(first.block, first.start), rows.row(last.block, last.end)
    last_page = last.block.page if last.block.page != first.block.page else None
    if not its_rows and last_page is None:
        return place
    return replace(place or Place(), rows=its_rows, last_page=last_page)


class _Rows:
    """Which row of a sheet an offset is in. It is asked in order, and counts on from the answer before.

    A wide table has thousands of passages: to count each time from its beginning would take quadratic time.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._block: Block | None = None
        self._row, self._offset = 1, 0

    def row(self, block: Block, offset: int) -> int:
        if block is not self._block or offset < self._offset:
            self._block, self._offset = block, block.start
            self._row, _ = (block.place and block.place.rows) or (1, 1)
        self._row += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._row


def _spot(block: Block) -> tuple[object, ...]:
    """What no passage crosses: a slide, a sheet, a file inside of the file."""
    place = block.place
    return (place.slide, place.sheet, place.part) if place else ()


def _with_title(title: str, path: tuple[str, ...]) -> tuple[str, ...]:
    return path if not title or path[:1] == (title,) else (title, *path)


def _header(first: _Unit) -> str:
    """The names of a table's columns for a passage that begins further down in it."""
    return first.block.header if first.block.kind == "table" and first.start > first.block.start else ""


def _sections(document: ParsedDocument) -> Iterator[_Section]:
    """The sections that say something: a heading alone does if there is no deeper one under it."""
    above: list[tuple[int, str]] = []
    heading: Block | None = None
    blocks: list[Block] = []
    for block in document.blocks:
        title = (block.header or document.text[block.start : block.end]) if block.kind == "heading" else ""
        if not title or len(title) > _LONGEST_HEADING:
            blocks.append(block)
            continue
        if blocks or (heading and heading.level >= block.level):
            yield _section(above, heading, blocks)
        while above and above[-1][0] >= block.level:
            above.pop()
        above.append((block.level, " ".join(title.split())))
        heading, blocks = block, []
    if blocks or heading:
        yield _section(above, heading, blocks)


def _section(above: list[tuple[int, str]], heading: Block | None, blocks: list[Block]) -> _Section:
    content = [heading] if heading and not blocks else blocks
    return _Section(tuple(title for _, title in above), heading, tuple(content))


class _Splitter:
    """Groups sections, divides what is too large, and packs the units into passages."""

    def __init__(self, text: str, sentences: SentenceSplitter, target: int, maximum: int) -> None:
        self._text = text
        self._sentences = sentences
        self._target = target
        self._maximum = maximum
        self._cutters: dict[BlockKind, tuple[_Cutter, ...]] = {
            "heading": (self._at_width,),
            "paragraph": (self._at_sentences, self._at_lines, self._at_width),
            "list": (self._at_parts, self._at_lines, self._at_sentences, self._at_width),
            "table": (self._at_rows, self._at_width),
            "code": (self._at_parts, self._at_blank_lines, self._at_lines, self._at_width),
        }

    def passages(self, sections: Iterable[_Section]) -> Iterator[tuple[tuple[str, ...], _Unit, _Unit]]:
        """For each passage its path, first unit and last unit."""
        for group in self._groups(sections):
            path = _common(group)
            for first, last in self._packed(self._units(group, path), self._size(*group)):
                yield path, first, last

    def _size(self, *sections: _Section) -> int:
        first = sections[0].heading or sections[0].blocks[0]
        return width(self._text[first.start : sections[-1].blocks[-1].end])

    def _groups(self, sections: Iterable[_Section]) -> Iterator[list[_Section]]:
        """Each section alone, or with its neighbours under the same parent if they are tiny or minor."""
        group: list[_Section] = []
        size, tiny = 0, False
        for section in sections:
            own = self._size(section)
            parent = group[0].path[:-1] if group else ()
            minor = section.heading is not None and section.heading.level >= _MINOR_LEVEL
            most = self._target if minor else self._target // 2 if tiny and own < TINY else 0
            together = group and section.spot == group[0].spot
            if together and section.path[: len(parent)] == parent and size + own <= most:
                group.append(section)
                size, tiny = size + own, tiny and own < TINY
            else:
                if group:
                    yield group
                group, size, tiny = [section], own, own < TINY
        if group:
            yield group

    def _units(self, group: list[_Section], path: tuple[str, ...]) -> Iterator[_Unit]:
        for section in group:
            heading = section.heading
            if heading and len(section.path) > len(path) and section.blocks[0] is not heading:
                yield _Unit(heading, heading.start, heading.end)
            for block in section.blocks:
                yield from self._divided(block, block.start, block.end, self._cutters[block.kind])

    def _divided(self, block: Block, start: int, end: int, cutters: tuple[_Cutter, ...]) -> Iterator[_Unit]:
        """One unit if that fits, else those between the first cutter's cuts, each divided by the next one."""
        content = self._text[start:end]
        blank = len(content) - len(content.lstrip())
        if block.kind in ("code", "list"):  # the first line keeps its indentation
            blank = content.rfind("\n", 0, blank) + 1
        unit = _Unit(block, start + blank, start + len(content.rstrip()))
        if unit.start >= unit.end:
            return
        if not cutters or width(self._text[unit.start : unit.end]) <= self._maximum:
            yield unit
            return
        cuts = (place for place in cutters[0](unit) if unit.start < place < unit.end)
        for low, high in pairwise(chain([unit.start], cuts, [unit.end])):
            yield from self._divided(block, low, high, cutters[1:])

    def _packed(self, units: Iterable[_Unit], total: int) -> Iterator[tuple[_Unit, _Unit]]:
        """The first and last unit of each passage; if one isn't enough, all are of about the same size."""
        count = 1 if total <= self._maximum else max(-(-total // self._maximum), round(total / self._target))
        goal = total / count
        runs: list[tuple[_Unit, _Unit, int]] = []  # at most two: the last may turn out too little on its own
        for unit in units:
            own = width(self._text[unit.start : unit.end])
            if runs:
                first, last, size = runs[-1]
                grown = size + width(self._text[last.end : unit.start]) + own
                if grown <= self._maximum and grown - goal <= goal - size:
                    runs[-1] = (first, unit, grown)
                    continue
            if len(runs) == 2:
                yield runs.pop(0)[:2]
            runs.append((unit, unit, own))
        if len(runs) == 2 and runs[1][2] < TINY:
            first, last = runs[0][0], runs[1][1]
            if width(self._text[first.start : last.end]) <= self._maximum:
                runs = [(first, last, 0)]
        yield from ((first, last) for first, last, _ in runs)

    def _at_parts(self, unit: _Unit) -> Iterable[int]:
        parts = unit.block.parts
        return parts[bisect_left(parts, unit.start) : bisect_left(parts, unit.end)]

    def _at_rows(self, unit: _Unit) -> Iterable[int]:
        """The names stay with the first row; in Markdown a line of dashes stands between them."""
        lines = self._at_lines(unit)
        return islice(lines, 2, None) if unit.block.header else lines

    def _at_lines(self, unit: _Unit) -> Iterable[int]:
        return (match.end() for match in _NEWLINE.finditer(self._text, unit.start, unit.end))

    def _at_blank_lines(self, unit: _Unit) -> Iterable[int]:
        return (match.end() for match in _BLANK_LINE.finditer(self._text, unit.start, unit.end))

    def _at_sentences(self, unit: _Unit) -> Iterator[int]:
        start = unit.start
        while start < unit.end:
            stop = self._before_space(start, start + _SENTENCE_WINDOW, unit.end)
            window = self._text[start:stop]
            yield from sorted(start + place for place, _ in self._sentences(window, detect(window)))
            yield stop
            start = stop

    def _at_width(self, unit: _Unit) -> Iterator[int]:
        """After a space, or anywhere in a text without spaces."""
        start = unit.start
        while (stop := self._reach(start)) < unit.end:
            start = self._before_space(start, stop, unit.end)
            yield start

    def _reach(self, start: int) -> int:
        """How far `target` reaches from here."""
        size = self._target
        while (excess := width(self._text[start : start + size]) - self._target) > 0:
            size -= (excess + 1) // 2  # at least so many characters are too many
        return start + max(size, 1)

    def _before_space(self, start: int, stop: int, end: int) -> int:
        """The last place up to `stop` where a line or word begins, if it isn't before the middle."""
        if stop >= end:
            return end
        middle = (start + stop + 1) // 2
        if space := max(self._text.rfind("\n", middle, stop), self._text.rfind(" ", middle, stop)) + 1:
            return space
        place = stop
        while place > middle and (unicodedata.combining(self._text[place]) or self._text[place] in _JOINING):
            place -= 1
        return place


def _common(group: list[_Section]) -> tuple[str, ...]:
    levels = zip(*(section.path for section in group), strict=False)
    return tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, levels))
