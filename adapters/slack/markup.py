"""Markdown to Slack's mrkdwn, in pieces that fit a block. Pure.

What comes in was written by a language model or by whoever wrote a document, so nothing of it may become a
mention or a link: `<`, `>` and `&` are escaped, `@here` and its like are broken up, and blocks carry it with
`verbatim`, so that Slack looks for no links in it either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.tables import aligned
from adapters.wording import safe

SECTION = 3000
"""Characters of one section block, Slack's limit."""

_ZERO_WIDTH = "\u200b"
_FENCE = "```"
_FENCE_LINE = re.compile(r"\s*(?:```+|~~~+)(.*)$")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_BULLET = re.compile(r"(\s*)[-*+]\s+")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((\S+?)(?:\s+\"[^\"]*\")?\)")
_MENTION = re.compile(r"@(?=here\b|channel\b|everyone\b|[UWBS][A-Z0-9]{2,})", re.IGNORECASE)
_ALIVE = re.compile(r"[<@]|[&:\]](?=\S)|(?<=\w)\.(?=[^\W\d])")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class _Line:
    text: str  # unescaped
    is_code: bool = False


def escape(text: str) -> str:
    """Text that Slack shows as it is."""
    return _MENTION.sub(f"@{_ZERO_WIDTH}", "".join(_ESCAPES.get(each, each) for each in text))


def unlinked(text: str) -> str:
    """Markdown for a stream, which Slack reads as it comes: no mention and no link is alive in it.

    What `text` becomes goes on from what its beginning becomes, wherever it is cut.
    """
    return _ALIVE.sub(lambda match: match[0] + _ZERO_WIDTH, safe(text))


def inline(text: str) -> str:
    """One line of Markdown in mrkdwn: bold and links; a link is shown as text, and leads nowhere."""
    linked = _LINK.sub(lambda match: f"{match[1]} ({match[2]})" if match[1] else match[2], text)
    return escape(_BOLD.sub(_bold, linked))


def sections(text: str, limit: int = SECTION) -> list[str]:
    """Markdown as mrkdwn in pieces of at most `limit` characters, in order.

    A piece ends between lines if it can; a code block that goes on is closed and opened again.
    """
    pieces: list[str] = []
    current: list[str] = []
    length, in_code = 0, False
    room = limit - 2 * (len(_FENCE) + 1)
    for line in _divided(text, room):
        opening = line.is_code and not in_code
        closing = in_code and not line.is_code
        needed = len(line.text) + 1 + (len(_FENCE) + 1) * (opening + closing + line.is_code)
        if current and length + needed > limit:
            pieces.append(_closed(current, in_code))
            current, length, in_code, opening, closing = [], 0, False, line.is_code, False
        if opening or closing:
            current.append(_FENCE)
            length += len(_FENCE) + 1
        current.append(line.text)
        length += len(line.text) + 1
        in_code = line.is_code
    if current:
        pieces.append(_closed(current, in_code))
    return [piece for piece in pieces if piece.strip()]


def _closed(lines: list[str], in_code: bool) -> str:  # noqa: FBT001 - the state of one loop
    return "\n".join([*lines, _FENCE] if in_code else lines).strip("\n")


def _divided(text: str, room: int) -> Iterator[_Line]:
    """The lines in mrkdwn, escaped, none longer than `room`."""
    for line in _lines(text):
        if line.is_code:
            written = escape(line.text)
            if len(written) <= room:
                yield _Line(written, is_code=True)
                continue
        else:
            written = _paragraph(line.text)
            if len(written) <= room:
                yield _Line(written)
                continue
        for part in _cut(line.text, room):
            yield _Line(escape(part), line.is_code)


def _cut(text: str, room: int) -> Iterator[str]:
    """A long line in parts that fit once they are escaped, divided at spaces if there are any."""
    part, length = "", 0
    for word in re.findall(r"\S+\s*|\s+", text):
        size = _size(word)
        if part and length + size > room:
            yield part.rstrip()
            part, length = "", 0
        for character in word if size > room else [word]:
            weight = _size(character)
            if length + weight > room:
                yield part
                part, length = "", 0
            part += character
            length += weight
    if part:
        yield part


def _size(text: str) -> int:
    """At most so many characters once it is escaped."""
    return sum(len(_ESCAPES.get(each, each)) for each in text) + text.count("@")


def _lines(text: str) -> Iterator[_Line]:
    """Lines with the code among them marked; a table becomes code, in columns."""
    in_code = False
    table: list[str] = []
    for raw in safe(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
        line = raw.replace("\t", "    ")
        if not in_code and line.lstrip().startswith("|") and line.count("|") > 1:
            table.append(line.strip())
            continue
        yield from _table(table)
        table = []
        if _FENCE_LINE.match(line):
            in_code = not in_code
            continue
        yield _Line(_fenceless(line), in_code)
    yield from _table(table)


def _fenceless(text: str) -> str:
    """A text that can't end the code block which it stands in."""
    return text.replace(_FENCE, _ZERO_WIDTH.join(_FENCE))


def _table(lines: list[str]) -> Iterator[_Line]:
    if len(lines) < 2:
        yield from (_Line(line) for line in lines)
        return
    yield from (_Line(row, is_code=True) for row in aligned(lines, _fenceless))


def _paragraph(line: str) -> str:
    if heading := _HEADING.match(line):
        plain = _BOLD.sub(lambda match: match[1], heading[1])
        return f"*{inline(plain)}*" if plain.strip() else ""
    if bullet := _BULLET.match(line):
        return f"{bullet[1]}• {inline(line[bullet.end() :])}"
    return inline(line)


def _bold(match: re.Match[str]) -> str:
    """Slack sees a bold word only where no letter touches its asterisks, and in Korean a particle does."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    left = _ZERO_WIDTH if before.isalnum() else ""
    right = _ZERO_WIDTH if after.isalnum() else ""
    return f"{left}*{match[1]}*{right}"
