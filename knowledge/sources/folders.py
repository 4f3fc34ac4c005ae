"""Folders of files: which files they hold now, and what is in one."""

from __future__ import annotations

import errno
import os
import stat
import time
import unicodedata
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from knowledge.errors import InvalidFolder, Unreadable
from knowledge.parsing import extension, supported
from knowledge.sources.options import MEBIBYTE, Folder, load_folders, parse_folders

__all__ = ["FileState", "Folder", "Problem", "Scan", "load_folders", "parse_folders", "read", "scan"]

# What is never a document: hidden files and folders (.git, .DS_Store), the lock files of Office, temporary
# files, editors' copies, what a browser or an SFTP client is still fetching, and the folders that tools fill.
EXCLUDED_BEGINNINGS = (".", "~$")
EXCLUDED_ENDINGS = (".tmp", ".swp", "~", ".crdownload", ".part", ".partial", ".download", ".filepart")
EXCLUDED_FILES = frozenset(("thumbs.db", "desktop.ini"))
EXCLUDED_FOLDERS = frozenset(("__pycache__", "node_modules"))

_KINDS = {stat.S_IFIFO: "FIFO", stat.S_IFSOCK: "socket", stat.S_IFCHR: "device", stat.S_IFBLK: "device"}
_BROKEN = {errno.ENOENT: "broken_link", errno.ENOTDIR: "broken_link", errno.ELOOP: "link_loop"}


class FileState(NamedTuple):
    """A file as the scan saw it (a tuple: there may be a hundred thousand).

    `uri` is its path in NFC. `path` opens it: the same path as the file system has it, or where a link leads
    to. `size` is in bytes.
    """

    uri: str
    path: str
    size: int
    mtime_ns: int


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


def scan(folder: Folder, ignored: Path | None = None) -> Scan:
    """List a folder's files without opening one.

    Left out silently: what is excluded, the folder `ignored`, what vanishes meanwhile, and links to what is
    inside the folder anyway. Everything else that isn't a file to read is a problem: `unsupported`,
    `too_large`, `permission`, `io`, `duplicate_name` (the same name in another normal form), `broken_link`,
    `link_loop`, and `link`, one that leads out of the folder. With `follow_links` those are followed, unless
    they lead to a hidden file or to `ignored` (`link_private`); a file that several ways lead to counts once.

    Raises:
        InvalidFolder: `missing`, `not_a_folder`, `unreadable`, or `options` (a pattern that can't be used).
    """
    return _Scanner(folder, ignored).scan()


def is_never_a_document(path: str) -> bool:
    """Whether a path within a folder is left out for its name: what is hidden, temporary or a tool's."""
    parts = path.split("/")
    return (
        any(part.startswith(EXCLUDED_BEGINNINGS) or part in EXCLUDED_FOLDERS for part in parts)
        or parts[-1].lower().endswith(EXCLUDED_ENDINGS)
        or parts[-1].lower() in EXCLUDED_FILES
    )


def read(file: FileState, max_size: int, settle: float = 0.0, root: Path = Path("/")) -> bytes:
    """A file's content.

    Args:
        file: as the scan saw it.
        max_size: in bytes.
        root: the folder that was scanned. No link below it is followed: whoever may write there could have
            put one in a folder's place since, and so have another folder's file read.
        settle: one that was changed within so many seconds may be half written: it is waited for, so long
            at most, and if it changes meanwhile it is left for later. By this machine's clock: where a
            share's is ahead, nothing is waited for.

    Raises:
        Unreadable: `vanished`, `permission`, `link` or `unsupported` (it became a link or a device),
        `too_large`,
            `changing` (somebody is writing it) or `io`.
    """
    if (left := _unsettled(file.mtime_ns, settle)) > 0:
        time.sleep(left)
    try:
        with open(file.path, "rb", opener=partial(_open, root=root)) as stream:
            before = os.fstat(stream.fileno())
            if _unsettled(before.st_mtime_ns, settle) > 0:
                raise Unreadable(reason="changing", detail="")
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable(reason="unsupported", detail=_kind(before))
            if before.st_size > max_size:
                raise _too_large(before, max_size)
            data = stream.read(max_size + 1)
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise _unreadable(error) from error
    if len(data) != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise Unreadable(reason="changing", detail="")
    return data


