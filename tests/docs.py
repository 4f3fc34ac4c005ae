"""What stands in the documentation: its code, and the commands, settings and links in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_SASEO = re.compile(
    r"(?:^|(?<=[\s(|]))saseo(?!\s+saseo\b)(?=\s|$)"
)  # not a user of that name: sudo -u saseo saseo
_COMMENT = re.compile(r"(?:^|\s)#\s")
_ENDS_A_COMMAND = re.compile(r"\s(?:&&|\|\|?|;|>)(?:\s|$)")
_SETTING = re.compile(r"(?<![\w$%{-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])")
_GIVEN = re.compile(r"(?<![\w$])([A-Z][A-Z0-9_]+)=([^\s`,]*)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """Code of a page: its language as the fence says it, the text, and the 1-based line at which it begins."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """Everything that people read about the program."""
    top = [path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"]  # which tells of what was, too
    return [*sorted(top), *sorted((ROOT / "docs").rglob("*.md"))]


def in_both_languages() -> list[tuple[Path, Path]]:
    """The pages that there are in English and in Korean."""
    return [(page, korean) for page in pages() if (korean := korean_of(page)).is_file()]


def korean_of(page: Path) -> Path:
    """Where an English page is in Korean, whether or not it is there."""
    return page.with_suffix(".ko.md")


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Block(found[2], found[3], text[: found.start(3)].count("\n") + 1)


def code(page: Path) -> Iterator[Block]:
    """The fenced blocks, then what stands between backticks."""
    yield from blocks(page)
    text = page.read_text(encoding="utf-8")
    # Fences become empty lines, so that the numbers of the lines stay.
    prose = _FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in _INLINE.finditer(prose):
        yield Block("", " ".join(found[1].split()), prose[: found.start()].count("\n") + 1)


def commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and arguments of every `saseo …` in the page's code. A line that ends in a backslash goes on."""
    for block in code(page):
        if block.language in {"python", "yaml", "mermaid"}:
            continue
        for offset, whole in enumerate(block.text.replace("\\\n", "  ").splitlines()):
            line = _COMMENT.split(whole, maxsplit=1)[0]
            for found in _SASEO.finditer(line):
                line_after = re.sub(r"\$\(.*?\)", "x", line[found.end() :])  # what a shell puts in
                rest = _ENDS_A_COMMAND.split(f" {line_after} ", maxsplit=1)[0]
                yield block.line + offset, shlex.split(rest)


def settings(page: Path) -> Iterator[tuple[int, str]]:
    """Line and name of everything in the page's code that looks like a setting."""
    for block in code(page):
        for offset, line in enumerate(block.text.splitlines()):
            yield from ((block.line + offset, found[0]) for found in _SETTING.finditer(line))


def given(page: Path) -> Iterator[tuple[int, str, str]]:
    """Line, name and value of every `NAME=value` in the page's code."""
    for block in code(page):
        for offset, line in enumerate(block.text.splitlines()):
            yield from ((block.line + offset, found[1], found[2]) for found in _GIVEN.finditer(line))


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The page's links within the project: the file, and the anchor in it or nothing."""
    for found in _LINK.finditer(page.read_text(encoding="utf-8")):
        target, _, anchor = found[1].partition("#")
        if "://" not in target and not target.startswith("mailto:"):
            yield (page.parent / target if target else page), anchor


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the page's headings."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
