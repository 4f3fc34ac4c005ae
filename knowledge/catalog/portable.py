"""A catalog at a server as a file of SQLite's, and back: what a backup holds, wherever the catalog was.

Rows go over as plain values, a table after the one that it refers to. What was numbered goes on where it was,
so that a number which a chat still shows is never another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Table, delete, insert, inspect, select, text

from knowledge.catalog.copying import settle
from knowledge.catalog.migrate import HEAD, current_revision, migrate
from knowledge.catalog.schema import metadata, state, uploads
from knowledge.catalog.store import Catalog
from knowledge.errors import CatalogDamaged

_ROWS = 500
_LAST = text("""
SELECT last_value FROM pg_sequences
WHERE quote_ident(schemaname) || '.' || quote_ident(sequencename)
= pg_get_serial_sequence(quote_ident(:name), 'id')
""")
_GO_ON = text("SELECT setval(pg_get_serial_sequence(quote_ident(:name), 'id'), :next, false)")


def has_schema(catalog: Catalog) -> bool:
    """Whether anything was ever kept there. Raises as `Catalog.read`."""
    with catalog.read() as connection:
        return current_revision(connection) is not None


def is_empty(catalog: Catalog) -> bool:
    """Whether nothing would be lost with it. Raises as `Catalog.read`."""
    with catalog.read() as connection:
        there = set(inspect(connection).get_table_names())
        tables = [table for table in metadata.sorted_tables if table is not state and table.name in there]
        return not any(connection.execute(select(text("1")).select_from(table)).first() for table in tables)


def write_file(catalog: Catalog, target: Path) -> None:
    """Copy a catalog as it is at one moment into a new file, also while others write to it.

    The file has the catalog's own schema, which may be an earlier program's.

    Raises:
        CatalogDamaged: it is a later program's.
        IndexUnavailable: the server can't be reached.
        StorageFull: there is no room for the file.
    """
    made = Catalog(f"sqlite:///{target}")
    try:
        with catalog.read() as reading:
            revision = current_revision(reading) or HEAD
            if revision > HEAD:
                raise CatalogDamaged(
                    path=catalog.location, detail=f"schema {revision} is newer than this program's {HEAD}"
                )
            with made.write() as writing:
                migrate(writing, revision)
                _copy(reading, writing)
    finally:
        made.close()
    settle(target, catalog.location)


def read_file(source: Path, writing: Connection) -> None:
    """Replace all that a catalog holds by what a file does; both have this program's schema.

    Raises:
        CatalogDamaged: the file can't be read.
    """
    made = Catalog(f"sqlite:///{source}")
    try:
        with made.read() as reading:
            _copy(reading, writing)
    finally:
        made.close()


def has_uploads_elsewhere(catalog: Catalog, folder: str) -> bool:
    """Whether a catalog knows uploads, and none in that folder: it is another machine's that has them."""
    with catalog.read() as connection:
        known = select(uploads.c.id).limit(1)
        here = known.where(uploads.c.uri.startswith(folder.rstrip("/") + "/", autoescape=True))
        return connection.scalar(known) is not None and connection.scalar(here) is None


def _copy(reading: Connection, writing: Connection) -> None:
    there = inspect(reading)
    tables = [table for table in metadata.sorted_tables if there.has_table(table.name)]
    for table in reversed(tables):
        writing.execute(delete(table))
    for table in tables:
        known = {column["name"] for column in there.get_columns(table.name)}
        columns = [column for column in table.columns if column.name in known]
        names = [column.name for column in columns]
        rows = reading.execute(select(*columns), execution_options={"yield_per": _ROWS})
        for some in rows.partitions():
            writing.execute(insert(table), [dict(zip(names, row, strict=True)) for row in some])
    for table in _numbered(tables):
        _go_on_after(writing, table, _last_number(reading, table))


def _numbered(tables: list[Table]) -> Iterator[Table]:
    return (table for table in tables if table.dialect_options["sqlite"]["autoincrement"])


def _last_number(connection: Connection, table: Table) -> int:
    """The greatest number that a row of the table ever had; 0: there was none."""
    if connection.dialect.name == "sqlite":
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=table.name)
        return connection.execute(query).scalar() or 0
    return connection.execute(_LAST.bindparams(name=table.name)).scalar() or 0


def _go_on_after(connection: Connection, table: Table, number: int) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name").bindparams(name=table.name))
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)").bindparams(
                name=table.name, seq=number
            )
        )
        return
    connection.execute(_GO_ON.bindparams(name=table.name, next=number + 1))