def _unsettled(mtime_ns: int, settle: float) -> float:
    """Seconds until a file has not changed for `settle` seconds; nothing where it is from the future."""
    age = (time.time_ns() - mtime_ns) / 1e9
    return settle - age if 0 <= age < settle else 0.0


def _open(path: str, flags: int, root: Path) -> int:
    """Without waiting for a FIFO's writer or following a link: the path may no longer be what was scanned.

    A path that doesn't lie under `root` is where a link led to, without links of its own.
    """
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if os.open not in os.supports_dir_fd:
        return os.open(path, flags)
    start = root.expanduser().absolute()
    if not Path(path).is_relative_to(start):
        start = Path("/")
    *folders, name = Path(path).relative_to(start).parts
    here = os.open(start, os.O_DIRECTORY)
    try:
        for folder in folders:
            below = os.open(folder, os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        return os.open(name, flags, dir_fd=here)
    finally:
        os.close(here)


def _unreadable(error: OSError) -> Unreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):  # also a folder that became a link
        return Unreadable(reason="vanished", detail="")
    if isinstance(error, PermissionError):
        return Unreadable(reason="permission", detail="")
    if error.errno == errno.ELOOP:  # O_NOFOLLOW's answer
        return Unreadable(reason="link", detail="")
    return Unreadable(reason="io", detail=error.strerror or type(error).__name__)


def _too_large(status: os.stat_result, most: int) -> Unreadable:
    return Unreadable(
        reason="too_large", detail=f"{status.st_size / MEBIBYTE:.1f} > {most / MEBIBYTE:.1f} MiB"
    )


def _kind(status: os.stat_result) -> str:
    return _KINDS.get(stat.S_IFMT(status.st_mode), "device")


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
    def __init__(self, folder: Folder, ignored: Path | None) -> None:
        self._folder = folder
        self._root = folder.path.expanduser().absolute()
        self._uri = _readable(str(self._root)).rstrip("/")
        self._ignored = self._uri_within(ignored) if ignored else None
        self._ignored_path = ignored.resolve() if ignored else None
        self._include = self._patterns(folder.include)
        self._exclude = self._patterns(folder.exclude)
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

    def _patterns(self, lines: tuple[str, ...]) -> GitIgnoreSpec | None:
        try:
            return GitIgnoreSpec.from_lines(lines) if lines else None
        except ValueError as error:
            raise self._invalid("options", str(error)) from error

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
                self._fail(place.uri, _unreadable(error))
                continue
            places.extend(below for entry in entries if (below := self._take(entry, place)))

    def _take(self, entry: os.DirEntry[str], place: _Place) -> _Place | None:
        """Note a file or a link; a folder is given back to be walked."""
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
            elif name not in EXCLUDED_FOLDERS and uri != self._ignored and not self._is_excluded(uri + "/"):
                return _Place(entry.path, uri, place.linked)
        except OSError as error:
            self._fail(uri, _unreadable(error))
        return None

    def _file(self, path: str, name: str, uri: str, status: os.stat_result) -> None:
        small = name.lower()
        if small.endswith(EXCLUDED_ENDINGS) or small in EXCLUDED_FILES or self._is_excluded(uri):
            return
        if self._include and not self._include.match_file(self._relative(uri)):
            return
        if not stat.S_ISREG(status.st_mode):
            self._fail(uri, Unreadable(reason="unsupported", detail=_kind(status)))
        elif not supported(small):
            self._fail(uri, Unreadable(reason="unsupported", detail=extension(name)))
        elif uri in self._uris:
            self._fail(uri, Unreadable(reason="duplicate_name", detail=""))
        elif status.st_size > self._folder.max_size:
            self._fail(uri, _too_large(status, self._folder.max_size))
        else:
            self._uris.add(uri)
            self._found.files.append(FileState(uri, path, status.st_size, status.st_mtime_ns))

    def _link(self, entry: os.DirEntry[str], uri: str) -> None:
        """Judge a link. One to follow waits until all that is in the folder itself has been seen."""
        if self._is_excluded(uri) or self._is_excluded(uri + "/"):
            return
        try:
            entry.stat()
        except OSError as error:
            reason = _BROKEN.get(error.errno or 0)
            self._fail(uri, Unreadable(reason=reason, detail="") if reason else _unreadable(error))
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
            self._fail(uri, _unreadable(error))
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

    def _is_excluded(self, uri: str) -> bool:
        return self._exclude is not None and self._exclude.match_file(self._relative(uri))

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
