"""Plain text and logs: the paragraphs, lists and headings that blank lines, numbers and bullets show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.types import Block, ParsedDocument

Span = tuple[int, int]

_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_ITEM = re.compile(
    r"^[^\S\n]*(?:"
    r"[-*+•·‣⁃∙○●◦◎▪▫■□◆◇▶▷►☞※★☆✓✔➢–—][^\S\n]"
    r"|\(?\d{1,3}[.)](?!\d)"
    r"|\(?[가나다라마바사아자차카타파하][.)]"
    r"|[①-⑳㉠-㉻ⓐ-ⓩ]"
    r"|제\d{1,4}[장절조항](?=[\s(])"
    r"|[a-zA-Z][.)][^\S\n]"
    r")",
    re.MULTILINE,
)
_LINE = r"(?P<sign>[=\-~^\"#*+])(?P=sign){2,}[^\S\n]*"
_UNDERLINED = re.compile(rf"(?P<title>[^\n]+)\n[^\S\n]*{_LINE}$", re.MULTILINE)
# As in AsciiDoc and MediaWiki.
_MARKED = re.compile(r"(?P<mark>={1,6}) +(?P<title>[^\s=][^\n]{0,120})$", re.MULTILINE)
_OVERLINE = re.compile(rf"{_LINE}\n(?=[^\n]*\w)")
# How a heading that stands alone on its line begins, by style.
_NUMBERED = re.compile(
    r"(?P<part>제\s?\d{1,3}\s?[편장])\s|(?P<section>제\s?\d{1,3}\s?절)\s|(?P<roman>[IVXⅠ-Ⅻ]{1,4})[.)]?\s"
    r"|(?P<number>\d{1,2}(?:[.-]\d{1,2}){0,3})[.)]?\s|(?P<mark>#{1,6}|[■□●◆◇▶◎])\s?|(?P<bracket>[\[<【《〈].*[\]>】》〉]$)"
)
_LONGEST_TITLE = 60
_SENTENCE_END = (".", "!", ":", ";", ",", "다", "。")


def parse_text(text: str, stem: str) -> ParsedDocument:
    """Paragraphs stand between blank lines; one with two or more bullets or numbers is a list.

    Headings are underlined lines (as in reStructuredText), lines after equals signs (as in AsciiDoc), and
    short lines between blank lines that begin with a number, a chapter or a square (`1. 개요`, `제1장 총칙`,
    `■ 목적`) and aren't items of a list, for something else follows. The first sort of heading in the text is
    level 1, the second level 2, and so on. A short first line with a blank line after it is the title.
    """
    levels: dict[str, int] = {}
    blocks: list[Block] = []
    paragraphs = list(_paragraphs(text))
    for number, (start, end) in enumerate(paragraphs):
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
        if style := _heading_style(text, (start, end), following, first=number == 0):
            blocks.append(Block("heading", start, end, level=_level(levels, style)))
        else:
            blocks.extend(_blocks(text, start, end, levels))
    title = next((text[block.start : block.end] for block in blocks if block.level == 1), stem)
    return ParsedDocument(title, text, tuple(blocks))


def parse_log(text: str, stem: str) -> ParsedDocument:
    """One block of lines: a log has no sentences."""
    start = len(text) - len(text.lstrip())
    return ParsedDocument(stem, text, (Block("code", start, len(text.rstrip())),))


def _paragraphs(text: str) -> Iterator[Span]:
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    for gap in _BLANK_LINES.finditer(text, start, end):
        yield start, gap.start()
        start = gap.end()
    yield start, end


def _heading_style(text: str, line: Span, following: Span | None, *, first: bool) -> str:
    """The style of a heading that stands alone, or nothing if the paragraph is none."""
    if _MARKED.match(text, *line) or not following or not (style := _style(text, line)):
        return ""
    if style == "plain":
        return "title" if first else ""
    return style if _style(text, following) != style else ""


def _style(text: str, line: Span) -> str:
    content = text[line[0] : min(line[1], line[0] + _LONGEST_TITLE + 1)]
    if len(content) > _LONGEST_TITLE or "\n" in content or content.endswith(_SENTENCE_END):
        return ""
    if match := _NUMBERED.match(content):
        depth = match["mark"] or str(len(re.findall(r"[.-]", match["number"] or "")))
        return f"{match.lastgroup} {depth}"
    return "plain"


def _level(levels: dict[str, int], style: str) -> int:
    return levels.setdefault(style, min(len(levels) + 1, 6))


def _blocks(text: str, start: int, end: int, levels: dict[str, int]) -> Iterator[Block]:
    if marked := _MARKED.match(text, start, end):
        title = marked["title"].rstrip().rstrip("=").rstrip()
        first = marked.start("title")
        yield Block("heading", first, first + len(title), level=_level(levels, marked["mark"]))
        rest = text[marked.end() : end]
        start = end - len(rest.lstrip())
    over = _OVERLINE.match(text, start, end)
    if heading := _UNDERLINED.match(text, over.end() if over else start, end):
        title = heading["title"]
        first = heading.start() + len(title) - len(title.lstrip())
        style = heading["sign"] * (2 if over else 1)
        yield Block("heading", first, first + len(title.strip()), level=_level(levels, style))
        rest = text[heading.end() : end]
        start = end - len(rest.lstrip())
    if start < end:
        items = tuple(item.start() for item in _ITEM.finditer(text, start, end))
        yield Block("list", start, end, parts=items) if len(items) > 1 else Block("paragraph", start, end)
