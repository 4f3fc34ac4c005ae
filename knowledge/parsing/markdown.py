"""Markdown (CommonMark with tables): the blocks at the top level, each with its exact place in the text.

Only the top level is needed: a list or a quotation stays whole, with what is in it. So this reads lines and
builds no tree. A full parser takes seconds and a hundred times the text's memory for one megabyte, and goes
as deep as the text nests. The tests compare the blocks with those of such a parser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from knowledge.types import Block, BlockKind, ParsedDocument

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_MARKER = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)")
# Inside a paragraph an item must have content, and a number must be 1.
_INTERRUPTING_MARKER = re.compile(r" {0,3}(?:[-+*]|0{0,8}1[.)])[ \t]+\S")
_DELIMITER_ROW = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_COMMENT = re.compile(r" {0,3}<!--")
_COMMENT_END = re.compile(r"-->")
_VERBATIM = re.compile(r" {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE)
_VERBATIM_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_HTML_NAMES = """
address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl
dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend
li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td
tfoot th thead title tr track ul
"""
_HTML = re.compile(rf" {{0,3}}</?(?:{'|'.join(_HTML_NAMES.split())})(?=\s|/?>|$)", re.IGNORECASE)
_INVISIBLE = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)

_FRONT_MATTER = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<fields>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_LONGEST_FRONT_MATTER = 20_000
_FIELD = re.compile(r"[\w .-]+[:=]|\s|[-#}\]]|$")
_TITLE = re.compile(r"^[\"']?title[\"']?[ \t]*[:=][ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)

_LONGEST_HEADING = 200
# Markup in a heading, and the group that stays.
_MARKUP = (
    (re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])"), r"\1"),
    (re.compile(r"`+([^`]+)`+"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]*>|\{#[\w-]+\}\s*$"), ""),
    (re.compile(r"(\*{1,3}|__|~~)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
_MARKED = re.compile(r"[\[`<{*_~\\]")


@dataclass(frozen=True, slots=True)
class _Span:
    """A block from line `first` to before line `after`; `parts` are lines."""

    kind: BlockKind
    first: int
    after: int
    level: int = 0
    parts: tuple[int, ...] = ()


def parse_markdown(text: str, stem: str) -> ParsedDocument:
    """Headings, paragraphs (also quotations and HTML), lists, tables and code, fenced or indented.

    The title is that of the front matter or of the first heading of level 1. Front matter that says more than
    the title is a paragraph; comments and rules aren't in any block.
    """
    title, blocks, body = "", [], 0
    if front := _front_matter(text):
        title, start, body = _title(front["fields"]), front.start("fields"), front.end()
        if _TITLE.sub("", front["fields"]).strip():
            blocks.append(Block("paragraph", *_trimmed(text, start, front.end("fields"))))
    lines = text[body:].split("\n")
    offsets = list(accumulate((len(line) + 1 for line in lines), initial=body))
    found = (_block(text, span, offsets) for span in _Scanner(lines).spans())
    blocks.extend(block for block in found if block)
    if not title:
        first = next((block for block in blocks if block.level == 1), None)
        title = (first.header or text[first.start : first.end]) if first else stem
    return ParsedDocument(title, text, tuple(blocks))


def _front_matter(text: str) -> re.Match[str] | None:
    match = _FRONT_MATTER.match(text, 0, _LONGEST_FRONT_MATTER)
    return match if match and all(map(_FIELD.match, match["fields"].split("\n"))) else None


def _title(front_matter: str) -> str:
    match = _TITLE.search(front_matter)
    return match[1].strip("\"'").strip() if match else ""


def _block(text: str, span: _Span, offsets: list[int]) -> Block | None:
    """The block without the blank space around it, or None if nothing of it is shown."""
    start, end = offsets[span.first], offsets[span.after] - 1
    if span.kind == "heading":
        if span.after - span.first > 1:  # the last line underlines it
            return _heading(text, span.level, start, offsets[span.after - 1] - 1)
        start = text.index("#", start) + span.level
        closed = text[start:end].rstrip().rstrip("#")
        return _heading(text, span.level, start, start + len(closed) if closed[-1:] in " \t" else end)
    content = text[start:end]
    if span.kind == "paragraph" and "<" in content and not _INVISIBLE.sub("", content).strip():
        return None
    header = text[start : offsets[span.first + 1] - 1].strip() if span.kind == "table" else ""
    parts = tuple(offsets[part] for part in span.parts)
    start, end = _trimmed(text, start, end, indented=span.kind in ("code", "list"))
    return Block(span.kind, start, end, header=header, parts=parts)


def _trimmed(text: str, start: int, end: int, *, indented: bool = False) -> tuple[int, int]:
    """Without the spaces at the end, nor those at the start unless its first line is `indented`."""
    content = text[start:end].rstrip()
    return start if indented else start + len(content) - len(content.lstrip()), start + len(content)


def _heading(text: str, level: int, start: int, end: int) -> Block | None:
    start, end = _trimmed(text, start, end)
    content = text[start:end]
    plain = _plain(content) if len(content) <= _LONGEST_HEADING else ""
    if not plain:
        return Block("paragraph", start, end) if content else None
    return Block("heading", start, end, level=level, header="" if plain == content else plain)


def _plain(content: str) -> str:
    for markup, kept in _MARKUP if _MARKED.search(content) else ():
        content = markup.sub(kept, content)
    return " ".join(html.unescape(content).split())


class _Scanner:
    """Reads lines from the top; each method takes the first line of a block and returns the line after it."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def spans(self) -> Iterator[_Span]:
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            if not line.strip() or _RULE.match(line):
                number += 1
                continue
            span = self._span(number, line)
            yield span
            number = span.after

    def _span(self, first: int, line: str) -> _Span:
        if span := self._code(first, line) or self._html(first, line):
            return span
        if heading := _HEADING.match(line):
            return _Span("heading", first, first + 1, level=len(heading[1]))
        if line.lstrip().startswith(">"):
            return _Span("paragraph", first, self._quotation(first))
        if _MARKER.match(line):
            return self._list(first)
        return _Span("table", first, self._table(first)) if self._is_table(first) else self._paragraph(first)

    def _code(self, first: int, line: str) -> _Span | None:
        if _indent(line) >= 4:
            return _Span("code", first, self._indented_code(first))
        if fence := _FENCE.match(line):
            closing = re.compile(rf"^ {{0,3}}{fence[1]}{fence[1][0]}*[ \t]*$")
            return _Span("code", first, self._until(closing, first + 1))
        return None

    def _html(self, first: int, line: str) -> _Span | None:
        if _VERBATIM.match(line):
            kind: BlockKind = "code" if "<pre" in line.lower() else "paragraph"
            return _Span(kind, first, self._until(_VERBATIM_END, first))
        if _COMMENT.match(line):
            return _Span("paragraph", first, self._until(_COMMENT_END, first))
        return _Span("paragraph", first, self._until_blank(first)) if _HTML.match(line) else None

    def _indented_code(self, first: int) -> int:
        after = number = first + 1
        while number < len(self.lines):
            line = self.lines[number]
            if line.strip():
                if _indent(line) < 4:
                    break
                after = number + 1
            number += 1
        return after

    def _until(self, end: re.Pattern[str], first: int) -> int:
        """After the first line that has `end`, or after all."""
        numbers = range(first, len(self.lines))
        return next((number + 1 for number in numbers if end.search(self.lines[number])), len(self.lines))

    def _until_blank(self, first: int) -> int:
        numbers = range(first, len(self.lines))
        return next((number for number in numbers if not self.lines[number].strip()), len(self.lines))

    def _quotation(self, first: int) -> int:
        """Lines with a mark, and those without one that run on from a line with text."""
        number = first + 1
        while number < len(self.lines) and (line := self.lines[number]).strip():
            if not line.lstrip().startswith(">") or _indent(line) >= 4:
                runs_on = self.lines[number - 1].strip(" \t>")
                if not runs_on or _MARKER.match(line) or self._interrupts(number):
                    break
            number += 1
        return number

    def _list(self, first: int) -> _Span:
        """Items, what is indented under them, and the lines that run on without indentation."""
        parts, content, after, number = [first], _content(self.lines[first]), first + 1, first + 1
        while number < len(self.lines):
            line = self.lines[number]
            if line.strip():
                if _indent(line) < content:
                    if _MARKER.match(line) and not _RULE.match(line):
                        parts.append(number)
                        content = _content(line)
                    elif after < number or self._interrupts(number):
                        break
                after = number + 1
            number += 1
        return _Span("list", first, after, parts=tuple(parts))

    def _is_table(self, first: int) -> bool:
        if first + 1 >= len(self.lines) or "|" not in self.lines[first] or "|" not in self.lines[first + 1]:
            return False
        names, delimiters = self.lines[first], self.lines[first + 1]
        return bool(_DELIMITER_ROW.match(delimiters)) and _columns(names) == _columns(delimiters)

    def _table(self, first: int) -> int:
        number = first + 2
        while number < len(self.lines) and (line := self.lines[number]).strip():
            if _indent(line) >= 4 or _MARKER.match(line) or self._interrupts(number):
                break
            number += 1
        return number

    def _paragraph(self, first: int) -> _Span:
        number = first + 1
        while number < len(self.lines) and self.lines[number].strip():
            if underline := _UNDERLINE.match(self.lines[number]):
                return _Span("heading", first, number + 1, level=1 if underline[1][0] == "=" else 2)
            if self._interrupts(number) or self._is_table(number):
                break
            number += 1
        return _Span("paragraph", first, number)

    def _interrupts(self, number: int) -> bool:
        """Whether the line begins a block even right after a paragraph's line."""
        line = self.lines[number]
        if _indent(line) >= 4:
            return False
        patterns = (_HEADING, _FENCE, _RULE, _INTERRUPTING_MARKER, _HTML, _COMMENT, _VERBATIM)
        return line.lstrip().startswith(">") or any(pattern.match(line) for pattern in patterns)


def _indent(line: str) -> int:
    """The columns before the first sign; a tab goes to the next multiple of four."""
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.expandtabs(4)) if "\t" in blank else len(blank)


def _content(line: str) -> int:
    """The column where an item's content begins: what stands there or further right is inside the item."""
    marker = _MARKER.match(line)
    end = marker.end() if marker else 0
    rest = line[end:]
    gap = len((" " * end + rest[: len(rest) - len(rest.lstrip(" \t"))]).expandtabs(4)) - end
    return end + (gap if rest.strip() and gap <= 4 else 1)


def _columns(row: str) -> int:
    row = row.strip().replace("\\|", "")
    return row.removeprefix("|").removesuffix("|").count("|")
