"""A team's own words (products, abbreviations, people), which the Korean analyser must not take apart."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from knowledge.errors import InvalidInput

TAGS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "VV", "VA", "MAG", "MM", "IC", "XR", "XPN", "XSN"})


class InvalidUserWords(InvalidInput):
    """Parameters: path, line (1-based), text, reason (`encoding`, `empty_word`, `tag`, `columns`)."""


class UserWord(NamedTuple):
    """A word and its part of speech in the Sejong tag set (NNP: a name)."""

    word: str
    tag: str


def read_user_words(path: Path) -> tuple[UserWord, ...]:
    """Read a file of one word a line, optionally with a tab and a tag.

    Empty lines and lines that begin with # don't count.

    Raises:
        InvalidUserWords: a line can't be read.
        OSError: the file can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidUserWords(path=path, line=1, text="", reason="encoding") from error
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, *rest = (column.strip() for column in line.split("\t"))
        tag = rest[0] if rest else "NNP"
        reason = (
            "empty_word" if not word else "columns" if len(rest) > 1 else "tag" if tag not in TAGS else ""
        )
        if reason:
            raise InvalidUserWords(path=path, line=number, text=line.strip(), reason=reason)
        found.append(UserWord(word, tag))
    return tuple(dict.fromkeys(found))
