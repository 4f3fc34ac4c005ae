"""A file of vectors by key, bounded in size: a cache that never stops the work it is there to save."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, vectors BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS vectors_by_use ON vectors (used);
"""
_VARIABLES = 500  # of one statement; SQLite may be built with a limit of 999
_USE_GRAIN = 3600  # seconds: a read within them isn't worth a write
_EVICTED = 0.2  # of the rows at a time, so that evictions are rare
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class VectorFile:
    """Bytes by key in one SQLite file. Safe for several threads and processes.

    Nothing is ever raised for the file's sake. A damaged file is moved aside (`*.damaged`) and begun anew;
    when it can't be written (a full disk, no permission), that is logged once and work goes on without it.

    Args:
        path: the file; its folder is made.
        limit: bytes that the file may take, about; beyond it the rows that weren't used longest go.
        clock: seconds since the epoch.
    """

    def __init__(self, path: Path, limit: int, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._warned = False

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What is there of these keys."""
        wanted = list(keys)
        return self._try(lambda database: self._read(database, wanted)) or {}

    def write(self, rows: Mapping[bytes, bytes]) -> None:
        """Keep these values, and evict if that makes the file too large."""
        self._try(lambda database: self._write(database, rows))

    def close(self) -> None:
        """Close the file. A later read or write opens it again."""
        with self._lock:
            self._close()

    def _read(self, database: sqlite3.Connection, keys: list[bytes]) -> dict[bytes, bytes]:
        now = int(self._clock())
        found: dict[bytes, bytes] = {}
        stale: list[tuple[int, int]] = []
        for begin in range(0, len(keys), _VARIABLES):
            part = keys[begin : begin + _VARIABLES]
            marks = ",".join("?" * len(part))
            # The only text put into the statement is question marks.
            statement = f"SELECT id, key, used, vectors FROM vectors WHERE key IN ({marks})"  # noqa: S608
            for row, key, used, value in database.execute(statement, part):
                found[key] = value
                if now - used >= _USE_GRAIN:
                    stale.append((now, row))
        if stale:
            with database:
                database.executemany("UPDATE vectors SET used = ? WHERE id = ?", stale)
        return found

    def _write(self, database: sqlite3.Connection, rows: Mapping[bytes, bytes]) -> None:
        now = int(self._clock())
        with database:
            database.executemany(
                "INSERT INTO vectors (key, used, vectors) VALUES (?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE SET used = excluded.used, vectors = excluded.vectors",
                [(key, now, value) for key, value in rows.items()],
            )
            if self._size(database) > self._limit:
                (count,) = database.execute("SELECT count(*) FROM vectors").fetchone()
                database.execute(
                    "DELETE FROM vectors WHERE id IN (SELECT id FROM vectors ORDER BY used, id LIMIT ?)",
                    (max(1, int(count * _EVICTED)),),
                )

    @staticmethod
    def _size(database: sqlite3.Connection) -> int:
        """Bytes in use: the file doesn't shrink, but its free pages are used again."""
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def _try(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result | None:
        with self._lock:
            try:
                return self._with_recovery(work)
            except (sqlite3.Error, OSError) as exc:
                if not self._warned:
                    self._warned = True
                    _log.warning("embeddings are not cached: %s: %s", self._path, exc)
                self._close()
                return None

    def _with_recovery(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        try:
            return work(self._open())
        except sqlite3.DatabaseError as exc:
            if not _is_damage(exc):
                raise
            self._close()
            self._move_aside(exc)
            return work(self._open())

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.executescript(_SCHEMA)
            except sqlite3.Error:
                database.close()
                raise
            self._database = database
        return self._database

    def _close(self) -> None:
        if self._database is not None:
            # Closing writes too, and a damaged file or a full disk says so once more.
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _move_aside(self, exc: sqlite3.DatabaseError) -> None:
        with suppress(sqlite3.Error):
            # Another process may have begun it anew since.
            database = self._open()
            if database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
                return
        self._close()
        aside = self._path.with_name(self._path.name + ".damaged")
        _log.warning(
            "the cache of embeddings was damaged (%s) and is begun anew; the old file is %s", exc, aside
        )
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.replace(aside)


def _is_damage(exc: sqlite3.DatabaseError) -> bool:
    code: int | None = getattr(exc, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGED
