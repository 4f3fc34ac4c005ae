"""Files that are whole or not there."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import StorageFull

UNFINISHED = ".new"
"""What the name of a file ends with that `write_atomically` has not finished: a kill leaves it."""

_BLOCK = 1 << 22
_ROOM = 1 << 18


def make_private(folder: Path) -> None:
    """Make a folder that only this account may look into; one that is there keeps its permissions.

    What stands in it is of every scope, and other people may have accounts on the machine.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def write_atomically(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a file so that a reader, or the next start after a crash, sees the old content or the new.

    `mode` is its permissions; None leaves them to the process.

    Raises:
        StorageFull: the disk is full; the old content stands.
    """
    data = content.encode() if isinstance(content, str) else content
    with disk_errors(path):
        # Hidden, so that no scan takes it for a file; its own, for two may write the same file at once.
        temporary = path.with_name(f".{uuid.uuid4().hex}{UNFINISHED}")
        try:
            with temporary.open("wb") as file:
                if mode is not None:
                    temporary.chmod(mode)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def checksum(path: Path) -> int | None:
    """CRC-32 of a file, None where there is none: tells a damaged file from what was written."""
    value = 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                value = zlib.crc32(block, value)
    except FileNotFoundError:
        return None
    return value


def has_space(folder: Path) -> bool:
    """Whether the disk has room to speak of: for libraries that don't say why they could not write."""
    return shutil.disk_usage(folder).free > _ROOM


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Map a full disk (or an exhausted quota) to StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(path=str(path)) from error
        raise
