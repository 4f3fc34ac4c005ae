"""Files and texts that people gave in a chat: the originals, in one folder for each scope."""

from __future__ import annotations

import os
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath

from knowledge.errors import Unreadable
from knowledge.sources.loader import root_of
from knowledge.sources.options import MEBIBYTE, Folder
from knowledge.storage import write_atomically
from knowledge.types import ParsedDocument, Scope

MAX_SIZE = 64 * MEBIBYTE
VERSIONS_KEPT = 10
_LONGEST_NAME = 80  # characters: 240 bytes of Hangul, and file systems end at 255
_APPROVED = "approved-"
_VERSIONS = ".versions"  # hidden: a scan leaves it out
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


class Uploads:
    """The originals under one folder. A newer file of the same name in the same scope takes its place.

    What it takes the place of is kept beside it, the last ten versions, until the document is removed. Safe
    to use from several threads.

    Args:
        folder: where they are kept.
        parse: reads a file, or raises Unreadable: nothing is kept that can't be read.
    """

    def __init__(self, folder: Path, parse: Callable[[str, bytes], ParsedDocument]) -> None:
        self._folder = folder
        self._parse = parse
        self._writing = threading.Lock()

    def folder_of(self, scope: Scope) -> Folder:
        """The folder of a scope's uploads, to be registered and indexed like any other."""
        name = scope.replace(":", "+").replace("/", "+")
        return Folder(self._folder / name, scope, max_size=MAX_SIZE)

    def keep(self, scope: Scope, name: str, data: bytes, modified_at: datetime | None = None) -> str:
        """Store a file; gives its uri. `modified_at` is when its original was changed, now if not known.

        Raises:
            Unreadable: it can't be read as a document, and nothing is stored.
            StorageFull: the disk is full.
        """
        safe = safe_name(name)
        if len(data) > MAX_SIZE:
            raise Unreadable(reason="too_large", detail=f"{len(data) / MEBIBYTE:.1f} MiB")
        folder = self.folder_of(scope)
        path, uri = folder.path / safe, f"{root_of(folder.path)}/{safe}"
        with self._writing:
            before = path.read_bytes() if path.is_file() else None
            if before != data:
                self._parse(safe, data)
                folder.path.mkdir(parents=True, exist_ok=True)
                if before is not None:
                    _keep_version(path, before)
                write_atomically(path, data)
                if modified_at is not None:
                    os.utime(path, (modified_at.timestamp(), modified_at.timestamp()))
        return uri

    def says_the_same(self, uri: str, data: bytes) -> bool:
        """Whether what is kept has the text of another content, whatever else differs.

        Raises:
            Unreadable: the other content can't be read.
            ValueError: the uri is no upload's.
        """
        path = self._own(uri)
        if not path.is_file():
            return False
        before = path.read_bytes()
        return before == data or self._parse(path.name, before).text == self._parse(path.name, data).text

    def versions(self, uri: str) -> list[Path]:
        """What an original was before, the oldest first; a file's time is when it was replaced."""
        return sorted(_versions_of(self._own(uri)).glob("[0-9]*"))

    def remove(self, uri: str) -> None:
        """Delete an original with its earlier versions.

        Raises:
            ValueError: the uri is no upload's.
        """
        path = self._own(uri)
        with self._writing:
            path.unlink(missing_ok=True)
            shutil.rmtree(_versions_of(path), ignore_errors=True)

    def _own(self, uri: str) -> Path:
        path = Path(uri)
        if path.parent.parent != Path(root_of(self._folder)) or path.name == "..":
            raise ValueError(uri)
        return path


def _versions_of(path: Path) -> Path:
    return path.parent / _VERSIONS / path.name


def _keep_version(path: Path, data: bytes) -> None:
    """Keep what a file held until now as its newest version."""
    folder = _versions_of(path)
    folder.mkdir(parents=True, exist_ok=True)
    kept = sorted(folder.glob("[0-9]*"))
    number = int(kept[-1].name) + 1 if kept else 1
    write_atomically(folder / f"{number:06}", data)
    for old in kept[: max(0, len(kept) + 1 - VERSIONS_KEPT)]:
        old.unlink()


def approved_name(key: str) -> str:
    """What an approved answer is kept as; the key is the same for the same question."""
    return f"{_APPROVED}{key[:16]}.md"


def is_approved(uri: str) -> bool:
    """Whether this is an approved answer, among what was added in a chat."""
    path = PurePosixPath(uri)
    return path.name.startswith(_APPROVED) and "+" in path.parent.name


def safe_name(name: str) -> str:
    """A name that any file system takes, that hides nothing and leads nowhere."""
    normal = _UNSAFE.sub(" ", unicodedata.normalize("NFC", name)).strip(" .~$")
    stem, dot, suffix = normal.rpartition(".")
    if not dot or len(suffix) > 16:
        stem, suffix = normal, ""
    stem = stem[:_LONGEST_NAME].strip(" .") or "document"
    return f"{stem}.{suffix}" if suffix else stem
