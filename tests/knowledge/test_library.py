"""Changes are whole or not there, for readers of this process and of others, and after a kill."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from knowledge.catalog import Catalog
from knowledge.embedding import EmbeddingSpace
from knowledge.errors import CatalogDamaged, IndexUnavailable
from knowledge.index import LexicalQuery
from knowledge.library import Library
from knowledge.snapshot import Snapshot
from knowledge.types import EVERYONE, LANGUAGES, Language, Scope
from tests.builders import DIMENSIONS, vector_of, vectors_for, version

EVERYBODY = frozenset({EVERYONE})
SECRET = Scope("slack:T1/C2")

pytestmark = pytest.mark.usefixtures("either_catalog")


def open_library(
    folder: Path,
    *,
    owner: bool = True,
    embedder: str | None = "test",
    languages: Sequence[Language] = LANGUAGES,
    can_reopen: bool = True,
) -> Library:
    """The library of a folder; models that it had before are still to be had, unless told otherwise."""
    catalog = Catalog.in_folder(folder)
    catalog.prepare()

    def space_of(name: str) -> EmbeddingSpace:
        return EmbeddingSpace(name, DIMENSIONS, frozenset(languages))

    return Library(
        catalog,
        folder / "index",
        space_of(embedder) if embedder else None,
        owner=owner,
        earlier=lambda known: space_of(known.embedder) if can_reopen else None,
    )


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    opened = open_library(tmp_path)
    yield opened
    opened.close()


def texts(snapshot: Snapshot, word: str) -> set[str]:
    """The passages that a snapshot finds by a word."""
    rows = snapshot.search_lexical(LexicalQuery({"en": {word: 1.0}}, {}), 100).rows
    return {stored.passage.text for stored in snapshot.passages(rows.tolist()).values()}


def found(library: Library, word: str, scopes: frozenset[Scope] = EVERYBODY) -> set[str]:
    """The passages that are found by a word now."""
    with library.pin(scopes) as snapshot:
        return texts(snapshot, word)


def put(library: Library, uri: str, *passages: str, scope: Scope = EVERYONE) -> None:
    """Make this the live version of a document."""
    new = version(uri, passages, scope=scope)
    library.replace([new], vectors_for(new))


def document_id(library: Library, uri: str) -> int:
    """The id of a live document."""
    from knowledge.catalog import reading

    with library.catalog.read() as connection:
        return reading.known_files(connection, [uri])[uri].document_id


def test_a_new_version_replaces_the_old(library: Library) -> None:
    """After a change only the new text is found, by words and by vector."""
    put(library, "/a.txt", "shared first", "shared second")
    put(library, "/a.txt", "shared third")
    assert found(library, "shared") == {"shared third"}
    with library.pin(EVERYBODY) as snapshot:
        rows = snapshot.search_dense(vector_of("shared first")[0], 10).rows.tolist()
        assert {p.passage.text for p in snapshot.passages(rows).values()} == {"shared third"}


def test_a_pinned_snapshot_does_not_move(library: Library) -> None:
    """A question that began before a change sees the old version to its end, text included."""
    put(library, "/a.txt", "shared old")
    with library.pin(EVERYBODY) as snapshot:
        put(library, "/a.txt", "shared new")
        library.finish()
        assert texts(snapshot, "shared") == {"shared old"}
    assert found(library, "shared") == {"shared new"}


def test_forgotten_documents_leave_nothing(library: Library) -> None:
    """A forgotten document is in no search, no list, and none of the catalog's tables."""
    put(library, "/a.txt", "shared one")
    put(library, "/b.txt", "shared two")
    library.forget([document_id(library, "/a.txt")])
    assert found(library, "shared") == {"shared two"}
    with library.catalog.read() as connection:
        for table in ("documents", "versions", "passages", "vectors"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 1, table


def test_text_that_two_documents_share_keeps_its_vectors(library: Library) -> None:
    """Vectors are kept by text: they stay while any live passage has the text."""
    put(library, "/a.txt", "shared one")
    put(library, "/b.txt", "shared one")
    library.forget([document_id(library, "/a.txt")])
    with library.catalog.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM vectors").scalar() == 1


def test_statistics_follow_changes(library: Library) -> None:
    """Counts and averages are of live passages within the scopes, after additions, changes and removals."""
    put(library, "/a.txt", "one two three", "four")
    put(library, "/s.txt", "secret words here", scope=SECRET)
    with library.pin(EVERYBODY) as snapshot:
        assert snapshot.statistics.passages("en") == 2
        assert snapshot.statistics.average_terms("en") == 2.0
        assert snapshot.statistics.term_frequencies("en", ["secret", "one"]) == [0, 1]
    put(library, "/a.txt", "one two")
    with library.pin(EVERYBODY | {SECRET}) as snapshot:
        assert snapshot.statistics.passages("en") == 2
        assert snapshot.statistics.average_terms("en") == 2.5
    library.forget([document_id(library, "/a.txt"), document_id(library, "/s.txt")])
    with library.pin(EVERYBODY) as snapshot:
        assert snapshot.statistics.passages("en") == 0


def test_a_move_forgets_the_former_uri_in_the_same_change(library: Library) -> None:
    """A moved document is never there twice or not at all."""
    put(library, "/old.txt", "shared text")
    moved = version("/new.txt", ["shared text"], replaces="/old.txt")
    library.replace([moved], {})
    with library.pin(EVERYBODY) as snapshot:
        rows = snapshot.search_dense(vector_of("shared text")[0], 10).rows.tolist()
        assert [p.document.uri for p in snapshot.passages(rows).values()] == ["/new.txt"]


def test_other_processes_see_one_version(tmp_path: Path) -> None:
    """A reader beside the owner sees each document's old version or its new one, never both or none."""
    owner = open_library(tmp_path)
    put(owner, "/a.txt", "shared 0")
    reader = open_library(tmp_path, owner=False)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            put(owner, "/a.txt", *(f"shared {number} part {i}" for i in range(3)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(30):
            seen = found(reader, "shared")
            numbers = {text.split()[1] for text in seen}
            assert len(numbers) == 1
            assert len(seen) == (1 if numbers == {"0"} else 3)
    finally:
        stop.set()
        writer.join()
        reader.close()
        owner.close()


def test_readers_of_this_process_see_one_version(library: Library) -> None:
    """The same within the owner's process, while it writes."""
    put(library, "/a.txt", "shared 0 x")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            put(library, "/a.txt", f"shared {number} x", f"shared {number} y")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(50):
            assert len({text.split()[1] for text in found(library, "shared")}) == 1
    finally:
        stop.set()
        writer.join()


def test_opens_after_a_run_that_was_not_finished(tmp_path: Path) -> None:
    """What was live is found after a restart, though the index's files were never flushed."""
    library = open_library(tmp_path)
    put(library, "/a.txt", "shared one")
    library.close()
    library = open_library(tmp_path)
    assert found(library, "shared") == {"shared one"}
    with library.pin(EVERYBODY) as snapshot:
        assert len(snapshot.search_dense(vector_of("shared one")[0], 5).rows) == 1
    library.close()


@pytest.mark.parametrize("part", ["lexical", "dense", ""])
@pytest.mark.parametrize("harm", ["gone", "overwritten", "truncated"])
@pytest.mark.parametrize("owner", [True, False])
def test_a_damaged_index_is_made_anew(tmp_path: Path, part: str, harm: str, owner: bool) -> None:
    """Whatever happens to the index's files, the next start answers from the catalog as before."""
    library = open_library(tmp_path)
    for i in range(5):
        put(library, f"/{i}.txt", f"shared {i}")
    library.finish()
    library.close()
    folder = tmp_path / "index" / part
    if harm == "gone":
        shutil.rmtree(folder)
    else:
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            data = path.read_bytes()
            path.write_bytes(
                data[: len(data) // 2] if harm == "truncated" else b"\x00rubbish" * (len(data) // 8 + 1)
            )
    library = open_library(tmp_path, owner=owner)
    assert found(library, "shared") == {f"shared {i}" for i in range(5)}
    with library.pin(EVERYBODY) as snapshot:
        assert len(snapshot.search_dense(vector_of("shared 1")[0], 9).rows) == 5
    library.close()


@pytest.mark.parametrize("either_catalog", ["sqlite"], indirect=True)
def test_a_damaged_catalog_is_an_error(tmp_path: Path) -> None:
    """A catalog that can't be read is never taken for an empty one."""
    library = open_library(tmp_path)
    put(library, "/a.txt", "shared one")
    library.close()
    for path in tmp_path.glob("catalog.sqlite-*"):
        path.unlink()
    (tmp_path / "catalog.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(CatalogDamaged):
        open_library(tmp_path)


def test_rebuilding_needs_no_embedder(library: Library) -> None:
    """The index is made anew from the catalog alone, vectors included."""
    put(library, "/a.txt", "shared one")
    library.rebuild()
    with library.pin(EVERYBODY) as snapshot:
        assert len(snapshot.search_dense(vector_of("shared one")[0], 5).rows) == 1


def test_another_embedder_starts_without_vectors(tmp_path: Path) -> None:
    """Vectors of two models are never compared; meanwhile the text is found by its words."""
    library = open_library(tmp_path)
    put(library, "/a.txt", "shared one")
    library.finish()
    library.close()
    library = open_library(tmp_path, embedder="another", can_reopen=False)
    assert found(library, "shared") == {"shared one"}
    lacking = library.spaces.texts_without_vectors()
    assert len(lacking) == 1
    library.adopt_vectors({text_hash: vector_of("new") for text_hash in lacking})
    library.reload()
    assert nearest(library, "new") == {"shared one": pytest.approx(1.0, abs=1e-5)}
    library.close()


def nearest(library: Library, text: str) -> dict[str, float]:
    """The cosines of all passages with a text's vector."""
    with library.pin(EVERYBODY) as snapshot:
        return cosines(snapshot, text)


def cosines(snapshot: Snapshot, text: str) -> dict[str, float]:
    hits = snapshot.search_dense(vector_of(text)[0], 9)
    texts = {row: stored.passage.text for row, stored in snapshot.passages(hits.rows.tolist()).items()}
    return {texts[row]: score for row, score in zip(hits.rows.tolist(), hits.scores.tolist(), strict=True)}


def embed_all(library: Library, *, but: int = 0) -> None:
    """Give live passages the wanted model's vectors, which are those of its last line backwards."""
    texts = sorted(library.spaces.texts_without_vectors().items())
    library.adopt_vectors({key: vector_of(text.splitlines()[-1][::-1]) for key, text in texts[but:]})
    library.reload()


EXACT = pytest.approx(1.0, abs=1e-5)


def test_the_model_before_serves_until_the_vectors_of_another_are_whole(tmp_path: Path) -> None:
    """Meanwhile new passages get its vectors too; one that looks on through the change sees no mixture."""
    library = open_library(tmp_path)
    put(library, "/a.txt", "shared one", "shared two")
    library.close()
    library = open_library(tmp_path, embedder="another")
    reader = open_library(tmp_path, embedder="another", owner=False)
    for each in (library, reader):
        assert (each.embedder, nearest(each, "shared two")["shared two"]) == ("test", EXACT)
    assert library.lacks_vectors()
    put(library, "/b.txt", "shared three")
    embed_all(library, but=1)
    for each in (library, reader):
        assert nearest(each, "shared three")["shared three"] == EXACT
        assert (each.embedder, len(nearest(each, "shared one"))) == ("test", 3)
    with library.pin(EVERYBODY) as snapshot:
        embed_all(library)
        assert (snapshot.embedder, library.embedder) == ("test", "another")
        assert cosines(snapshot, "shared two")["shared two"] == EXACT
    for each in (library, reader):
        assert nearest(each, "shared two"[::-1])["shared two"] == EXACT
        assert (each.embedder, len(nearest(each, "shared one"))) == ("another", 3)
    assert not library.lacks_vectors()
    reader.close()
    library.close()
    library = open_library(tmp_path, embedder="another")
    assert (library.embedder, len(nearest(library, "shared one"))) == ("another", 3)
    library.close()


def test_a_change_of_models_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    """Vectors that were made to the end before a kill serve from the next start on."""
    library = open_library(tmp_path)
    put(library, "/a.txt", "shared one")
    library.close()
    library = open_library(tmp_path, embedder="another")
    lacking = library.spaces.texts_without_vectors()
    library.adopt_vectors({text_hash: vector_of("new") for text_hash in lacking})
    library.close()
    reader = open_library(tmp_path, embedder="another", owner=False)
    assert (reader.embedder, nearest(reader, "shared one")) == ("test", {"shared one": EXACT})
    library = open_library(tmp_path, embedder="another")
    for each in (library, reader):
        assert nearest(each, "new") == {"shared one": EXACT}
        assert each.embedder == "another"
    reader.close()
    library.close()


def test_an_index_that_fails_in_a_change_of_models_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions go on with the vectors that are whole, and the next run changes over."""
    library = open_library(tmp_path)
    put(library, "/a.txt", "shared one")
    library.close()
    library = open_library(tmp_path, embedder="another")

    def fail(*_: object) -> int:
        raise IndexUnavailable(reason="unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(library._index, "catch_up", fail)
        with pytest.raises(IndexUnavailable):
            embed_all(library)
    assert (library.embedder, nearest(library, "shared one")) == ("test", {"shared one": EXACT})
    put(library, "/b.txt", "shared two")
    assert library.embedder == "another"
    assert nearest(library, "shared one"[::-1])["shared one"] == EXACT
    library.close()
