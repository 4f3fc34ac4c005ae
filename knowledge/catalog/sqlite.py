"""SQLite in WAL mode: one file, many readers, one writer, who waits for the one before."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from knowledge.errors import CatalogDamaged, IndexUnavailable, SaseoError, StorageFull
from knowledge.storage import has_space

_BUSY_SECONDS = 30


def engine_of(url: URL) -> Engine:
    """Connections to a file; each transaction says by the option `saseo_writes` whether it is to write."""
    engine = create_engine(
        url,
        hide_parameters=True,  # an error's text is logged, and these are what people asked
        connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def mapped(error: DBAPIError, location: str) -> SaseoError:
    """What a person is told of an error of the database."""
    detail = str(error.orig)
    code = getattr(error.orig, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None  # the upper bits tell variants of one error apart
    is_torn = "malformed" in detail or "Could not decode" in detail
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT) or is_torn:
        return CatalogDamaged(path=location, detail=detail)
    if primary == sqlite3.SQLITE_FULL or "No space left" in detail or _has_no_room(primary, location):
        return StorageFull(path=location)
    return IndexUnavailable(detail=detail)


def _has_no_room(code: int | None, location: str) -> bool:
    """Whether SQLite's error about a file that it could not make or let grow comes from a full disk."""
    return code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and not has_space(Path(location).parent)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own: _begin does
    _use_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute("PRAGMA mmap_size=268435456")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL; SQLite doesn't wait for another process that is just switching it."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("saseo_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
