"""What is PostgreSQL's alone: its locks, its one owner, its texts, and how it fails."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from knowledge.catalog import Catalog, chats, notes
from knowledge.catalog.chats import ClaimKey
from knowledge.catalog.word_counts import WordCounts, are_current, recount
from knowledge.errors import AlreadyRunning, IndexUnavailable, MissingDependency
from knowledge.library import Library
from knowledge.types import EVERYONE
from tests.builders import SPACE, vectors_for, version
from tests.postgres_server import PostgresServer

KEY = ClaimKey("slack", "T1", "C1", "1.0")


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A new catalog's."""
    return postgres.url()


@pytest.fixture
def catalog(url: str) -> Iterator[Catalog]:
    """An empty catalog."""
    made = Catalog(url)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def restarted(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """The server, which a test stops; it runs again for the next."""
    yield postgres
    postgres.kill()
    postgres.start()


def test_what_a_writer_reads_is_what_the_one_before_wrote(catalog: Catalog, url: str) -> None:
    """A claim that waited for another's transaction finds the message claimed, and takes it no second time."""
    other = Catalog(url)

    def claim(connection: object) -> int | None:
        return chats.claim(connection, KEY, conversation="1.0", asker="U1", revision="", payload={})

    with catalog.write() as connection:
        assert claim(connection)
    with other.write() as connection:
        assert claim(connection) is None
    other.close()


def test_a_reader_cannot_write(catalog: Catalog) -> None:
    """A snapshot is for reading: a write in it, which would wait for nobody, is refused."""
    with pytest.raises(IndexUnavailable, match="read-only"), catalog.read() as connection:
        connection.execute(text("UPDATE state SET generation = 7"))


def test_texts_with_nul_are_kept_without_it(catalog: Catalog) -> None:
    """PostgreSQL has no place for the character, in a value or in a comparison; in JSON it has."""
    payload = {"text": "a\0b"}
    with catalog.write() as connection:
        notes.register_folder(connection, "/doc\0s", {})
        notes.register_folder(connection, "/doc\0s", {"scope": "everyone"})
        number = notes.hand_over(connection, payload)
    with catalog.read() as connection:
        assert notes.registered_folders(connection) == {"/doc\ufffds": {"scope": "everyone"}}
        found = connection.execute(
            text("SELECT payload FROM requests WHERE id = :id"), {"id": number}
        ).scalar()
        assert found == payload


def test_times_are_what_they_were(catalog: Catalog) -> None:
    """Whatever time zone the server is set to."""
    before = datetime.now(UTC)
    with catalog.write() as connection:
        chats.claim(connection, KEY, conversation="1.0", asker="U1", revision="", payload={})
    with catalog.read() as connection:
        newest = chats.last_claimed(connection, "slack")
    assert newest is not None
    assert before <= newest <= datetime.now(UTC)


def test_order_is_that_of_the_characters(catalog: Catalog) -> None:
    """Documents, and the revisions of a question, are ordered as SQLite does, whatever the database's language."""
    query = text(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND collation_name = 'C' ORDER BY 1"
    )
    with catalog.read() as connection:
        assert connection.execute(query).all() == [("claims", "revision"), ("documents", "uri")]


def test_words_are_counted(catalog: Catalog, tmp_path) -> None:
    """The counts follow what becomes live, and of a forgotten document nothing stays."""
    library = Library(catalog, tmp_path, SPACE, owner=True)
    with catalog.write() as connection:
        recount(connection)
    everyone = frozenset({EVERYONE})
    for texts, counted in ((["lamp desk", "lamp"], [2, 1]), (["desk"], [0, 1])):
        new = version("/a", texts)
        library.replace([new], vectors_for(new))
        with catalog.write() as connection:
            if not are_current(connection):
                recount(connection)
        with catalog.read() as connection:
            assert WordCounts(connection).document_frequencies("en", ["lamp", "desk"], everyone) == counted
    library.close()


def test_one_owner_among_all_machines(catalog: Catalog, url: str) -> None:
    """Another process that wants to own the same catalog is refused, and told who does; another schema is free."""
    other = Catalog(url)
    assert not other.is_owned()
    with catalog.owned():
        assert other.is_owned()
        with pytest.raises(AlreadyRunning) as refused, other.owned():
            pass
        assert ":" in str(refused.value.parameters["pid"])  # host and process
        assert "postgresql" in str(refused.value.parameters["path"])
    with other.owned():
        assert catalog.is_owned()
    other.close()


def test_catalogs_beside_each_other(catalog: Catalog, postgres: PostgresServer) -> None:
    """Two catalogs in two schemas of one database have an owner and a writer each."""
    other = Catalog(postgres.url())
    other.prepare()
    with catalog.owned(), other.owned(), catalog.write() as one, other.write() as two:
        for connection in (one, two):
            connection.execute(text("UPDATE state SET generation = 7"))
    other.close()


def test_a_server_that_is_away_is_told_and_found_again(catalog: Catalog, restarted: PostgresServer) -> None:
    """Reading and writing fail with a sentence, and go on by themselves when the server is back."""
    with catalog.read() as connection:
        notes.counts(connection)
    restarted.kill()
    for use in (catalog.read, catalog.write):
        with pytest.raises(IndexUnavailable) as away, use():
            pass
        assert away.value.key == "error-index-unavailable-catalog_down"
    restarted.start()
    with catalog.write() as connection:
        notes.register_folder(connection, "/docs", {})
    with catalog.read() as connection:
        assert notes.registered_folders(connection) == {"/docs": {}}


def test_an_owner_stays_one_through_a_restart_of_the_server(
    catalog: Catalog, url: str, restarted: PostgresServer
) -> None:
    """The lock is forgotten with the server; the owner takes it again before it writes."""
    other = Catalog(url)
    with catalog.owned():
        restarted.kill()
        restarted.start()
        with catalog.write():
            assert other.is_owned()
        with pytest.raises(AlreadyRunning), other.owned():
            pass
    other.close()


def test_an_owner_that_lost_its_catalog_writes_no_more(
    catalog: Catalog, url: str, restarted: PostgresServer, tmp_path
) -> None:
    """While another has it, its changes are refused; when it has it again it knows what the other did."""
    other = Catalog(url)
    with catalog.owned():
        library = Library(catalog, tmp_path / "one", SPACE, owner=True)
        mine, others = version("/mine", ["lamp"]), version("/others", ["desk"])
        library.replace([mine], vectors_for(mine))
        restarted.kill()
        restarted.start()
        with other.owned():
            taken = Library(other, tmp_path / "two", SPACE, owner=True)
            taken.replace([others], vectors_for(others))
            with pytest.raises(AlreadyRunning):
                library.replace([mine], vectors_for(mine))
            taken.close()
        with library.pin(frozenset({EVERYONE})) as snapshot:
            assert len(snapshot.search_dense(vectors_for(others).popitem()[1][0], 9).rows) == 2
        library.replace([mine], vectors_for(mine))
        library.close()


@pytest.mark.parametrize(
    ("database", "user", "reason"),
    [("nowhere", "saseo", "catalog_database"), ("postgres", "stranger", "catalog_denied")],
)
def test_a_refusal_says_what_to_mend(postgres: PostgresServer, database: str, user: str, reason: str) -> None:
    """A database or user that isn't there is told as that."""
    with pytest.raises(IndexUnavailable) as refused:
        Catalog(postgres.address(database, user)).prepare()
    assert refused.value.parameters["reason"] == reason


def test_a_user_without_rights_is_told(postgres: PostgresServer) -> None:
    """One that may not make tables."""
    postgres.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(IndexUnavailable) as refused:
        Catalog(postgres.address("postgres", "guest")).prepare()
    assert refused.value.parameters["reason"] == "catalog_denied"


def test_another_encoding_is_refused(postgres: PostgresServer) -> None:
    """A database that can't keep Korean is told before anything is written to it."""
    postgres.execute("CREATE DATABASE latin ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(IndexUnavailable) as refused:
        Catalog(postgres.address("latin")).prepare()
    assert refused.value.parameters["found"] == "SQL_ASCII"


def test_psycopg_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its client the extra to install is named."""
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "psycopg":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependency) as error:
        Catalog("postgresql://saseo@nowhere/saseo")
    assert "saseo[postgres]" in str(error.value.parameters["command"])
