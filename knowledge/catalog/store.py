"""Opens the database, and gives transactions: `read()` pins one snapshot, `write()` is the only writer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from knowledge.catalog.migrate import HEAD, current_revision, migrate
from knowledge.errors import CatalogDamaged, IndexUnavailable, SaseoError, StorageFull
from knowledge.storage import has_space, make_private

_BUSY_SECONDS = 30


class Catalog:
    """A SQL database with the catalog's schema.

    Errors of the database are mapped: a file that is no database or is torn raises CatalogDamaged, a full
    disk StorageFull, one that can't be reached or stays locked IndexUnavailable.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine = create_engine(
            self._url,
            hide_parameters=True,  # an error's text is logged, and these are what people asked
            connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS} if self._sqlite else {},
            **({} if self._sqlite else {"isolation_level": "REPEATABLE READ"}),
        )
        if self._sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @classmethod
    def in_folder(cls, folder: Path) -> Catalog:
        """The default: SQLite in WAL mode, `catalog.sqlite` in a folder, which is made."""
        make_private(folder)
        return cls(f"sqlite:///{folder / 'catalog.sqlite'}")

    @property
    def location(self) -> str:
        """What an error or a person calls this catalog: the file, or the URL without its password."""
        return self._url.database or "" if self._sqlite else self._url.render_as_string(hide_password=True)

    @property
    def _sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def prepare(self, *, had_documents: bool = False) -> None:
        """Create the schema or migrate it.

        Args:
            had_documents: whether this catalog has been written to before, so that a file without anything in
                it was emptied, which SQLite takes for a new database.

        Raises:
            CatalogDamaged: the file is no catalog, was emptied, or is a later program's.
        """
        was_there = self._sqlite and Path(self.location).exists()
        with self.read() as connection:
            current = current_revision(connection)
        if current == HEAD:
            return
        if current is None and was_there and had_documents:
            raise CatalogDamaged(path=self.location, detail="empty")
        if current is not None and current > HEAD:
            raise CatalogDamaged(
                path=self.location, detail=f"schema {current} is newer than this program's {HEAD}"
            )
        with self.write() as connection:
            migrate(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot: everything read through the connection is as it was at its first read."""
        with self._mapped_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is committed at the end, or not at all."""
        with self._mapped_errors(), self._engine.connect() as connection:
            writing = connection.execution_options(saseo_writes=True)
            with writing.begin():
                yield writing

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._mapped(error) from error

    def _mapped(self, error: DBAPIError) -> SaseoError:
        detail = str(error.orig)
        code = getattr(error.orig, "sqlite_errorcode", None)
        primary = code & 0xFF if code is not None else None  # the upper bits tell variants of one error apart
        is_torn = "malformed" in detail or "Could not decode" in detail
        if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT) or is_torn:
            return CatalogDamaged(path=self.location, detail=detail)
        if primary == sqlite3.SQLITE_FULL or "No space left" in detail or self._has_no_room(primary):
            return StorageFull(path=self.location)
        return IndexUnavailable(detail=detail)

    def _has_no_room(self, code: int | None) -> bool:
        """Whether SQLite's error about a file that it could not make or let grow comes from a full disk."""
        unclear = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
        return self._sqlite and code in unclear and not has_space(Path(self.location).parent)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own: _begin_sqlite does
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


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("saseo_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
