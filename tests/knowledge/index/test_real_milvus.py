"""The real Milvus 2.3.5: dense vectors there, words in files here, for it has no sparse vectors."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge.catalog import Catalog
from knowledge.errors import IndexUnavailable
from knowledge.index import LexicalQuery, Place
from knowledge.index.embedded import open_embedded
from knowledge.index.milvus import MilvusIndex, Server, open_milvus
from knowledge.index.milvus.shapes import Dense
from knowledge.library import Library
from knowledge.service import Knowledge
from knowledge.types import EVERYONE, Scope
from tests.builders import DIMENSIONS, SPACE, entry, live, vector_of, vectors_for, version
from tests.fakes import HashEmbedder
from tests.librarian import by_meaning as nearest
from tests.librarian import by_word as by_a_word
from tests.librarian import fill, open_knowledge
from tests.milvus_server import make_collection
from tests.real_milvus import PASSWORD, RealServer, why_not
from tests.tls import NAME, TlsFront, make_certificates, no_certificates

EVERYBODY = frozenset({EVERYONE})
TEAM = Scope("slack:T1")

pytestmark = pytest.mark.skipif(bool(reason := why_not()), reason=reason or "it can")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """The server, running."""
    made = RealServer(tmp_path_factory.mktemp("milvus"))
    try:
        made.start()
        yield made
    finally:
        made.close()


def open_library(folder: Path, server: RealServer, *, owner: bool = True, **changes: object) -> Library:
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    options = server.options(**changes)
    return Library(catalog, folder / "index", SPACE, owner=owner, open_index=open_milvus(options))


def put(library: Library, uri: str, *texts: str, scope: Scope = EVERYONE) -> None:
    new = version(uri, texts, scope=scope)
    library.replace([new], vectors_for(new))


def by_word(library: Library, word: str, scopes=EVERYBODY) -> set[str]:
    with library.pin(scopes) as snapshot:
        rows = snapshot.search_lexical(LexicalQuery({"en": {word: 1.0}}, {}), 100).rows.tolist()
        return {stored.passage.text for stored in snapshot.passages(rows).values()}


def by_meaning(library: Library, scopes=EVERYBODY) -> set[str]:
    with library.pin(scopes) as snapshot:
        rows = snapshot.search_dense(vector_of("x")[0], 100).rows.tolist()
        return {stored.passage.text for stored in snapshot.passages(rows).values()}


def test_changes_are_seen_at_once_and_whole(server: RealServer, tmp_path: Path, caplog) -> None:
    """What was written is found by the next question, though this server shows writes to others later."""
    with caplog.at_level(logging.WARNING):
        library = open_library(tmp_path, server, collection="changes")
    assert "no sparse vectors" in caplog.text
    reader = None
    for number in range(3):
        put(library, "/a.txt", f"shared {number} one", f"shared {number} two")
        assert (
            by_meaning(library)
            == by_word(library, "shared")
            == {f"shared {number} one", f"shared {number} two"}
        )
        library.finish()
        reader = reader or open_library(tmp_path, server, owner=False, collection="changes")
        assert by_meaning(reader) == by_word(reader, "shared")
        assert by_meaning(reader) == {f"shared {number} one", f"shared {number} two"}
    put(library, "/b.txt", "shared secret", scope=TEAM)
    assert "shared secret" not in by_meaning(library)
    assert "shared secret" in by_meaning(library, EVERYBODY | {TEAM})
    with library.pin(EVERYBODY | {TEAM}) as snapshot:
        rows = snapshot.search_dense(vector_of("shared secret")[0], 1).rows.tolist()
        assert snapshot.score_dense(rows, vector_of("shared secret")[0]) == pytest.approx([1.0], abs=1e-5)
    del snapshot
    library.finish()
    assert {name: len(rows) for name, rows in library._index.rows().items()} == {"words": 3, "meaning": 3}
    library.rebuild()
    assert len(by_meaning(library)) == 2
    reader.close()
    library.close()


def test_a_kill_loses_nothing(server: RealServer, tmp_path: Path) -> None:
    """What was acknowledged before a kill is there afterwards; the collection is loaded again without a restart of ours."""
    library = open_library(tmp_path, server, collection="killed", seconds=30.0)
    for number in range(20):
        put(library, f"/{number}.txt", f"shared {number}")
    server.kill()
    with pytest.raises(IndexUnavailable):
        by_meaning(library)
    server.start()
    put(library, "/20.txt", "shared 20")
    assert by_meaning(library) == by_word(library, "shared") == {f"shared {number}" for number in range(21)}
    library.close()


@pytest.mark.parametrize(("kind", "level"), [("hnsw", "strong"), ("ivf_flat", "bounded")])
def test_other_kinds_of_index(server: RealServer, tmp_path: Path, kind: str, level: str) -> None:
    """Types of index and levels of consistency are the server's own, and too small an `ef` hinders no search."""
    made = {"collection": f"of_{kind}", "search_parameters": {"ef": 1}}
    library = open_library(tmp_path, server, index_type=kind, consistency=level, **made)
    put(library, "/a.txt", *(f"shared {number}" for number in range(40)))
    library.close()
    library = open_library(tmp_path, server, consistency="strong", **made)
    with library.pin(EVERYBODY) as snapshot:
        hits = snapshot.search_dense(vector_of("shared 7")[0], 3)
    assert hits.scores[0] == pytest.approx(1.0, abs=1e-5)
    assert np.all(np.diff(hits.scores) <= 0)
    library.close()


