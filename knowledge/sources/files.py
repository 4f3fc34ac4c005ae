"""One file of a folder: as it was seen, and what is in it."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from knowledge.errors import Unreadable
from knowledge.sources.options import MEBIBYTE

_KINDS = {stat.S_IFIFO: "FIFO", stat.S_IFSOCK: "socket", stat.S_IFCHR: "device", stat.S_IFBLK: "device"}


class FileState(NamedTuple):
    """A file as the scan saw it (a tuple: there may be a hundred thousand).

    `uri` is its path in NFC. `path` opens it: the same path as the file system has it, or where a link leads
    to. `size` is in bytes.
    """

    uri: str
    path: str
    size: int
    mtime_ns: int


def nothing() -> None:
    """Whoever waits needs no sign of life."""


def read(
    file: FileState,
    max_size: int,
    settle: float = 0.0,
    root: Path = Path("/"),
    beat: Callable[[], None] = nothing,
) -> bytes:
    """A file's content.

    Args:
        file: as the scan saw it.
        max_size: in bytes.
        root: the folder that was scanned. No link below it is followed: whoever may write there could have
            put one in a folder's place since, and so have another folder's file read.
        settle: one that was changed within so many seconds may be half written: it is waited for, so long
            at most, and if it changes meanwhile it is left for later. By this machine's clock: where a
            share's is ahead, nothing is waited for.
        beat: called at each mebibyte.

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
                raise Unreadable(reason="unsupported", detail=kind(before))
            if before.st_size > max_size:
                raise too_large(before, max_size)
            data = _read(stream, max_size + 1, beat)
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise unreadable(error) from error
    if len(data) != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise Unreadable(reason="changing", detail="")
    return data


def _read(stream: BinaryIO, most: int, beat: Callable[[], None]) -> bytes:
    """So many bytes at most."""
    pieces = []
    while most > 0 and (piece := stream.read(min(MEBIBYTE, most))):
        beat()
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


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


def unreadable(error: OSError) -> Unreadable:
    """What the system says of a file, in our words."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):  # also a folder that became a link
        return Unreadable(reason="vanished", detail="")
    if isinstance(error, PermissionError):
        return Unreadable(reason="permission", detail="")
    if error.errno == errno.ELOOP:  # O_NOFOLLOW's answer
        return Unreadable(reason="link", detail="")
    return Unreadable(reason="io", detail=error.strerror or type(error).__name__)


def too_large(status: os.stat_result, most: int) -> Unreadable:
    """How much larger than allowed (in bytes) a file is."""
    return Unreadable(
        reason="too_large", detail=f"{status.st_size / MEBIBYTE:.1f} > {most / MEBIBYTE:.1f} MiB"
    )


def kind(status: os.stat_result) -> str:
    """What that is which isn't a file."""
    return _KINDS.get(stat.S_IFMT(status.st_mode), "device")
