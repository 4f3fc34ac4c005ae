"""What every index of passages must do, whatever keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.embedding import EmbeddingSpace
from knowledge.index import LexicalQuery, PassageIndex, Place
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.milvus import MilvusIndex
from knowledge.types import EVERYONE, Scope
from tests.builders import SPACE, entry, live, vector_of

TEAM, CHANNEL = Scope("slack:T1"), Scope("slack:T1/C2")
Open = Callable[[], PassageIndex]


def words(*terms: str) -> LexicalQuery:
    """A query of English words."""
    return LexicalQuery({"en": dict.fromkeys(terms, 1.0)}, {})


@pytest.fixture(params=["embedded", "milvus"])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same index again and again; the one before is closed."""
    opened: list[PassageIndex] = []

    def open_again() -> PassageIndex:
        if opened:
            opened.pop().close()
        if request.param == "embedded":
            opened.append(EmbeddedIndex(tmp_path, SPACE, owner=True))
        else:
            place = Place(tmp_path, SPACE, owner=True, library="a" * 32)
            opened.append(MilvusIndex(request.getfixturevalue("milvus"), place))
            opened[0].catch_up(live(opened[0].rows()["words"]), 0, lambda rows: iter(()))
        return opened[0]

    yield open_again
    for index in opened:
        index.close()


def test_finds_by_words(open_index: Open) -> None:
    """A passage is found by a word of it, and the one with more of the words comes first."""
    index = open_index()
    index.add([entry(1, "red apple pie"), entry(2, "red car"), entry(3, "blue sky")])
    assert index.reader().search_lexical(words("red", "apple"), frozenset({EVERYONE}), 10).rows.tolist() == [
        1,
        2,
    ]


def test_finds_by_vector(open_index: Open) -> None:
    """The passage whose vector is the question's comes first, with a cosine of 1."""
    index = open_index()
    index.add([entry(i, f"text {i}") for i in range(50)])
    hits = index.reader().search_dense(vector_of("text 7")[0], frozenset({EVERYONE}), 5)
    assert hits.rows[0] == 7
    assert hits.scores[0] == pytest.approx(1.0, abs=1e-5)
    assert len(hits.rows) == 5
    assert hits.scores.tolist() == sorted(hits.scores, reverse=True)


def test_takes_the_vectors_of_another_model(open_index: Open) -> None:
    """They stand in for the ones before once they are filled in, of another length too; words stay as they are."""
    index = open_index()
    before = [entry(i, f"text {i}") for i in range(3)]
    index.add(before)
    old = index.reader()
    index.use(EmbeddingSpace("another", 4))
    vector = np.array([0, 0, 1, 0], "<f4")
    after = {each.row: each._replace(vectors=vector.tobytes()) for each in before}
    changed = index.catch_up(live(range(3)), 1, lambda rows: (after[row] for row in rows))
    assert changed == 3
    hits = index.reader().search_dense(vector, frozenset({EVERYONE}), 5)
    assert (sorted(hits.rows), hits.scores.tolist()) == ([0, 1, 2], pytest.approx([1, 1, 1], abs=1e-5))
    assert len(index.reader().search_lexical(words("text"), frozenset({EVERYONE}), 5).rows) == 3
    index.flush(1)
    if index.keeps_readers:
        assert old.search_dense(vector_of("text 2")[0], frozenset({EVERYONE}), 1).rows.tolist() == [2]
    index.add([entry(7, "seven")._replace(vectors=vector.tobytes())])
    index.remove([0])
    assert sorted(index.reader().search_dense(vector, frozenset({EVERYONE}), 5).rows) == [1, 2, 7]


def test_scores_any_row_exactly(open_index: Open) -> None:
    """Every candidate gets its cosine, whichever search found it; a row without vectors gets NaN."""
    index = open_index()
    index.add([entry(1, "one"), entry(2, "two", scope=TEAM), entry(3, "three", vectors=False)])
    query = vector_of("one")[0]
    scores = index.reader().score_dense([2, 1, 3], query)
    assert scores[0] == pytest.approx(float(vector_of("two")[0] @ query), abs=1e-5)
    assert scores[1] == pytest.approx(1.0, abs=1e-5)
    assert np.isnan(scores[2])


def test_nothing_crosses_a_scope(open_index: Open) -> None:
    """Neither search finds a passage of a scope that wasn't asked for, and no scope at all finds nothing."""
    index = open_index()
    index.add(
        [entry(1, "salary table", scope=CHANNEL), entry(2, "salary day"), entry(3, "salary", scope=TEAM)]
    )
    reader, query = index.reader(), vector_of("salary table")[0]
    for scopes, expected in (
        (frozenset({EVERYONE}), {2}),
        (frozenset({EVERYONE, TEAM}), {2, 3}),
        (frozenset({CHANNEL}), {1}),
        (frozenset({Scope("discord:G1")}), set()),
        (frozenset[Scope](), set()),
    ):
        assert set(reader.search_lexical(words("salary"), scopes, 10).rows.tolist()) == expected
        assert set(reader.search_dense(query, scopes, 10).rows.tolist()) == expected


