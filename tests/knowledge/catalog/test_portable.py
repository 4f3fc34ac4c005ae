"""A catalog that goes from a server into a file, and from a file to a server, loses nothing on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, inspect, select

from knowledge.catalog import Catalog, chats, notes
from knowledge.catalog.chats import ClaimKey
from knowledge.catalog.copying import adopt
from knowledge.catalog.migrate import current_revision, migrate
from knowledge.catalog.portable import has_schema, is_empty, read_file, write_file
from knowledge.catalog.schema import claims, metadata, requests, runs
from knowledge.errors import CatalogDamaged
from knowledge.library import Library
from knowledge.types import EVERYONE
from tests.builders import SPACE, vectors_for, version
from tests.postgres_server import PostgresServer

ALL = frozenset({EVERYONE})


@pytest.fixture
def server(postgres: PostgresServer) -> Iterator[Catalog]:
    """An empty catalog at the server."""
    made = Catalog(postgres.url())
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def other(postgres: PostgresServer) -> Iterator[Catalog]:
    """Another one."""
    made = Catalog(postgres.url())
    made.prepare()
    yield made
    made.close()


def rows(catalog: Catalog) -> dict[str, list[tuple[object, ...]]]:
    """All that a catalog holds, times without their zone, which a file doesn't keep: they are UTC."""
    with catalog.read() as connection:
        return {
            table.name: sorted(
                (
                    tuple(v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row)
                    for row in connection.execute(select(table))
                ),
                key=repr,
            )
            for table in metadata.sorted_tables
        }


def claim(catalog: Catalog, message: str) -> int:
    with catalog.write() as connection:
        key = ClaimKey("slack", "T1", "C1", message)
        number = chats.claim(
            connection, key, conversation="1.0", asker="U1", revision="", payload={"a": ["한글 \0"]}
        )
    assert number is not None
    return number


def test_there_and_back(server: Catalog, other: Catalog, tmp_path: Path) -> None:
    """Server to file to server: every row of every table is what it was, vectors and times included."""
    library = Library(server, tmp_path / "index", SPACE, owner=True)
    new = version("/가", [f"lamp {n}" for n in range(1_100)])
    library.replace([new, version("/b", ["desk"])], vectors_for(new))
    claim(server, "1")
    with server.write() as connection:
        notes.register_folder(connection, "/docs", {"scope": "everyone"})
        connection.execute(insert(runs).values(started_at=datetime.now(UTC), counts={"added": 1}, whole=True))
    write_file(server, tmp_path / "catalog.sqlite")
    assert [path.name for path in tmp_path.glob("catalog*")] == ["catalog.sqlite"]
    kept = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    assert rows(kept) == rows(server)
    claim(other, "of another time")
    with other.write() as connection:
        read_file(tmp_path / "catalog.sqlite", connection)
    assert rows(other) == rows(server)
    again = Library(other, tmp_path / "other", SPACE, owner=True)
    again.finish()
    with again.pin(ALL) as snapshot, library.pin(ALL) as before:
        vector = next(iter(vectors_for(new).values()))[0]
        assert snapshot.search_dense(vector, 5).rows.tolist() == before.search_dense(vector, 5).rows.tolist()
    for each in (library, again, kept):
        each.close()


@pytest.mark.parametrize("way", ["into a file", "to a server"])
def test_no_number_is_given_twice(way: str, server: Catalog, tmp_path: Path) -> None:
    """Numbers go on after the greatest one that ever was, though its row is gone."""
    file = Catalog.in_folder(tmp_path / "file")
    file.prepare()
    source, target = (server, file) if way == "into a file" else (file, server)
    numbers = [claim(source, message) for message in ("1", "2", "3")]
    with source.write() as connection:
        connection.execute(delete(claims).where(claims.c.id > numbers[0]))
    if way == "into a file":
        write_file(source, tmp_path / "copy.sqlite")
        target = Catalog(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    else:
        with target.write() as connection:
            read_file(tmp_path / "file" / "catalog.sqlite", connection)
    assert claim(target, "4") == numbers[-1] + 1
    with target.write() as connection:
        assert notes.hand_over(connection, {}) == 1
    file.close()
    target.close()


def test_a_file_is_one_moment(server: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while it is made is in none of its tables."""
    claim(server, "1")
    from knowledge.catalog import portable

    real = portable.migrate

    def meanwhile(*arguments: object) -> None:
        real(*arguments)
        claim(server, "2")
        with server.write() as connection:
            notes.register_folder(connection, "/late", {})
            notes.hand_over(connection, {})

    monkeypatch.setattr(portable, "migrate", meanwhile)
    write_file(server, tmp_path / "catalog.sqlite")
    kept = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with kept.read() as connection:
        assert connection.scalar(select(func.count()).select_from(claims)) == 1
        assert notes.registered_folders(connection) == {}
        assert connection.scalar(select(func.count()).select_from(requests)) == 0
    kept.close()


def test_an_earlier_programs_catalog_is_kept_as_it_is(postgres: PostgresServer, tmp_path: Path) -> None:
    """A backup before the first start of a new program has the old schema, which is migrated when it is put back."""
    old = Catalog(postgres.url())
    assert not has_schema(old)
    with old.write() as connection:
        migrate(connection, "0008")
    assert has_schema(old)
    assert is_empty(old)
    claim(old, "1")
    assert not is_empty(old)
    path = tmp_path / "catalog.sqlite"
    write_file(old, path)
    kept = Catalog(f"sqlite:///{path}")
    with kept.read() as connection:
        assert current_revision(connection) == "0008"
        assert "whole" not in {column["name"] for column in inspect(connection).get_columns("runs")}
    adopt(path, "/uploads", "/uploads")
    with kept.read() as connection:
        assert connection.scalar(select(func.count()).select_from(claims)) == 1
    kept.close()
    old.close()


def test_a_later_programs_catalog_is_refused(server: Catalog, tmp_path: Path) -> None:
    """This one wouldn't know what to keep."""
    with server.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CatalogDamaged, match="newer"):
        write_file(server, tmp_path / "catalog.sqlite")