def test_what_was_caught_up_with_is_sealed(server: RealServer, tmp_path: Path) -> None:
    """After a rebuild or a copy the server has all rows in its files, where it begins to build their index."""
    options = server.options(collection="sealed")
    index = MilvusIndex(options, Place(tmp_path, SPACE, owner=True, library="b" * 32))
    index.catch_up(live(range(1_200)), 1, lambda rows: (entry(row, f"text {row}") for row in rows))
    connection = Server(options)
    assert connection.call("get_collection_stats", "sealed")["row_count"] == 1_200
    connection.close()
    index.close()


def test_a_collection_that_was_not_made_to_the_end_is_not_used(server: RealServer, tmp_path: Path) -> None:
    """An owner that died between making a collection and its index can't have filled it; none could search it."""
    place = Place(tmp_path, SPACE, owner=True, library="a" * 32)
    options = server.options(collection="unfinished")
    make_collection(options, f"unfinished_v1_{'a' * 12}_{Dense('test', DIMENSIONS).key}_1", with_index=False)
    index = MilvusIndex(options, place)
    index.catch_up(live(range(5)), 1, lambda rows: (entry(row, f"text {row}") for row in rows))
    assert index.reader().search_dense(vector_of("text 3")[0], EVERYBODY, 1).rows.tolist() == [3]
    odd = Scope('slack:"T1" or id > 0 \\ 한')  # reaches the server as it is, whatever it is made of
    index.add([entry(7, "seven", scope=odd)])
    assert index.reader().search_dense(vector_of("seven")[0], frozenset({odd}), 9).rows.tolist() == [7]
    assert 7 not in index.reader().search_dense(vector_of("seven")[0], EVERYBODY, 9).rows
    index.close()


def test_a_token_and_tls_reach_the_server(server: RealServer, tmp_path: Path) -> None:
    """With a safe connection and the user's token everything works; with another token nothing does."""
    if reason := no_certificates():
        pytest.skip(reason)
    make_certificates(tmp_path)
    front = TlsFront(tmp_path, server.port)
    safe = {
        "port": front.port,
        "tls": True,
        "tls_ca": str(tmp_path / "ca.pem"),
        "tls_server_name": NAME,
        "user": "",
        "password": "",
        "collection": "safe",
    }
    library = open_library(tmp_path, server, token=f"root:{PASSWORD}", **safe)
    put(library, "/a.txt", "shared one")
    assert by_meaning(library) == by_word(library, "shared") == {"shared one"}
    library.close()
    with pytest.raises(IndexUnavailable) as caught:
        open_library(tmp_path, server, token="root:no", **safe)
    assert caught.value.parameters["reason"] == "denied"
    front.close()


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"user": "", "password": ""}, {"token": "root:no"}])
def test_a_wrong_password_is_told(server: RealServer, tmp_path: Path, wrong: dict[str, str]) -> None:
    """The error says that it is the user who is refused, and doesn't repeat the password."""
    with pytest.raises(IndexUnavailable) as caught:
        open_library(tmp_path, server, **wrong)
    assert caught.value.parameters["reason"] == "denied"
    assert "wrong" not in str(caught.value)


def test_a_database_that_is_not_there_is_told(server: RealServer, tmp_path: Path) -> None:
    """So is a database that the server doesn't have."""
    with pytest.raises(IndexUnavailable) as caught:
        open_library(tmp_path, server, database="nowhere")
    assert caught.value.parameters["reason"] == "database"


@pytest.mark.parametrize(("source", "target"), [("faiss", "milvus"), ("milvus", "faiss")])
def test_an_index_moves_under_a_running_bot(
    server: RealServer, tmp_path: Path, source: str, target: str
) -> None:
    """Both stores keep words in one folder here: the one in use goes on, and the other makes up for the rest."""
    fill(tmp_path / "docs", {f"{n}.md": f"# Page {n}\n\nThe lamp of room{n} is green.\n" for n in range(12)})
    stores = {
        "faiss": open_embedded,
        "milvus": open_milvus(server.options(collection=f"moved_from_{source}")),
    }

    def librarian(store: str) -> Knowledge:
        embedder = HashEmbedder(16)
        opened = stores[store]
        return open_knowledge(
            tmp_path / "data", tmp_path / "docs", embedder=embedder, open_index=opened, stores=stores
        )

    knowledge = librarian(source)
    knowledge.refresh()
    assert knowledge.copy_index(target).is_sound
    assert len(by_a_word(knowledge, "lamp")) == 12
    fill(tmp_path / "docs", {"new.md": "# New\n\nThe lamp of the hall is blue.\n"})
    assert knowledge.refresh().added == 1
    assert len(by_a_word(knowledge, "lamp")) == 13
    assert knowledge.check_index().is_sound
    knowledge.close()
    knowledge = librarian(target)
    assert len(by_a_word(knowledge, "lamp")) == 13
    near = nearest(knowledge, "Page 7\n\nThe lamp of room7 is green.")
    assert near == str(tmp_path / "docs" / "7.md")
    assert knowledge.check_index().is_sound
    knowledge.close()
