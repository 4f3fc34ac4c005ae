"""Events to text for a terminal. Pure: nothing here writes, and the time is given.

Widths are in terminal cells: a Hangul syllable or a Chinese character takes two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.cells import cell_len, chop_cells
from rich.text import Text

from adapters import notes
from adapters.wording import heading, position, safe, safe_name, source_age, sources_heading
from knowledge.types import Answer, Language, Source

MARGIN = 2
WIDEST = 100
"""Cells of the widest line: longer ones are hard to read on any screen."""


def measure(width: int) -> int:
    """The cells that text may take on a screen of `width`, margins off."""
    return max(16, min(width, WIDEST) - 2 * MARGIN)


def short_path(uri: str, folder: Path, home: Path) -> str:
    """A file's path as a person would say it: from the current or the home folder when it is in one."""
    if not uri.startswith("/"):
        return safe_name(uri)
    for start, name in ((folder, ""), (home, "~/")):
        prefix = f"{str(start).rstrip('/')}/"
        if prefix != "/" and uri.startswith(prefix):
            return safe_name(name + uri.removeprefix(prefix))
    return safe_name(uri)


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
            short_path(source.address, folder, home),
            position(source.page, source.lines, language, source.place),
            source_age(source, now, language),
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
    told = (notes.warning(answer), notes.outdated(answer), notes.origin(answer))
    parts += [f"({safe(note)})" for note in told if note]
    listed: list[str] = []
    for source in answer.sources:
        facts = [
            heading(source),
            short_path(source.address, folder, home),
            position(source.page, source.lines, language, source.place),
            source_age(source, now, language),
        ]
        listed.append(f"[{source.number}] " + " · ".join(fact for fact in facts if fact))
        if answer.mode == "not_found":
            listed += [f"    │ {line}" for line in safe(source.excerpt).splitlines() if line.strip()]
    if listed:
        parts.append("\n".join([sources_heading(answer.mode, language), *listed]))
    return "\n\n".join(parts)


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
