"""The catalog, in a file and at a server: its schema, its transactions, and what goes wrong with the file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from knowledge.catalog import Catalog
from knowledge.catalog.migrate import HEAD, current_revision
from knowledge.catalog.schema import metadata
from knowledge.errors import CatalogDamaged, IndexUnavailable, StorageFull


@pytest.fixture
def catalog(either_catalog: None, tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog of either kind."""
    yield from opened(tmp_path)


@pytest.fixture
def file_catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog in a file."""
    yield from opened(tmp_path)


def opened(folder: Path) -> Iterator[Catalog]:
    made = Catalog.in_folder(folder)
    made.prepare()
    yield made
    made.close()


def test_the_migrations_make_the_schema(catalog: Catalog) -> None:
    """A database that went through every migration is what `schema.py` says."""
    with catalog.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert current_revision(connection) == HEAD


def test_preparing_twice_changes_nothing(catalog: Catalog) -> None:
    """A second start keeps what is there."""
    with catalog.write() as connection:
        connection.execute(text("UPDATE state SET generation = 7"))
    catalog.prepare()
    with catalog.read() as connection:
        assert connection.execute(text("SELECT generation FROM state")).scalar() == 7


def test_a_newer_schema_is_refused(catalog: Catalog) -> None:
    """A catalog that a later program made is not touched by this one."""
    with catalog.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CatalogDamaged, match="newer"):
        catalog.prepare()


def test_a_failed_write_leaves_nothing(catalog: Catalog) -> None:
    """A transaction whose block raises is not there."""

    def fail() -> None:
        with catalog.write() as connection:
            connection.execute(text("UPDATE state SET generation = 7"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with catalog.read() as connection:
        assert connection.execute(text("SELECT generation FROM state")).scalar() == 0


def test_a_read_sees_one_state(catalog: Catalog) -> None:
    """A reader that has begun doesn't see what is written meanwhile, and doesn't hold the writer up."""
    with catalog.read() as reader:
        assert reader.execute(text("SELECT generation FROM state")).scalar() == 0
        with catalog.write() as writer:
            writer.execute(text("UPDATE state SET generation = 1"))
        assert reader.execute(text("SELECT generation FROM state")).scalar() == 0


def test_writers_wait_for_each_other(catalog: Catalog) -> None:
    """Two writers at once both succeed, one after the other."""

    def add() -> None:
        for _ in range(20):
            with catalog.write() as connection:
                connection.execute(text("UPDATE state SET generation = generation + 1"))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with catalog.read() as connection:
        assert connection.execute(text("SELECT generation FROM state")).scalar() == 60


@pytest.mark.parametrize("content", [b"rubbish" * 2000, b"SQLite format 3\x00" + b"\xff" * 9000])
def test_a_file_that_is_no_catalog_is_an_error(tmp_path: Path, content: bytes) -> None:
    """Rubbish in place of the file is told, with the file's path, and is not overwritten."""
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(content)
    with pytest.raises(CatalogDamaged) as error:
        Catalog.in_folder(tmp_path).prepare()
    assert str(path) in str(error.value.parameters["path"])
    assert path.read_bytes() == content


def test_a_torn_page_is_an_error(file_catalog: Catalog, tmp_path: Path) -> None:
    """A catalog whose pages were overwritten is an error where it is read, not an empty result."""
    with file_catalog.write() as connection:
        for i in range(300):
            connection.execute(text("INSERT INTO documents (uri) VALUES (:uri)"), {"uri": f"/{i}" * 50})
    file_catalog.close()
    with Catalog.in_folder(tmp_path).write() as connection:
        connection.execute(text("UPDATE state SET generation = 1"))
    path = tmp_path / "catalog.sqlite"
    for log in tmp_path.glob("catalog.sqlite-*"):
        log.unlink()
    data = bytearray(path.read_bytes())
    data[8192:] = b"\x55" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(CatalogDamaged), Catalog.in_folder(tmp_path).read() as connection:
        connection.execute(text("SELECT count(*), max(length(uri)) FROM documents")).one()


def test_a_full_disk_is_told(file_catalog: Catalog) -> None:
    """When the database can't grow the write fails as StorageFull, and what was there stays readable."""

    def fill() -> None:
        with file_catalog.write() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
            connection.execute(text("INSERT INTO documents (uri) VALUES (:uri)"), {"uri": "x" * 1_000_000})

    with pytest.raises(StorageFull):
        fill()
    with file_catalog.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM documents")).scalar() == 0


def test_an_error_of_the_database_tells_nothing_of_what_was_written(catalog: Catalog) -> None:
    """What people asked must not come into the log with a statement that fails."""
    with pytest.raises(IndexUnavailable) as raised, catalog.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "비밀 질문"})
    assert "비밀" not in f"{raised.value} {raised.value.__cause__}"
