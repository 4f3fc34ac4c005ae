"""A PDF page's text as lines, with what tells headings, paragraphs and page furniture apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Literal

_LETTER = re.compile(r"\w")
_DIGITS = re.compile(r"\d+")
_HANGUL_OR_HANJA = re.compile(r"[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_ITEM = re.compile(r"(?:[-*•·▪◦‣⁃○●□■◇◆▶※–—]|\(?\d{1,3}[.)]|\(?[가-하a-zA-Z][.)]|[①-⑳])\s")
_LARGER = 1.12  # than the body: a heading
_LONGEST_HEADING = 120
_LEVELS = 4
_GAP = 1.45  # of the usual distance between two lines: a new paragraph
_REPEATED_ON = 0.6  # of the pages
_FEWEST_PAGES = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page. Sizes and places are in points; `top` grows upwards.

    `keeps_space` tells that a space stood at its end, `in_margin` that it stands at the top or bottom edge.
    """

    text: str
    size: float
    left: float
    right: float
    top: float
    keeps_space: bool = False
    in_margin: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together. `level` is that of a heading, else 0."""

    kind: Literal["heading", "paragraph", "item"]
    text: str
    top: float
    level: int = 0


def without_furniture(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without their running heads and page numbers: lines in the margin that most pages have.

    Figures count as alike.
    """
    if len(pages) < _FEWEST_PAGES:
        return list(pages)
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update({_masked(line) for line in lines if line.in_margin})
    enough = max(_FEWEST_PAGES - 1, _REPEATED_ON * len(pages))
    repeated = {text for text, count in counts.items() if count >= enough}
    return [[line for line in lines if not (line.in_margin and _masked(line) in repeated)] for lines in pages]


def heading_levels(pages: Iterable[list[Line]]) -> dict[float, int]:
    """The level of each size that is larger than the body's, the largest first."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    if not sizes:
        return {}
    body = sizes.most_common(1)[0][0]
    larger = sorted((size for size in sizes if size > body * _LARGER), reverse=True)
    return {size: min(number, _LEVELS) for number, size in enumerate(larger, 1)}


def hangul_spaces_are_kept(pages: Iterable[list[Line]]) -> bool:
    """Whether this file's producer writes the space at which a Korean line was broken.

    Most do (Hangul, Word), and break Korean between any two syllables: a line without one goes on in the
    middle of a word. Where no line ends with a space, they have been left out.
    """
    return any(line.keeps_space for lines in pages for line in lines)


def paragraphs(lines: Sequence[Line], levels: dict[float, int], *, spaces_are_kept: bool) -> list[Paragraph]:
    """The lines put together: a paragraph ends at a larger gap, another size, or where an item begins."""
    usual = _usual_distance(lines)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line, usual, levels):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group, levels, spaces_are_kept=spaces_are_kept) for group in groups]


def _masked(line: Line) -> str:
    return _DIGITS.sub("0", line.text)


def _usual_distance(lines: Sequence[Line]) -> float:
    """Between two lines of a paragraph, in line heights."""
    distances = [
        (above.top - below.top) / below.size
        for above, below in pairwise(lines)
        if above.size == below.size and 0 < above.top - below.top < 4 * below.size
    ]
    return median(distances) if distances else 1.5


def _goes_on(group: list[Line], line: Line, usual: float, levels: dict[float, int]) -> bool:
    last = group[-1]
    if line.size != last.size or _ITEM.match(line.text):
        return False
    distance = (last.top - line.top) / line.size
    if not 0 < distance <= usual * _GAP:
        return False
    if line.size in levels:
        return True
    # A line that ends long before the others do, and with a sentence, ends its paragraph.
    widest = max(each.right for each in group) - min(each.left for each in group)
    short = last.right < min(each.left for each in group) + 0.7 * max(widest, line.right - line.left)
    return not (short and last.text.endswith((".", "!", "?", ":", "다", "。")))


def _paragraph(group: list[Line], levels: dict[float, int], *, spaces_are_kept: bool) -> Paragraph:
    text = group[0].text
    for above, below in pairwise(group):
        text = _joined(text, below.text, space=above.keeps_space or not spaces_are_kept)
    level = levels.get(group[0].size, 0)
    if level and len(text) <= _LONGEST_HEADING and _LETTER.search(text):
        return Paragraph("heading", text, group[0].top, level)
    return Paragraph("item" if _ITEM.match(text) else "paragraph", text, group[0].top)


def _joined(above: str, below: str, *, space: bool) -> str:
    """Two lines as one. Between two syllables of Hangul a space stands only if there was one."""
    if above.endswith("-") and above[-2:-1].isalpha() and below[:1].islower():
        return above[:-1] + below
    between = _HANGUL_OR_HANJA.match(above[-1:]) and _HANGUL_OR_HANJA.match(below[:1])
    return f"{above} {below}" if space or not between else above + below


def runs(found: Sequence[Paragraph]) -> Iterable[tuple[str, list[Paragraph]]]:
    """The paragraphs by runs of one kind, so that items become one list."""
    for kind, run in groupby(found, key=lambda paragraph: paragraph.kind):
        yield kind, list(run)
