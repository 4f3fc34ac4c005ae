"""What is particular to Milvus: whose collections are whose, swaps, what is sent, and what is refused."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.catalog import Catalog
from knowledge.embedding import EmbeddingSpace
from knowledge.errors import IndexUnavailable
from knowledge.index import LexicalQuery, Place
from knowledge.index.milvus import MilvusIndex, MilvusOptions, open_milvus
from knowledge.index.milvus.server import Server
from knowledge.index.milvus.shapes import Sparse, dimension
from knowledge.library import Library
from knowledge.types import EVERYONE, Scope
from tests.builders import DIMENSIONS, SPACE, entry, live, vector_of, vectors_for, version
from tests.milvus_server import make_collection

EVERYBODY = frozenset({EVERYONE})


def place(
    folder: Path,
    *,
    embedder: str | None = "test",
    dimensions: int = DIMENSIONS,
    owner: bool = True,
    library="a" * 32,
) -> Place:
    space = EmbeddingSpace(embedder, dimensions) if embedder else None
    return Place(folder, space, owner, library)


def filled(options: MilvusOptions, where: Place, rows: range = range(5)) -> MilvusIndex:
    """An index that has been brought to some rows."""
    index = MilvusIndex(options, where)
    entries = {row: entry(row, f"text {row}") for row in rows}
    index.catch_up(live(rows), 1, lambda wanted: (entries[row] for row in wanted))
    return index


def collections(options: MilvusOptions) -> list[str]:
    server = Server(options)
    found = [name for name in server.call("list_collections") if name.startswith(options.collection + "_")]
    server.close()
    return sorted(found)


def open_library(folder: Path, options: MilvusOptions, **changes) -> Library:
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    given = {"space": SPACE, "owner": True} | changes
    return Library(catalog, folder / "index", open_index=open_milvus(options), **given)


def put(library: Library, uri: str, *texts: str, scope: Scope = EVERYONE) -> None:
    new = version(uri, texts, scope=scope)
    library.replace([new], vectors_for(new))


def found(library: Library, word: str, scopes=EVERYBODY) -> set[str]:
    with library.pin(scopes) as snapshot:
        rows = snapshot.search_lexical(LexicalQuery({"en": {word: 1.0}}, {}), 100).rows.tolist()
        near = snapshot.search_dense(vector_of(word)[0], 100).rows.tolist()
        by_word = {stored.passage.text for stored in snapshot.passages(rows).values()}
        by_meaning = {stored.passage.text for stored in snapshot.passages(near).values()}
        assert by_word <= by_meaning
        return by_word


def test_another_catalog_is_left_alone(milvus: MilvusOptions, tmp_path: Path) -> None:
    """A collection that another librarian fills is neither read nor written, and the error says so."""
    filled(milvus, place(tmp_path)).close()
    with pytest.raises(IndexUnavailable) as caught:
        MilvusIndex(milvus, place(tmp_path, library="b" * 32))
    assert caught.value.parameters["reason"] == "taken"


@pytest.mark.parametrize(("dimensions", "reason"), [(DIMENSIONS, "foreign"), (DIMENSIONS + 1, "dimension")])
def test_another_program_s_collection_is_left_alone(
    milvus: MilvusOptions, tmp_path: Path, dimensions: int, reason: str
) -> None:
    """A collection of this name that isn't ours is an error that says what is wrong, its dimension first."""
    server = Server(milvus)
    server.call("create_collection", milvus.collection, dimension=dimensions, patient=True)
    with pytest.raises(IndexUnavailable) as caught:
        MilvusIndex(milvus, place(tmp_path))
    assert caught.value.parameters["reason"] == reason
    server.call("drop_collection", milvus.collection)
    server.close()


def test_another_model_s_vectors_are_swapped_out(milvus: MilvusOptions, tmp_path: Path) -> None:
    """The owner fills a new collection for another model and drops the old one; the words stay."""
    filled(milvus, place(tmp_path)).close()
    before = collections(milvus)
    index = filled(milvus, place(tmp_path, embedder="another"))
    after = collections(milvus)
    assert len(before) == len(after) == 2
    assert len(set(before) & set(after)) == 1
    assert index.reader().search_dense(vector_of("text 3")[0], EVERYBODY, 1).rows.tolist() == [3]
    index.close()


