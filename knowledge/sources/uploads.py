"""Files and texts that people gave in a chat: the originals, in one folder for each scope."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from knowledge.errors import Unreadable
from knowledge.sources.loader import root_of
from knowledge.sources.options import MEBIBYTE, Folder
from knowledge.storage import write_atomically
from knowledge.types import ParsedDocument, Scope

MAX_SIZE = 64 * MEBIBYTE
_LONGEST_NAME = 80  # characters: 240 bytes of Hangul, and file systems end at 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


class Uploads:
    """The originals under one folder. A newer file of the same name in the same scope takes its place.

    Args:
        folder: where they are kept.
        parse: reads a file, or raises Unreadable: nothing is kept that can't be read.
    """

    def __init__(self, folder: Path, parse: Callable[[str, bytes], ParsedDocument]) -> None:
        self._folder = folder
        self._parse = parse

    def folder_of(self, scope: Scope) -> Folder:
        """The folder of a scope's uploads, to be registered and indexed like any other."""
        name = scope.replace(":", "+").replace("/", "+")
        return Folder(self._folder / name, scope, max_size=MAX_SIZE)

    def keep(self, scope: Scope, name: str, data: bytes) -> str:
        """Store a file; gives its uri.

        Raises:
            Unreadable: it can't be read as a document, and nothing is stored.
            StorageFull: the disk is full.
        """
        safe = safe_name(name)
        if len(data) > MAX_SIZE:
            raise Unreadable(reason="too_large", detail=f"{len(data) / MEBIBYTE:.1f} MiB")
        self._parse(safe, data)
        folder = self.folder_of(scope)
        folder.path.mkdir(parents=True, exist_ok=True)
        write_atomically(folder.path / safe, data)
        return f"{root_of(folder.path)}/{safe}"

    def remove(self, uri: str) -> None:
        """Delete an original.

        Raises:
            ValueError: the uri is no upload's.
        """
        path = Path(uri)
        if path.parent.parent != Path(root_of(self._folder)):
            raise ValueError(uri)
        path.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """A name that any file system takes, that hides nothing and leads nowhere."""
    normal = _UNSAFE.sub(" ", unicodedata.normalize("NFC", name)).strip(" .~$")
    stem, dot, suffix = normal.rpartition(".")
    if not dot or len(suffix) > 16:
        stem, suffix = normal, ""
    stem = stem[:_LONGEST_NAME].strip(" .") or "document"
    return f"{stem}.{suffix}" if suffix else stem
