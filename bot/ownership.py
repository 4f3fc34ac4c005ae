"""One running process owns a data folder and writes to it; others read, or hand their writes over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.catalog import Catalog
from knowledge.errors import AlreadyRunning
from knowledge.storage import disk_errors, make_private

# Whoever asks `is_owned` holds the lock for an instant, which must not look like an owner.
_INSTANT = 0.2


@contextmanager
def owned(folder: Path, catalog: Catalog | None = None) -> Iterator[None]:
    """Own the folder, and the catalog where it is at a server, while the block lasts.

    The system ends the ownership of a killed process.

    Raises:
        AlreadyRunning: another process owns one of them.
        IndexUnavailable: the catalog's server can't be reached.
        StorageFull: there is no room for the lock.
    """
    name = folder / "owner.pid"
    with disk_errors(folder):
        make_private(folder)
        lock = FileLock(folder / "owner.lock")
        try:
            lock.acquire(timeout=_INSTANT, poll_interval=_INSTANT / 10)
        except Timeout as error:
            pid = name.read_text().strip() if name.exists() else "?"
            raise AlreadyRunning(path=str(folder), pid=pid) from error
    try:
        with disk_errors(folder):
            name.write_text(str(os.getpid()))
        with catalog.owned() if catalog else nullcontext():
            yield
    finally:
        name.unlink(missing_ok=True)
        lock.release()


def is_owned(folder: Path, catalog: Catalog | None = None) -> bool:
    """Whether some process owns the folder now, or the catalog where it is at a server."""
    lock = FileLock(folder / "owner.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return catalog is not None and catalog.is_owned()
