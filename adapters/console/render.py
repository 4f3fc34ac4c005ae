"""Events to text for a terminal. Pure: nothing here writes, and the time is given.

Widths are in terminal cells: a Hangul syllable or a Chinese character takes two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.cells import cell_len, chop_cells
from rich.text import Text

from adapters import notes
from knowledge.messages import text as sentence
from knowledge.types import Answer, Language, Mode, Place, Source

MARGIN = 2
WIDEST = 100
"""Cells of the widest line: longer ones are hard to read on any screen."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_AGES = (
    ("minutes", 60, 3600),
    ("hours", 3600, 86400),
    ("days", 86400, 14 * 86400),
    ("weeks", 7 * 86400, 60 * 86400),
)


def safe(text: str) -> str:
    """`text` without what could move the cursor, recolour the screen or turn its reading order around.

    Documents and file names are data: an escape sequence in one must not reach the terminal.
    """
    return _CONTROL.sub("", text)


def measure(width: int) -> int:
    """The cells that text may take on a screen of `width`, margins off."""
    return max(16, min(width, WIDEST) - 2 * MARGIN)


def age(modified_at: datetime, now: datetime, language: Language) -> str:
    """How old a document is: `3 weeks ago`, its date after two months. Both times are aware."""
    seconds = (now - modified_at).total_seconds()
    for unit, length, end in _AGES:
        if seconds < end:
            count = int(seconds // length)
            return (
                sentence(f"age-{unit}", language, count=count) if count > 0 else sentence("age-now", language)
            )
    return modified_at.astimezone(now.tzinfo).date().isoformat()


def short_path(uri: str, folder: Path, home: Path) -> str:
    """A file's path as a person would say it: from the current or the home folder when it is in one."""
    if not uri.startswith("/"):
        return safe(uri)
    for start, name in ((folder, ""), (home, "~/")):
        prefix = f"{str(start).rstrip('/')}/"
        if prefix != "/" and uri.startswith(prefix):
            return safe(name + uri.removeprefix(prefix))
    return safe(uri)


def position(
    page: int | None, lines: tuple[int, int] | None, language: Language, place: Place | None = None
) -> str:
    """`p. 3`, `slide 4`, `sheet “2024”, rows 12–18`, `line 12`, or nothing; first the file in it."""
    place = place or Place()
    found = [safe(place.part)]
    if page is not None:
        found.append(_from_to("source-page", page, place.last_page or page, language))
    if place.slide is not None:
        found.append(sentence("source-slide", language, slide=str(place.slide)))
    if place.sheet:
        found.append(sentence("source-sheet", language, sheet=safe(place.sheet)))
    if place.rows is not None:
        found.append(_from_to("source-row", *place.rows, language))
    if not any(found) and lines is not None:
        found.append(_from_to("source-line", *lines, language))
    return ", ".join(filter(None, found))


def _from_to(key: str, first: int, last: int, language: Language) -> str:
    if first == last:
        return sentence(key, language, first=str(first))
    return sentence(f"{key}s", language, first=str(first), last=str(last))


def heading(source: Source) -> str:
    """The document's title, and the section under it unless it says the same."""
    title, section = safe(source.title), safe(source.section)
    parts = [part.strip() for part in section.split(" > ") if part.strip()]
    if parts and parts[0] == title:
        parts = parts[1:]
    return " › ".join([title, *parts])


def source_lines(
    sources: Sequence[Source], *, language: Language, width: int, now: datetime, folder: Path, home: Path
) -> list[Text]:
    """Two lines or more for each source: number, title and section; then path, place and age."""
    written: list[Text] = []
    for source in sources:
        number = f"[{source.number}]"
        hang = cell_len(number) + 1
        for index, line in enumerate(wrap(heading(source), measure(width) - hang)):
            lead = Text(f"{number} ", "cite") if index == 0 else Text(" " * hang)
            written.append(Text(" " * MARGIN) + lead + Text(line))
        facts = [
            short_path(source.uri, folder, home),
            position(source.page, source.lines, language, source.place),
            age(source.modified_at, now, language),
        ]
        below = _join(facts, measure(width) - hang)
        written += [Text(" " * (MARGIN + hang) + line, "faint") for line in below]
    return written


def _join(facts: Sequence[str], width: int) -> list[str]:
    """The facts with dots between, on as many lines as needed; only one wider than a line is divided."""
    lines = [""]
    for fact in filter(None, facts):
        joined = f"{lines[-1]} · {fact}" if lines[-1] else fact
        if cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines = [*filter(None, lines), *wrap(fact, width)]
    return lines


def excerpt_lines(source: Source, width: int) -> list[Text]:
    """The passage that a source stands for, with a bar before each line."""
    lines = [piece for line in safe(source.excerpt).splitlines() for piece in wrap(line, measure(width) - 6)]
    return [Text(" " * (MARGIN + 4)) + Text("│ ", "faint") + Text(line) for line in lines]


def plain_answer(answer: Answer, *, now: datetime, folder: Path, home: Path) -> str:
    """The answer and its sources for a file or another program: no colours, lines as long as they are."""
    language = answer.language
    parts = [safe(answer.text).strip()]
    parts += [f"({safe(note)})" for note in (notes.warning(answer), notes.origin(answer)) if note]
    listed: list[str] = []
    for source in answer.sources:
        facts = [
            heading(source),
            short_path(source.uri, folder, home),
            position(source.page, source.lines, language, source.place),
            age(source.modified_at, now, language),
        ]
        listed.append(f"[{source.number}] " + " · ".join(fact for fact in facts if fact))
        if answer.mode == "not_found":
            listed += [f"    │ {line}" for line in safe(source.excerpt).splitlines() if line.strip()]
    if listed:
        parts.append("\n".join([sources_heading(answer.mode, language), *listed]))
    return "\n\n".join(parts)


def sources_heading(mode: Mode, language: Language) -> str:
    """The line above the sources, which for `not_found` are only the nearest documents."""
    return sentence("answer-nearest" if mode == "not_found" else "answer-sources", language)


def wrap(line: str, width: int) -> list[str]:
    """One line broken at spaces into lines of at most `width` cells; a longer word is cut. Never empty."""
    lines = [""]
    for word in line.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
            continue
        pieces = chop_cells(word, max(2, width))
        lines = [*lines, *pieces] if lines[-1] else [*lines[:-1], *pieces]
    return lines
