"""Reads an `.env` file as people save it: with a BOM, in CP949, with Windows line ends, quotes, spaces."""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

from knowledge.storage import write_atomically

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
    return data.decode(_encoding(data), errors="replace")


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"


def set_value(path: Path, name: str, value: str) -> None:
    """Write `NAME=value` into an `.env` file, and change nothing else of it.

    The last entry of that name is replaced, as it is the one that counts; without one the line goes below the
    comment `#NAME=`, or to the end. A missing file is made. Encoding, line ends and permissions stay.

    Raises:
        OSError: the file can't be read or written.
        StorageFull: the disk is full; the old content stands.
    """
    from dotenv.parser import parse_stream

    path = path.resolve()  # a link stays one
    data = path.read_bytes() if path.exists() else b""
    mode = stat.S_IMODE(path.stat().st_mode) if data else None
    encoding = _encoding(data)
    text = data.decode(encoding, "surrogateescape")
    bindings = list(parse_stream(StringIO(text, newline="")))
    lines = [binding.original.string for binding in bindings]
    entry = f"{name}={_quoted(value)}"
    entries = [number for number, binding in enumerate(bindings) if binding.key == name]
    comments = [number for number, line in enumerate(lines) if re.match(rf"\s*#\s*{name}\s*=", line)]
    if entries:
        place = entries[-1]
        lines[place] = _replaced(lines[place], entry, bindings[place].value or "")
    else:
        end = "\r\n" if "\r\n" in text else "\n"
        place = comments[-1] if comments else len(lines) - 1
        if lines and not lines[place].endswith("\n"):
            lines[place] += end
        lines.insert(place + 1, entry + end)
    write_atomically(path, "".join(lines).encode(encoding, "surrogateescape"), mode)


def _replaced(line: str, entry: str, old_value: str) -> str:
    """The line with another entry; what stands around it (blank lines, export, a comment) stays."""
    lead = re.match(r"\s*(?:export[^\S\r\n]+)?", line)
    comment = r"(?:[^\S\r\n]+#[^\r\n]*)?" if "#" not in old_value else ""
    tail = re.search(rf"{comment}[^\S\r\n]*[\r\n]*\Z", line)
    return (lead[0] if lead else "") + entry + (tail[0] if tail else "")


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:@%+,=~-]*", value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


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
