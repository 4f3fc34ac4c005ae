"""Source code and configuration: one block, with the places where it may be divided."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.types import Block, ParsedDocument

# A line at the margin that isn't the end of something.
_AT_MARGIN = re.compile(r"^(?![)}\]]|end\b|\*/|-->)\S", re.MULTILINE)
_COMMENT_OR_DECORATOR = re.compile(r"#|//|/\*|\*|--|@|;|\"\"\"|'''|<!--|%|rem\b", re.IGNORECASE)
_DEFINITION = re.compile(
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|inline|unsafe|extern|pub"
    r"|open|data|sealed|override|declare|create|or|replace|alter|drop)\b\s*)*"
    r"(?:"
    r"(?:def|class|func|fn|fun|function|interface|struct|enum|type|impl|trait|module|namespace|object|record|union"
    r"|message|service|resource|variable|provider|output|table|view|index|procedure|trigger|insert|select|update)\b"
    r"|\[[^\]\n]+\]\s*$"
    r"|[\w.-]+:\s*$"
    r")",
    re.IGNORECASE | re.MULTILINE,
)


def parse_code(text: str, stem: str) -> ParsedDocument:
    """One code block whose `parts` are the definitions at the margin, each with the comments right above it.

    A part begins at a line at the margin that follows a blank line, or that opens a definition in one of the
    common languages (a function, a type, an SQL statement, a section of an INI file, a key of a YAML file
    that holds a mapping).
    """
    start = len(text) - len(text.lstrip())
    start = text.rfind("\n", 0, start) + 1
    end = len(text.rstrip())
    return ParsedDocument(stem, text, (Block("code", start, end, parts=tuple(_parts(text, start, end))),))


def _parts(text: str, start: int, end: int) -> Iterator[int]:
    above = ""
    previous_end = start
    for match in _AT_MARGIN.finditer(text, start, end):
        place = match.start()
        gap = text[max(previous_end, place - 200) : place]
        blank = gap.endswith("\n\n") or (gap.isspace() and gap.count("\n") > 1)
        attached = _COMMENT_OR_DECORATOR.match(above) and gap == "\n"
        if place == start or blank or (not attached and _DEFINITION.match(text, place, end)):
            yield place
        line_end = text.find("\n", place, end)
        previous_end = end if line_end < 0 else line_end
        above = text[place : min(place + 8, previous_end)]
