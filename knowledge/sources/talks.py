"""Messages and threads of a chat that a person saves: one document each, with who said what and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from knowledge.sources.uploads import safe_name

_LONGEST_TITLE = 80
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"( {0,3})(#{1,6})(?=[ \t]|$)")
_RULE = re.compile(r" {0,3}(?:=+|(?:-[ \t]*)+|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_MARKUP = re.compile(r"[*_`~]+|^[#>\s-]+")


@dataclass(frozen=True, slots=True)
class Said:
    """One message: `author` is a display name, `at` aware, `text` plain or Markdown."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A message with the replies to it, or one alone, the oldest first.

    `key` is the same whenever it is saved again: the channel's id and the first message's. `link` opens it in
    the chat. Without a `title` its first words are its title.
    """

    key: str
    link: str
    messages: tuple[Said, ...]
    title: str = ""

    @property
    def said_at(self) -> datetime:
        """When the last message was written."""
        return max(message.at for message in self.messages)


def as_file(talk: Talk) -> tuple[str, bytes]:
    """A talk as a Markdown file: its name, which the key decides alone, and its content.

    Times are this machine's. What looks like a heading or a rule in a message is made plain, so that nobody's
    message structures the document.

    Raises:
        ValueError: nobody said anything.
    """
    said = [message for message in talk.messages if message.text.strip()]
    if not said:
        raise ValueError(talk.key)
    title = _one_line(talk.title) or _one_line(said[0].text) or talk.key
    people = ", ".join(dict.fromkeys(_one_line(message.author) for message in said))
    days = [f"{message.at.astimezone():%Y-%m-%d}" for message in (said[0], said[-1])]
    head = f"# {title}\n\n{people} · {' – '.join(dict.fromkeys(days))}"
    body = "\n\n".join([head, *map(_paragraph, said)])
    return safe_name(f"talk-{talk.key}.md".replace("/", "-")), f"{body}\n".encode()


def _paragraph(message: Said) -> str:
    when = f"{message.at.astimezone():%Y-%m-%d %H:%M}"
    return f"**{_one_line(message.author)}** ({when}): " + "\n".join(_plain_lines(message.text.strip()))


def _plain_lines(text: str) -> Iterable[str]:
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
            yield line
        elif mark:
            fence = mark[1]
            yield from ("", line)  # a fence is one at the beginning of a line
        elif not _RULE.match(line):
            yield _HEADING.sub(r"\1\\\2", line)
    if fence:
        yield fence


def _one_line(text: str) -> str:
    line = next((line for line in text.strip().splitlines() if line.strip()), "")
    return " ".join(_MARKUP.sub(" ", line).split())[:_LONGEST_TITLE].strip()