def test_counts_only_what_the_asker_may_read(open_index: Open) -> None:
    """Document frequencies are of the asked scopes, so that they tell nothing of others."""
    index = open_index()
    index.add(
        [entry(1, "merger plan", scope=CHANNEL), entry(2, "lunch plan"), entry(3, "가나다", language="ko")]
    )
    reader = index.reader().frequencies
    if reader is None:
        return  # the catalog counts: tests/knowledge/catalog/test_word_counts.py
    assert reader.document_frequencies("en", ["merger", "plan", "none"], frozenset({EVERYONE})) == [0, 1, 0]
    assert reader.document_frequencies("en", ["merger", "plan"], frozenset({EVERYONE, CHANNEL})) == [1, 2]
    assert reader.bigram_frequencies(["가나", "나다", "다가"], frozenset({EVERYONE})) == [1, 1, 0]
    assert reader.document_frequencies("en", ["plan"], frozenset()) == [0]


def test_a_scope_does_not_change_the_ranking(open_index: Open) -> None:
    """Narrowing a search leaves the scores of what remains as they were."""
    index = open_index()
    index.add([entry(i, f"term{i} shared", scope=TEAM if i % 2 else EVERYONE) for i in range(20)])
    reader = index.reader()
    everything = reader.search_lexical(words("shared", "term4"), frozenset({EVERYONE, TEAM}), 50)
    narrow = reader.search_lexical(words("shared", "term4"), frozenset({EVERYONE}), 50)
    scores = dict(zip(everything.rows.tolist(), everything.scores.tolist(), strict=True))
    assert narrow.rows[0] == 4
    for row, score in zip(narrow.rows.tolist(), narrow.scores.tolist(), strict=True):
        assert score == pytest.approx(scores[row])


def test_a_reader_does_not_change(open_index: Open) -> None:
    """What is added or removed later is not seen through a reader that was taken before."""
    index = open_index()
    index.add([entry(1, "old news")])
    reader = index.reader()
    index.add([entry(2, "old news too")])
    index.remove([1])
    index.flush(1)
    assert reader.search_lexical(words("old"), frozenset({EVERYONE}), 9).rows.tolist() == [1]
    assert reader.search_dense(vector_of("old news")[0], frozenset({EVERYONE}), 9).rows.tolist() == [1]
    now = index.reader()
    assert now.search_lexical(words("old"), frozenset({EVERYONE}), 9).rows.tolist() == [2]
    assert now.search_dense(vector_of("old news")[0], frozenset({EVERYONE}), 9).rows.tolist() == [2]


def test_flushed_entries_are_there_after_opening_again(open_index: Open) -> None:
    """What was flushed is found by both searches after a restart, and can be removed then."""
    index = open_index()
    index.add([entry(i, f"text {i}") for i in range(30)])
    index.flush(1)
    index = open_index()
    assert index.reader().search_dense(vector_of("text 3")[0], frozenset({EVERYONE}), 1).rows.tolist() == [3]
    index.remove([3])
    index.flush(2)
    index = open_index()
    assert 3 not in index.reader().search_dense(vector_of("text 3")[0], frozenset({EVERYONE}), 30).rows
    assert 3 not in index.reader().search_lexical(words("text"), frozenset({EVERYONE}), 30).rows


@settings(max_examples=15)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    removed=st.sets(st.integers(0, 200)),
    seed=st.integers(0, 99),
)
def test_dense_search_is_exact(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], removed: set[int], seed: int
) -> None:
    """Whatever was added in whichever portions and removed, the best rows are those of an exact search."""
    index = EmbeddedIndex(tmp_path_factory.mktemp("index"), SPACE, owner=True)
    kept: dict[int, str] = {}
    row = 0
    for size in sizes:
        batch = range(row, row + size)
        index.add([entry(i, f"{seed} {i}", scope=TEAM if i % 3 else EVERYONE) for i in batch])
        kept.update({i: f"{seed} {i}" for i in batch})
        row += size
    index.remove([i for i in removed if i in kept])
    alive = {i: text for i, text in kept.items() if i not in removed}
    query = vector_of(f"question {seed}")[0]
    exact = sorted(alive, key=lambda i: -float(vector_of(alive[i])[0] @ query))[:5]
    assert index.reader().search_dense(query, frozenset({EVERYONE, TEAM}), 5).rows.tolist() == exact
    index.close()
