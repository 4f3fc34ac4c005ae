"""A shared folder as a loader of documents."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.errors import InvalidFolder, Unreadable
from knowledge.parsing import Parse, parse
from knowledge.sources.folders import FileState, Scan, read, scan
from knowledge.sources.options import Folder
from knowledge.sources.patience import Patience, Stalled
from knowledge.types import ParsedDocument, Scope


class FolderLoader:
    """Lists, reads and parses the files of one folder; it parses them in this process unless told how.

    A file that was changed within the last `settle` seconds is waited for. What is in `ignored` is left out.
    A folder that gives no sign of life is waited for as `patience` says.
    """

    def __init__(
        self,
        folder: Folder,
        parse: Parse = parse,
        settle: float = 0.0,
        ignored: Path | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._folder = folder
        self._parse = parse
        self._settle = settle
        self._ignored = ignored
        self._patience = patience or Patience()
        self.root = root_of(folder.path)

    @property
    def scope(self) -> Scope:
        """Who may read the folder's documents."""
        return self._folder.scope

    def scan(self) -> Scan:
        """The files that are there now. Raises InvalidFolder when the folder isn't, or doesn't answer."""
        try:
            return self._patience.call(self.root, lambda beat: scan(self._folder, self._ignored, beat))
        except Stalled as error:
            raise InvalidFolder(path=self._folder.path, reason="stalled", detail="") from error

    def read(self, file: FileState) -> bytes:
        """A file's bytes. Raises Unreadable."""
        folder = self._folder
        try:
            return self._patience.call(
                self.root, lambda beat: read(file, folder.max_size, self._settle, folder.path, beat)
            )
        except Stalled as error:
            raise Unreadable(reason="stalled", detail="") from error

    def parse(self, file: FileState, data: bytes) -> ParsedDocument:
        """A file's text and structure. Raises Unreadable."""
        return self._parse(file.uri.rsplit("/", 1)[-1], data)


def root_of(path: Path) -> str:
    """What the uris of a folder's files begin with: its absolute path in NFC."""
    return unicodedata.normalize("NFC", str(path.expanduser().absolute()))


def as_options(folder: Folder) -> dict[str, Any]:
    """A folder's options as plain values, without its path."""
    options = asdict(folder)
    del options["path"]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}


def from_options(path: str, options: dict[str, Any]) -> Folder:
    """The folder of `as_options`."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
    }
    return Folder(Path(path), **values)
