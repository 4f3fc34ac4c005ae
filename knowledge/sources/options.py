"""Which folders hold the documents: one line of settings, or a file with more options."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import InvalidFolder, InvalidScope
from knowledge.types import EVERYONE, Scope, parse_scope

MEBIBYTE = 1 << 20
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_DAYS = re.compile(r"(\d{1,4})\s*([dwmy]?)")
_LENGTHS = {"": 1, "d": 1, "w": 7, "m": 30, "y": 365}
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder whose files are documents that `scope` may read.

    `include` and `exclude` are patterns in gitignore's syntax, relative to the folder: with `include`, only
    files that match it count; what matches `exclude` never does. `max_size` is in bytes. A source
    that was last changed more than `stale_after` days ago is marked as old.
    """

    path: Path
    scope: Scope = EVERYONE
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_size: int = 64 * MEBIBYTE
    follow_links: bool = False
    stale_after: int | None = None


def parse_folders(setting: str) -> list[Folder]:
    """Read `path[=scope];path[=scope]`.

    A path may have spaces and `=` in it: only what stands after the last `=` and looks like a scope is one.
    `~` is the home folder; a relative path is relative to the working directory.

    Raises:
        InvalidScope: what follows a `=` is meant as a scope and is none.
        InvalidFolder: `options`: a scope without a path, or the same path twice.
    """
    folders: list[Folder] = []
    for part in filter(None, map(str.strip, setting.split(";"))):
        path, equals, scope = part.rpartition("=")
        if not equals or not _is_meant_as_scope(scope.strip()):
            path, scope = part, EVERYONE
        if not path.strip():
            raise InvalidFolder(path=part, reason="options", detail=part)
        folders.append(Folder(_absolute(path.strip(), Path.cwd()), parse_scope(scope)))
    return _distinct(folders)


def load_folders(toml: Path) -> list[Folder]:
    """Read `folders.toml`: a `[[folder]]` each, with `path` and the other fields of `Folder` if they differ.

    A relative path is relative to the file. `max_size` is in bytes or like `64MB` (a MB is 1,048,576 bytes).

    Raises:
        InvalidFolder: `missing` or `unreadable` (the file), `options` (TOML, or a value, that can't be used;
        `detail`
            says which), `unknown_option` (`detail` names it, and a similar one that exists).
        InvalidScope: a scope is none.
    """
    try:
        content = tomllib.loads(toml.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InvalidFolder(path=toml, reason="missing", detail="") from error
    except OSError as error:
        raise InvalidFolder(path=toml, reason="unreadable", detail=error.strerror or "") from error
    except ValueError as error:
        raise InvalidFolder(path=toml, reason="options", detail=str(error)) from error
    _check_names(toml, content, ["folder"])
    tables = content.get("folder", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidFolder(path=toml, reason="options", detail="[[folder]]")
    return _distinct([_folder(toml, table) for table in tables])


def _folder(toml: Path, table: dict[str, Any]) -> Folder:
    _check_names(toml, table, ["path", *_READERS])
    path = table.get("path")
    if not isinstance(path, str) or not path.strip():
        raise InvalidFolder(path=toml, reason="options", detail="path")
    options: dict[str, Any] = {}
    for name, value in table.items():
        if name != "path":
            try:
                options[name] = _READERS[name](value)
            except ValueError as error:
                raise InvalidFolder(path=path, reason="options", detail=f"{name} = {value!r}") from error
    return Folder(_absolute(path, toml.absolute().parent), **options)


def _check_names(toml: Path, table: Iterable[str], known: list[str]) -> None:
    for name in table:
        if name not in known:
            similar = difflib.get_close_matches(name, known, n=1)
            detail = f"{name} → {similar[0]}?" if similar else name
            raise InvalidFolder(path=toml, reason="unknown_option", detail=detail)


def _distinct(folders: list[Folder]) -> list[Folder]:
    """A folder that is named twice would have two scopes."""
    seen: set[Path] = set()
    for folder in folders:
        if folder.path in seen:
            raise InvalidFolder(path=folder.path, reason="options", detail=f"{folder.path} × 2")
        seen.add(folder.path)
    return folders


def _is_meant_as_scope(text: str) -> bool:
    """Also a misspelt one, which must not become part of a path that everyone may read."""
    if not text or re.match(r"@|\w+:(?![/\\])", text):
        return True
    kind, _, _ = text.lower().partition("/")
    return bool(difflib.get_close_matches(kind, ["everyone", "slack", "discord"], n=1, cutoff=0.8))


def _absolute(path: str, base: Path) -> Path:
    try:
        return Path(os.path.normpath(base / Path(path).expanduser()))
    except RuntimeError as error:  # `~name` of somebody who has no home here
        raise InvalidFolder(path=path, reason="missing", detail=str(error)) from error


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or not (size := int(float(match[1]) * _UNITS[match[2].lower()])):
        raise ValueError(value)
    return size


def parse_days(value: object) -> int:
    """Days, as a number or like `90d`, `12w`, `6m` (of 30 days), `1y`.

    Raises:
        ValueError: it is none of these, or nothing.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000:
        return value
    match = _DAYS.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if not match or not (days := int(match[1]) * _LENGTHS[match[2]]):
        raise ValueError(value)
    return days


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 (one kind of error for the caller to map)
    return value


def _patterns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(pattern, str) for pattern in value):
        raise ValueError(value)
    return tuple(value)


def _scope(value: object) -> Scope:
    if not isinstance(value, str):
        raise InvalidScope(scope=value)
    return parse_scope(value)


_READERS: dict[str, Callable[[object], Any]] = {
    "scope": _scope,
    "include": _patterns,
    "exclude": _patterns,
    "max_size": _size,
    "follow_links": _flag,
    "stale_after": parse_days,
}