def backwards(library: Library) -> None:
    """Give live passages the wanted model's vectors, which are those of their last line backwards."""
    texts = library.spaces.texts_without_vectors()
    library.adopt_vectors({key: vector_of(text.splitlines()[-1][::-1]) for key, text in texts.items()})
    library.reload()


def test_a_change_of_models_is_followed(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Until the other model's vectors are whole, the ones before are searched, by the owner and beside it."""
    library = open_library(tmp_path, milvus)
    put(library, "/a.txt", "shared one", "shared two")
    library.close()
    before = collections(milvus)
    change = {"space": EmbeddingSpace("another", DIMENSIONS), "earlier": lambda _: SPACE}
    library = open_library(tmp_path, milvus, **change)
    reader = open_library(tmp_path, milvus, owner=False, **change)
    put(library, "/b.txt", "shared three")
    for each in (library, reader):
        assert (each.embedder, nearest(each, "shared three")) == ("test", "shared three")
    assert collections(milvus) == before
    with library.pin(EVERYBODY) as pinned:
        backwards(library)
        assert not library.still_has(pinned)  # so that a question in the middle of the change looks again
    for each in (library, reader):
        assert nearest(each, "shared two"[::-1]) == "shared two"
        assert each.embedder == "another"
    assert len(collections(milvus)) == len(before)
    reader.close()
    library.close()


def nearest(library: Library, text: str) -> str:
    with library.pin(EVERYBODY) as snapshot:
        [row] = snapshot.search_dense(vector_of(text)[0], 1).rows.tolist()
        return snapshot.passages([row])[row].passage.text


def test_one_who_only_reads_is_told_of_another_model(milvus: MilvusOptions, tmp_path: Path) -> None:
    """A reader never compares vectors of two models, nor makes collections."""
    filled(milvus, place(tmp_path)).close()
    reader = MilvusIndex(milvus, place(tmp_path, embedder="wide", dimensions=DIMENSIONS + 1, owner=False))
    with pytest.raises(IndexUnavailable) as caught:
        reader.catch_up(live(range(5)), 1, lambda rows: iter(()))
    assert caught.value.parameters["reason"] == "dimension"
    reader.close()


def test_one_who_only_reads_waits_for_the_owner(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Before the owner has filled the collections a reader says so, unless there is nothing to fill them with."""
    reader = MilvusIndex(milvus, place(tmp_path, owner=False))
    assert reader.catch_up(live(()), 1, lambda rows: iter(())) == 0
    assert reader.reader().search_dense(vector_of("x")[0], EVERYBODY, 5).rows.tolist() == []
    with pytest.raises(IndexUnavailable) as caught:
        reader.catch_up(live(range(5)), 1, lambda rows: iter(()))
    assert caught.value.parameters["reason"] == "missing"
    reader.close()


def test_filling_that_was_cut_short_goes_on(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Nobody searches a collection before it is filled, and what a killed process wrote to it isn't written again."""
    index = MilvusIndex(milvus, place(tmp_path))
    asked: list[int] = []
    killed_at = 1500

    def entries(rows):
        for row in rows:
            if len(asked) == killed_at:
                raise MemoryError
            asked.append(row)
            yield entry(row, f"text {row}")

    rows = range(1600)
    with pytest.raises(MemoryError):
        index.catch_up(live(rows), 1, entries)
    index.close()
    reader = MilvusIndex(milvus, place(tmp_path, owner=False))
    assert reader.rows()["meaning"].tolist() == []
    index = MilvusIndex(milvus, place(tmp_path))
    asked.clear()
    killed_at = -1
    index.catch_up(live(rows[:1400]), 1, entries)
    assert len(asked) == 400 + 1400  # a thousand of the first part had been written, none of the second
    assert index.rows()["words"].tolist() == index.rows()["meaning"].tolist() == list(rows[:1400])
    reader.catch_up(live(rows[:1400]), 1, entries)
    assert reader.rows()["meaning"].tolist() == list(rows[:1400])
    reader.close()
    index.close()


def test_a_rebuild_serves_the_old_until_the_new_is_whole(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Readers find everything while the owner fills new collections, and after it died in the middle."""
    index = filled(milvus, place(tmp_path))
    reader = index.reader()
    index.begin_anew()
    index.add([entry(77, "new")])
    assert len(reader.search_dense(vector_of("x")[0], EVERYBODY, 10).rows) == 5
    index.close()
    index = filled(milvus, place(tmp_path))
    assert len(collections(milvus)) == 2
    assert len(index.reader().search_dense(vector_of("x")[0], EVERYBODY, 10).rows) == 5
    index.close()


def test_what_a_swap_left_behind_is_dropped(milvus: MilvusOptions, tmp_path: Path) -> None:
    """An owner that died between the swap and the drop leaves no collection for ever; others' are left alone."""
    filled(milvus, place(tmp_path)).close()
    mine = collections(milvus)
    others = f"{milvus.collection}_v1_{'b' * 12}_01234567_1"
    for name in (
        f"{milvus.collection}_v1_{'a' * 12}_01234567_1",
        f"{milvus.collection}_v0_{'a' * 12}_x_7",
        others,
    ):
        make_collection(milvus, name)
    MilvusIndex(milvus, place(tmp_path)).close()
    assert collections(milvus) == sorted([*mine, others])


def test_two_librarians_that_begin_at_once_share_no_alias(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Whoever comes second is told, and what the first one filled stays where it is."""
    second = MilvusIndex(milvus, place(tmp_path, library="b" * 32))
    first = filled(milvus, place(tmp_path))
    with pytest.raises(IndexUnavailable) as caught:
        second.catch_up(live(range(2)), 1, lambda rows: (entry(row, f"other {row}") for row in rows))
    assert caught.value.parameters["reason"] == "taken"
    second.close()
    assert first.reader().search_dense(vector_of("text 3")[0], EVERYBODY, 9).rows[0] == 3
    reader = MilvusIndex(milvus, place(tmp_path, owner=False))
    assert reader.rows()["meaning"].tolist() == reader.rows()["words"].tolist() == list(range(5))
    reader.close()
    first.close()


def test_what_is_not_taken_gives_its_connection_back(
    milvus: MilvusOptions, tmp_path: Path, monkeypatch
) -> None:
    """An index is opened again with each question until the cause is mended, which must not cost a connection each."""
    filled(milvus, place(tmp_path)).close()
    closed: list[Server] = []
    close = Server.close
    monkeypatch.setattr(Server, "close", lambda server: (closed.append(server), close(server))[1])
    with pytest.raises(IndexUnavailable):
        MilvusIndex(milvus, place(tmp_path, library="b" * 32))
    assert len(closed) == 1
    with pytest.raises(IndexUnavailable):
        open_library(tmp_path, milvus, owner=False)  # of another catalog: an empty one
    assert len(closed) == 2


def test_a_search_asks_the_index_for_as_much_as_it_wants(milvus: MilvusOptions) -> None:
    """A server refuses to look at fewer neighbours than it is to give, whatever the settings say."""
    options = replace(milvus, search_parameters={"ef": 32, "nprobe": 7})
    assert options.search_for(10) == {"ef": 32, "nprobe": 7}
    assert options.search_for(368)["ef"] >= 368
    assert milvus.search_for(10)["ef"] == 1024


def test_values_are_checked_here(milvus: MilvusOptions, tmp_path: Path) -> None:
    """What servers take or refuse differently is refused before it is sent."""
    index = filled(milvus, place(tmp_path))
    good = entry(9, "nine")
    vector = np.full((1, DIMENSIONS), np.nan, "<f4").tobytes()
    for bad in (
        good._replace(vectors=vector),
        good._replace(vectors=b"\0" * 4 * (DIMENSIONS + 1)),
        good._replace(scope=Scope("slack:" + "한" * 200)),
    ):
        with pytest.raises(IndexUnavailable) as caught:
            index.add([bad])
        assert caught.value.parameters["reason"] == "value"
    with pytest.raises(IndexUnavailable):
        index.reader().search_dense(np.ones(DIMENSIONS + 1, np.float32), EVERYBODY, 5)
    assert index.reader().search_dense(vector_of("x")[0], EVERYBODY, 100_000).rows.tolist()
    index.close()


def test_a_scope_with_odd_letters_filters(milvus: MilvusOptions, tmp_path: Path) -> None:
    """A scope reaches the server as it is, whatever it is made of."""
    index = filled(milvus, place(tmp_path))
    odd = Scope('slack:"T1" or id > 0 \\ 한')
    index.add([entry(7, "seven", scope=odd)])
    query = vector_of("seven")[0]
    assert index.reader().search_dense(query, frozenset({odd}), 10).rows.tolist() == [7]
    assert 7 not in index.reader().search_dense(query, EVERYBODY, 10).rows
    index.close()


def test_a_passage_without_words_can_be_kept(milvus: MilvusOptions, tmp_path: Path) -> None:
    """No sparse vector is empty, though a passage may have no word at all."""
    index = filled(milvus, place(tmp_path))
    index.add([entry(8, "")])
    assert 8 in index.rows()["words"]
    index.close()


def test_words_of_two_fields_are_two() -> None:
    """A word that is a term in both languages has a dimension in each, the same in every process."""
    assert len({dimension("en", "lamp"), dimension("ko", "lamp"), dimension("pairs", "lamp")}) == 3
    [entity] = Sparse().entities(entry(1, "lamp lamp desk"))
    assert entity["words"][dimension("en", "lamp")] > entity["words"][dimension("en", "desk")] > 0


def test_a_passage_of_many_windows_is_found_once(milvus: MilvusOptions, tmp_path: Path) -> None:
    """A row counts by its best window, and doesn't crowd others out."""
    index = filled(milvus, place(tmp_path))
    windows = np.concatenate([vector_of(f"window {i}") for i in range(40)])
    query = vector_of("window 3")[0]
    near = query + 0.01 * windows
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    index.add([entry(9, "nine")._replace(vectors=near.astype("<f4").tobytes())])
    hits = index.reader().search_dense(query, EVERYBODY, 4)
    assert hits.rows[0] == 9
    assert len(set(hits.rows.tolist())) == 4
    score = index.reader().score_dense([9], query)[0]
    assert score == pytest.approx(float((near @ query).max()), abs=1e-5)
    index.close()


def test_library_changes_are_whole(milvus: MilvusOptions, tmp_path: Path) -> None:
    """New versions, removals and restarts, through the library: the catalog decides what is found."""
    library = open_library(tmp_path, milvus)
    put(library, "/a.txt", "shared first", "shared second")
    put(library, "/b.txt", "shared secret", scope=Scope("slack:T1"))
    with library.pin(EVERYBODY) as snapshot:
        put(library, "/a.txt", "shared third")
        library.finish()
        query = LexicalQuery({"en": {"shared": 1.0}}, {})
        rows = snapshot.search_lexical(query, 10).rows.tolist()
        texts = {stored.passage.text for stored in snapshot.passages(rows).values()}
        assert texts == {"shared first", "shared second"}
        assert len(snapshot.search_dense(vector_of("x")[0], 10).rows) == 2
    del snapshot
    assert found(library, "shared") == {"shared third"}
    library.finish()
    assert len(library._index.rows()["words"]) == 2  # nothing of the old version is left at the server
    library.close()
    library = open_library(tmp_path, milvus)
    assert found(library, "shared") == {"shared third"}
    assert found(library, "shared", frozenset({EVERYONE, Scope("slack:T1")})) == {
        "shared third",
        "shared secret",
    }
    library.rebuild()
    assert found(library, "shared") == {"shared third"}
    assert len(collections(milvus)) == 2
    library.close()


def test_readers_of_other_processes_see_whole_versions(milvus: MilvusOptions, tmp_path: Path) -> None:
    """Whoever looks again when the owner moved on meanwhile sees an old version or a new one, never a part."""
    owner = open_library(tmp_path, milvus)
    put(owner, "/a.txt", "shared 0 part 0")
    reader = open_library(tmp_path, milvus, owner=False)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            put(owner, "/a.txt", *(f"shared {number} part {i}" for i in range(3)))
            owner.finish()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    try:
        for _ in range(100):
            with reader.pin(EVERYBODY) as snapshot:
                rows = snapshot.search_lexical(LexicalQuery({"en": {"shared": 1.0}}, {}), 10).rows.tolist()
                texts = {stored.passage.text for stored in snapshot.passages(rows).values()}
                if not reader.still_has(snapshot):
                    continue
            seen += 1
            numbers = {text.split()[1] for text in texts}
            assert len(numbers) == 1
            assert len(texts) == (1 if numbers == {"0"} else 3)
            if seen == 10:
                break
    finally:
        stop.set()
        writer.join()
        reader.close()
        owner.close()
    assert seen
