"""What of a passage can be quoted alone: sentences, items, rows, lines of code; and what belongs together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_MARKUP_LINE = re.compile(r"\s*(?:[-*+•]|\d+[.)]|\||#)\s*")
# A row as `parsing.tables` writes it: each cell beside its column's name.
_RECORD = re.compile(r"[^:;\n]{1,60}: [^;\n]+(?:; [^:;\n]{1,60}: [^;\n]+)+")
_RULE = re.compile(r"[\s|:=+*_-]+")
_HEADING = re.compile(r"#{1,6} ")
_PARAGRAPH = re.compile(r"\n\s*\n")

Kind = Literal["text", "row", "heading"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a passage's text, `text[start:end]`.

    `block` is the same for what stands together without a blank line between. A row's `header` is its table's
    first line, None for the rows of a table that has none here.
    """

    start: int
    end: int
    kind: Kind
    block: int
    header: tuple[int, int] | None = None


def units_of(
    text: str, sentences: Sequence[tuple[int, int]], *, has_header: bool = False, is_code: bool = False
) -> list[Unit]:
    """The units of a passage, in order; a table's header is none by itself.

    Args:
        text: the passage's.
        sentences: its sentences' spans.
        has_header: whether the header of the table with which the text begins stands elsewhere.
        is_code: of a file of source code, whose comments look like headings.
    """
    spans = split_units(text, sentences)
    kinds: list[Kind] = ["text" if is_code else _kind(text[start:end].lstrip()) for start, end in spans]
    found: list[Unit] = []
    block = -1
    header: tuple[int, int] | None = None
    for i, ((start, end), kind) in enumerate(zip(spans, kinds, strict=True)):
        goes_on = i > 0 and kind != "heading" and not _PARAGRAPH.search(text, spans[i - 1][1], start)
        block += not goes_on
        if kind != "row":
            header = None
        elif not goes_on or kinds[i - 1] != "row":
            header = None
            has_rows = i + 1 < len(spans) and kinds[i + 1] == "row"
            if has_rows and text[start:end].lstrip().startswith("|") and not (has_header and i == 0):
                header = _with_rule(text, start, end)
                continue
        found.append(Unit(start, end, kind, block, header))
    return found


def _kind(line: str) -> Kind:
    if _HEADING.match(line):
        return "heading"
    return "row" if line.startswith("|") or _RECORD.fullmatch(line) else "text"


def _with_rule(text: str, start: int, end: int) -> tuple[int, int]:
    """A header's span, with the rule below it."""
    below = text[end:].removeprefix("\n").split("\n", 1)[0]
    return (start, end + 1 + len(below.rstrip())) if below and _RULE.fullmatch(below) else (start, end)


def split_units(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of a passage that say something alone: sentences, and where lines are items or rows, lines.

    A rule or an empty row is none.
    """
    spans: list[tuple[int, int]] = []
    for start, end in sentences:
        lines = text[start:end].splitlines(keepends=True)
        if not any(_MARKUP_LINE.match(line) or _RECORD.fullmatch(line.strip()) for line in lines):
            spans.append((start, end))
            continue
        at = start
        for line in lines:
            spans.append((at, at + len(line.rstrip())))
            at += len(line)
    whole = _whole_rows(text, [(s, e) for s, e in spans if e > s])
    return [(s, e) for s, e in whole if not _RULE.fullmatch(text[s:e])]


def _whole_rows(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, with those of one row in one: a sentence that ends in a cell doesn't end the row."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if (
            found
            and "\n" not in text[found[-1][0] : end]
            and text[slice(*found[-1])].lstrip().startswith("|")
        ):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
