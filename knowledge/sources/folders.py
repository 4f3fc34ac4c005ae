"""Folders of files: which files they hold now."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from knowledge.errors import InvalidFolder, Unreadable
from knowledge.parsing import extension, supported
from knowledge.sources.files import FileState, kind, nothing, read, too_large, unreadable
from knowledge.sources.options import Folder, load_folders, parse_folders
from knowledge.sources.patterns import Patterns

__all__ = ["FileState", "Folder", "Problem", "Scan", "load_folders", "parse_folders", "read", "scan"]

# What is never a document: hidden files and folders (.git, .DS_Store), the lock files of Office, temporary
# files, editors' copies, what a browser or an SFTP client is still fetching, and the folders that tools fill.
EXCLUDED_BEGINNINGS = (".", "~$")
EXCLUDED_ENDINGS = (".tmp", ".swp", "~", ".crdownload", ".part", ".partial", ".download", ".filepart")
EXCLUDED_FILES = frozenset(("thumbs.db", "desktop.ini"))
EXCLUDED_FOLDERS = frozenset(("__pycache__", "node_modules"))

_BROKEN = {errno.ENOENT: "broken_link", errno.ENOTDIR: "broken_link", errno.ELOOP: "link_loop"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or folder that can't be read. Of a folder nothing is known then: its files may well be there."""

    uri: str
    error: Unreadable


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds."""

    files: list[FileState] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def scan(folder: Folder, ignored: Path | None = None, beat: Callable[[], None] = nothing) -> Scan:
    """List a folder's files without opening one, calling `beat` at each.

    Left out silently: what is excluded, the folder `ignored`, what vanishes meanwhile, and links to what is
    inside the folder anyway. Everything else that isn't a file to read is a problem: `unsupported`,
    `too_large`, `permission`, `io`, `duplicate_name` (the same name in another normal form), `broken_link`,
    `link_loop`, and `link`, one that leads out of the folder. With `follow_links` those are followed, unless
    they lead to a hidden file or to `ignored` (`link_private`); a file that several ways lead to counts once.

    Raises:
        InvalidFolder: `missing`, `not_a_folder`, `unreadable`, or `options` (a pattern that can't be used).
    """
    return _Scanner(folder, ignored, beat).scan()


def is_never_a_document(path: str) -> bool:
    """Whether a path within a folder is left out for its name: what is hidden, temporary or a tool's."""
    parts = path.split("/")
    return (
        any(part.startswith(EXCLUDED_BEGINNINGS) or part in EXCLUDED_FOLDERS for part in parts)
        or parts[-1].lower().endswith(EXCLUDED_ENDINGS)
        or parts[-1].lower() in EXCLUDED_FILES
    )


def _readable(name: str) -> str:
    """A name in NFC. One that isn't UTF-8 is read as CP949 (of an old archive), else with its bytes shown."""
    if name.isascii():
        return name
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        try:
            name = raw.decode("cp949")
        except UnicodeDecodeError:
            name = raw.decode("utf-8", errors="backslashreplace")
    return unicodedata.normalize("NFC", name)


class _Place(NamedTuple):
    """A folder on the way. `linked` tells that a link led to it."""

    path: str
    uri: str
    linked: bool = False


class _Scanner:
    def __init__(self, folder: Folder, ignored: Path | None, beat: Callable[[], None]) -> None:
        self._folder = folder
        self._beat = beat
        self._root = folder.path.expanduser().absolute()
        self._uri = _readable(str(self._root)).rstrip("/")
        self._ignored = self._uri_within(ignored) if ignored else None
        self._ignored_path = ignored.resolve() if ignored else None
        try:
            self._include = GitIgnoreSpec.from_lines(folder.include) if folder.include else None
            self._exclude = Patterns(folder.exclude)
        except ValueError as error:
            raise self._invalid("options", str(error)) from error
        self._found = Scan()
        self._uris: set[str] = set()
        self._links: deque[tuple[Path, str]] = deque()
        self._visited: set[tuple[int, int]] = set()  # devices and inodes; kept only if links are followed

    def scan(self) -> Scan:
        try:
            if not self._root.is_dir():
                raise self._invalid("not_a_folder" if self._root.exists() else "missing")
            os.scandir(self._root).close()
            self._walk(_Place(str(self._root), self._uri))
            os.scandir(self._root).close()  # if it went away meanwhile, its files weren't deleted
        except OSError as error:
            raise self._invalid(
                "missing" if isinstance(error, FileNotFoundError) else "unreadable"
            ) from error
        while self._links:
            self._follow(*self._links.popleft())
        return self._found

    def _uri_within(self, path: Path) -> str | None:
        """The uri of what is inside of the folder, whatever links lead to either."""
        root, target = self._root.resolve(), path.resolve()
        if target == root or not target.is_relative_to(root):
            return None
        return f"{self._uri}/{_readable(target.relative_to(root).as_posix())}"

    def _invalid(self, reason: str, detail: str = "") -> InvalidFolder:
        return InvalidFolder(path=self._folder.path, reason=reason, detail=detail)

    def _walk(self, top: _Place) -> None:
        places = [top]
        while places:
            place = places.pop()
            try:
                if self._folder.follow_links and self._is_visited(os.stat(place.path)):  # noqa: PTH116
                    continue
                with os.scandir(place.path) as listing:
                    entries = sorted(listing, key=attrgetter("name"))
            except OSError as error:
                self._fail(place.uri, unreadable(error))
                continue
            places.extend(below for entry in entries if (below := self._take(entry, place)))

    def _take(self, entry: os.DirEntry[str], place: _Place) -> _Place | None:
        """Note a file or a link; a folder is given back to be walked."""
        self._beat()
        name = entry.name
        if name.startswith(EXCLUDED_BEGINNINGS):
            return None
        if not name.isascii():
            name = _readable(name)
        uri = f"{place.uri}/{name}"
        try:
            if entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                if not (self._folder.follow_links and self._is_visited(status) and place.linked):
                    self._file(entry.path, name, uri, status)
            elif entry.is_symlink():
                self._link(entry, uri)
            elif not entry.is_dir(follow_symlinks=False):
                self._file(entry.path, name, uri, entry.stat(follow_symlinks=False))
            elif (
                name not in EXCLUDED_FOLDERS
                and uri != self._ignored
                and not self._is_excluded(uri, is_folder=True)
            ):
                return _Place(entry.path, uri, place.linked)
        except OSError as error:
            self._fail(uri, unreadable(error))
        return None

    def _file(self, path: str, name: str, uri: str, status: os.stat_result) -> None:
        small = name.lower()
        if small.endswith(EXCLUDED_ENDINGS) or small in EXCLUDED_FILES or self._is_excluded(uri):
            return
        if self._include and not self._include.match_file(self._relative(uri)):
            return
        if not stat.S_ISREG(status.st_mode):
            self._fail(uri, Unreadable(reason="unsupported", detail=kind(status)))
        elif not supported(small):
            self._fail(uri, Unreadable(reason="unsupported", detail=extension(name)))
        elif uri in self._uris:
            self._fail(uri, Unreadable(reason="duplicate_name", detail=""))
        elif status.st_size > self._folder.max_size:
            self._fail(uri, too_large(status, self._folder.max_size))
        else:
            self._uris.add(uri)
            self._found.files.append(FileState(uri, path, status.st_size, status.st_mtime_ns))

    def _link(self, entry: os.DirEntry[str], uri: str) -> None:
        """Judge a link. One to follow waits until all that is in the folder itself has been seen."""
        if self._is_excluded(uri, is_folder=True):
            return
        try:
            entry.stat()
        except OSError as error:
            reason = _BROKEN.get(error.errno or 0)
            self._fail(uri, Unreadable(reason=reason, detail="") if reason else unreadable(error))
            return
        target = Path(entry.path).resolve()
        if self._folder.follow_links and self._is_private(target):
            self._fail(uri, Unreadable(reason="link_private", detail=str(target)))
        elif self._folder.follow_links:
            self._links.append((target, uri))
        elif not target.is_relative_to(self._root.resolve()):
            self._fail(uri, Unreadable(reason="link", detail=str(target)))

    def _follow(self, target: Path, uri: str) -> None:
        try:
            status = target.stat()
        except OSError as error:
            self._fail(uri, unreadable(error))
            return
        if not stat.S_ISDIR(status.st_mode):
            if not self._is_visited(status):
                self._file(str(target), uri[uri.rfind("/") + 1 :], uri, status)
        elif target.name not in EXCLUDED_FOLDERS:
            self._walk(_Place(str(target), uri, linked=True))

    def _is_private(self, target: Path) -> bool:
        """Whether a link leads to what is never a document, or to the data of all scopes."""
        ours = self._ignored_path
        return target.name.startswith(EXCLUDED_BEGINNINGS) or (
            ours is not None and (target.is_relative_to(ours) or ours.is_relative_to(target))
        )

    def _is_excluded(self, uri: str, *, is_folder: bool = False) -> bool:
        return self._exclude.leaves_out(self._relative(uri), is_folder=is_folder)

    def _relative(self, uri: str) -> str:
        return uri[len(self._uri) + 1 :]

    def _is_visited(self, status: os.stat_result) -> bool:
        """Whether this was seen before; from now on it was."""
        key = (status.st_dev, status.st_ino)
        seen = key in self._visited
        self._visited.add(key)
        return seen

    def _fail(self, uri: str, error: Unreadable) -> None:
        if error.parameters["reason"] != "vanished":
            self._found.problems.append(Problem(uri, error))
