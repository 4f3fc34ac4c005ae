"""Markdown as Discord reads it, in pieces that fit a message. Pure.

What comes in was written by a language model or by whoever wrote a document, so nothing of it may become a
mention or a link: all that Discord gives a meaning is escaped, but bold, code, lists, headings and quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.tables import aligned
from adapters.wording import safe

MESSAGE = 2000
"""Characters of one message, Discord's limit."""

_ZERO_WIDTH = "\u200b"
_FENCE = "```"
_FENCE_LINE = re.compile(r"\s{0,3}(`{3,}|~{3,})([^`]*)$")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}$")
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BULLET = re.compile(r"(\s*)[-*+]\s+")
_QUOTE = re.compile(r"\s{0,3}>[>\s]*")
_TOKEN = re.compile(
    r"""
    (?P<escape>\\[!-/:-@\[-`{-~])                            # escaped already
    | (?P<code>(?<!`)(?P<ticks>`{1,2})[^`\n]+(?P=ticks)(?!`))   # code within its line
    | !?\[(?P<label>[^\]\[\n]*)\]\(<?(?P<target>[^\s()<>]+)>?(?:\s+"[^"]*")?\)
    | \*\*(?P<bold>(?=\S)[^\n\\*]+(?<=\S))\*\*
    | (?P<special>[\\`<*_|] | ~(?=~) | (?<=~)~ | \](?=\()
        | (?<=\w):(?=//) | (?<=discord\.gg)/ | (?<=/invite)/)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MEANINGFUL = re.compile(
    r"[\\`<>*_|~\[\]#] | (?<=\w):(?=//) | (?<=discord\.gg)/ | (?<=/invite)/ | ^\s*-",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str  # as it is sent
    language: str | None = None  # of the code block that it stands in, perhaps without a name


def length(text: str) -> int:
    """Characters as the strictest client counts them: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> str:
    """One line of text that Discord shows as it is."""
    line = _EVERYONE.sub(f"@{_ZERO_WIDTH}", " ".join(safe(text).split()))
    return _MEANINGFUL.sub(lambda match: f"{match[0][:-1]}\\{match[0][-1]}", line)


def inline(text: str) -> str:
    """One line of Markdown with bold and code; a link is shown as text, and leads nowhere."""
    line = _EVERYONE.sub(f"@{_ZERO_WIDTH}", safe(text))
    return _TOKEN.sub(_token, line)


def pieces(text: str, limit: int = MESSAGE) -> list[str]:
    """Markdown in pieces of at most `limit` characters, in order.

    A piece ends between lines if it can; a code block that goes on is closed and opened again. A table
    becomes a code block, in columns.
    """
    found: list[str] = []
    current: list[str] = []
    size, language = 0, None
    for line in _divided(text, limit - 2 * (length(_FENCE) + 1) - 21):
        opened = "" if line.language is None or line.language == language else f"{_FENCE}{line.language}"
        closed = _FENCE if language is not None and line.language != language else ""
        added = [each for each in (closed, opened) if each]
        needed = sum(length(each) + 1 for each in (*added, line.text)) + (
            length(_FENCE) + 1 if line.language is not None else 0
        )
        if current and size + needed > limit:
            found.append(_closed(current, language))
            current, size = [], 0
            added = [] if line.language is None else [f"{_FENCE}{line.language}"]
        current += [*added, line.text]
        size += sum(length(each) + 1 for each in (*added, line.text))
        language = line.language
    if current:
        found.append(_closed(current, language))
    return [piece for piece in found if piece.strip()]


def _closed(lines: list[str], language: str | None) -> str:
    return "\n".join([*lines, _FENCE] if language is not None else lines).strip("\n")


def _divided(text: str, room: int) -> Iterator[_Line]:
    """The lines as they are sent, none longer than `room`."""
    for line, language in _lines(text):
        written = line if language is not None else _paragraph(line)
        if length(written) <= room:
            yield _Line(written, language)
            continue
        for part in _cut(line, room // 2):  # escaping at most doubles it
            yield _Line(part if language is not None else plain(part), language)


def _cut(text: str, room: int) -> Iterator[str]:
    """A long line in parts, divided at spaces if there are any."""
    part = ""
    for word in re.findall(r"\S+\s*|\s+", text):
        if part and length(part) + length(word) > room:
            yield part.rstrip()
            part = ""
        rest = word
        while length(rest) > room:
            head = rest[: room // 2]  # no more than `room` UTF-16 units
            yield head
            rest = rest[len(head) :]
        part += rest
    if part:
        yield part


def _lines(text: str) -> Iterator[tuple[str, str | None]]:
    """Lines, each with the name of the code block's language that it stands in, or None."""
    fence, language = "", None
    table: list[str] = []
    for raw in safe(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
        line = raw.replace("\t", "    ")
        if not fence and line.lstrip().startswith("|") and line.count("|") > 1:
            table.append(line.strip())
            continue
        yield from _table(table)
        table = []
        match = _FENCE_LINE.match(line)
        if match and not fence:
            fence, named = match[1], match[2].strip()
            language = named if _LANGUAGE.match(named) else ""
        elif match and match[1].startswith(fence) and not match[2].strip():
            fence, language = "", None
        elif fence:
            yield _code(line), language
        else:
            yield line, None
    yield from _table(table)


def _table(lines: list[str]) -> Iterator[tuple[str, str | None]]:
    if len(lines) < 2:
        yield from ((line, None) for line in lines)
        return
    yield from ((row, "") for row in aligned(lines, _code))


def _code(line: str) -> str:
    """A line that can't end the code block which it stands in."""
    return _EVERYONE.sub(f"@{_ZERO_WIDTH}", re.sub("`(?=``)|(?<=`)`(?=`)", f"`{_ZERO_WIDTH}", line))


def _paragraph(line: str) -> str:
    if heading := _HEADING.match(line):
        words = heading[2].replace("**", "")
        if not words.strip():
            return ""
        return f"{heading[1]} {inline(words)}" if len(heading[1]) <= 3 else f"**{plain(words)}**"
    if quote := _QUOTE.match(line):  # `>>>` would quote all that follows
        return f"> {inline(line[quote.end() :])}"
    if bullet := _BULLET.match(line):
        return f"{bullet[1]}- {inline(line[bullet.end() :])}"
    return inline(line)


def _token(match: re.Match[str]) -> str:
    if match["escape"] or match["code"]:
        return match[0]
    if match["bold"]:
        return f"**{_TOKEN.sub(_token, match['bold'])}**"
    if match["target"]:
        label, target = match["label"], match["target"]
        return _TOKEN.sub(_token, f"{label} ({target})" if label.strip() else target)
    if match[0] == "]":
        return "]\\"
    return f"\\{match[0]}"
