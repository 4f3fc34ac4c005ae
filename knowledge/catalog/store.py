"""Opens the database, and gives transactions: `read()` pins one snapshot, `write()` is the only writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from knowledge.catalog import sqlite
from knowledge.catalog.migrate import HEAD, current_revision, migrate
from knowledge.errors import CatalogDamaged
from knowledge.storage import make_private


class Catalog:
    """A SQL database with the catalog's schema: SQLite's file, or PostgreSQL's server.

    Errors of the database are mapped: a file that is no database or is torn raises CatalogDamaged, a full
    disk StorageFull, one that can't be reached or stays locked IndexUnavailable.

    Raises:
        MissingDependency: the URL is PostgreSQL's, and psycopg isn't installed.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        if self._sqlite:
            self._engine, self._mapped = sqlite.engine_of(self._url), sqlite.mapped
            self._reading, self._writing = {}, {"saseo_writes": True}
            self._ownership = None
        else:
            from knowledge.catalog import postgresql

            self._engine, self._mapped = postgresql.engine_of(self._url), postgresql.mapped
            self._reading = postgresql.options(writes=False)
            self._writing = {"saseo_writes": True, **postgresql.options(writes=True)}
            self._ownership = postgresql.Ownership(self._engine, self.location)

    @classmethod
    def in_folder(cls, folder: Path) -> Catalog:
        """The default: SQLite in WAL mode, `catalog.sqlite` in a folder, which is made."""
        make_private(folder)
        return cls(f"sqlite:///{folder / 'catalog.sqlite'}")

    @property
    def location(self) -> str:
        """What an error or a person calls this catalog: the file, or the URL without its password."""
        return self._url.database or "" if self._sqlite else self._url.render_as_string(hide_password=True)

    def prepare(self, *, had_documents: bool = False) -> None:
        """Create the schema or migrate it.

        Args:
            had_documents: whether this catalog has been written to before, so that a file without anything in
                it was emptied, which SQLite takes for a new database.

        Raises:
            CatalogDamaged: the file is no catalog, was emptied, or is a later program's.
            IndexUnavailable: the server can't be reached, refuses us, or keeps no UTF-8.
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
        with self._mapped_errors(), self._engine.connect() as connection:
            reading = connection.execution_options(**self._reading)
            with reading.begin():
                yield reading

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is committed at the end, or not at all.

        Raises:
            AlreadyRunning: this process owned the catalog, and another does now.
        """
        with self._mapped_errors(), self._engine.connect() as connection:
            writing = connection.execution_options(**self._writing)
            with writing.begin():
                if self._ownership is not None:
                    self._ownership.confirm(writing)
                yield writing

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Be the only owner on any machine while the block lasts. A file has its folder's lock instead.

        Raises:
            AlreadyRunning: another process owns it.
        """
        if self._ownership is None:
            yield
            return
        with self._mapped_errors():
            self._ownership.take()
        try:
            yield
        finally:
            self._ownership.release()

    def is_owned(self) -> bool:
        """Whether a process owns it, wherever it runs; of a file, only the folder's lock tells."""
        if self._ownership is None:
            return False
        with self.read() as connection:
            return self._ownership.is_held(connection)

    def server_version(self) -> str:
        """The version of the server that it is at, after trying it. Raises as `read`."""
        with self.read() as connection:
            return ".".join(map(str, connection.dialect.server_version_info or ()))

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, self._engine.dialect.loaded_dbapi.Error):
                raise  # of another catalog that is copied from this one, or to it
            raise self._mapped(error, self.location) from error
