"""A catalog as one file that can be carried away, and what has to change in one that is brought back."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from knowledge.catalog.schema import (
    claims,
    documents,
    exclusions,
    folders,
    pages,
    problems,
    requests,
    state,
    turns,
    uploads,
)
from knowledge.catalog.store import Catalog
from knowledge.errors import CatalogDamaged, StorageFull


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a catalog as it is at one moment, also while others write to it (SQLite's online backup).

    Raises:
        CatalogDamaged: it can't be read, or what was copied isn't sound.
        StorageFull: there is no room for the copy.
    """
    with (
        _mapped(str(source), target),
        closing(sqlite3.connect(source)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
    settle(target, str(source))


def settle(path: Path, source: str) -> None:
    """Make a copy that was just written one file, without a log beside it, and look whether it is sound.

    Args:
        path: the copy's.
        source: what an error calls the catalog that it is of.

    Raises:
        CatalogDamaged: it isn't.
        StorageFull: there is no room.
    """
    with _mapped(source, path), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise CatalogDamaged(path=source, detail=str(verdict))


@contextmanager
def _mapped(source: str, target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StorageFull(path=str(target.parent)) from error
        raise CatalogDamaged(path=source, detail=str(error)) from error


def adopt(path: Path, before: str, now: str) -> None:
    """Make a catalog that is brought back this place's: migrate it, move its uploads, and let the past rest.

    Questions that were being answered have been answered since, or their people have gone; and nobody waits
    for what other processes had asked the owner to do.

    Args:
        path: of the file.
        before: the folder of the uploads where the catalog comes from.
        now: their folder here.

    Raises:
        CatalogDamaged: it is no catalog, or a later program's.
    """
    catalog = Catalog(f"sqlite:///{path}")
    try:
        catalog.prepare(had_documents=True)
        with catalog.write() as connection:
            connection.execute(update(state).values(library=uuid.uuid4().hex))
            connection.execute(delete(requests))
            connection.execute(
                update(claims).where(claims.c.state == "waiting").values(state="failed", payload=None)
            )
            if before != now:
                _move(connection, before.rstrip("/") + "/", now.rstrip("/") + "/")
    finally:
        catalog.close()


def _move(connection: Connection, before: str, now: str) -> None:
    connection.execute(delete(problems).where(problems.c.folder.startswith(before, autoescape=True)))
    for table, name in (
        (documents, "uri"),
        (folders, "path"),
        (exclusions, "uri"),
        (uploads, "uri"),
        (pages, "uri"),
    ):
        _move_column(connection, table, name, before, now)
    rows = connection.execute(select(turns.c.id, turns.c.uris, turns.c.sources)).all()
    for number, uris, sources in rows:
        values = {"uris": _moved(uris, before, now), "sources": _moved(sources, before, now)}
        if values != {"uris": uris, "sources": sources}:
            connection.execute(update(turns).where(turns.c.id == number).values(values))


def _move_column(connection: Connection, table: Table, name: str, before: str, now: str) -> None:
    column = table.c[name]
    for (path,) in connection.execute(select(column).where(column.startswith(before, autoescape=True))).all():
        connection.execute(
            update(table).where(column == path).values({name: now + path.removeprefix(before)})
        )


def _moved(value: Any, before: str, now: str) -> Any:
    """The same plain value with the paths in it moved."""
    match value:
        case str() if value.startswith(before):
            return now + value.removeprefix(before)
        case list():
            return [_moved(each, before, now) for each in value]
        case dict():
            return {name: _moved(each, before, now) for name, each in value.items()}
        case _:
            return value
