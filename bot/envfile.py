"""Reads an `.env` file as people save it: with a BOM, in CP949, with Windows line ends, quotes, spaces."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

SIMILAR = 0.8
"""How alike two names are (difflib's ratio) before one is taken for a misspelling of the other."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One `NAME=value` of the file. `line` is 1-based."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The entries, and the 1-based lines that are neither an entry, a comment nor blank."""

    path: Path
    entries: tuple[Entry, ...]
    unreadable_lines: tuple[int, ...]


def read_env_file(path: Path) -> EnvFile:
    """Read `path`. Of a name that stands twice, the last entry counts, so both are returned in their order.

    Raises:
        OSError: the file can't be read.
    """
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    entries: list[Entry] = []
    broken: list[int] = []
    bindings = list(parse_stream(StringIO(decode(path.read_bytes()))))
    sound = [binding for binding in bindings if not binding.error]
    values = dotenv_values(stream=StringIO("".join(binding.original.string for binding in sound)))
    for binding in bindings:
        lead = binding.original.string
        line = binding.original.line + lead[: len(lead) - len(lead.lstrip())].count("\n")
        if binding.error or (binding.key and binding.value is None):
            broken.append(line)
        elif binding.key:
            entries.append(Entry(binding.key, (values.get(binding.key) or "").strip(), line))
    return EnvFile(path, tuple(entries), tuple(broken))


def decode(data: bytes) -> str:
    """The text: UTF-16 by its byte order mark, else UTF-8, else CP949, which Korean editors still save."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp949", errors="replace")


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A name in the file that is no setting, and the setting that it resembles."""

    name: str
    line: int
    meant: str


def misspellings(file: EnvFile, settings: Iterable[str]) -> tuple[Misspelling, ...]:
    """The names that are no setting but look like one. `settings` are upper-case names."""
    known = sorted(settings)
    found: list[Misspelling] = []
    for entry in file.entries:
        name = entry.name.upper().replace("-", "_")
        if entry.name.upper() in known:
            continue
        if close := get_close_matches(name, known, n=1, cutoff=SIMILAR):
            found.append(Misspelling(entry.name, entry.line, close[0]))
    return tuple(found)
