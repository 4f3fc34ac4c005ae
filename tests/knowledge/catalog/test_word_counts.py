"""The catalog's counts of words are those of its live passages, whatever happened to them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.catalog import Catalog, writing
from knowledge.catalog.word_counts import WordCounts, are_current, follow, library_of, recount
from knowledge.types import EVERYONE, Scope
from tests.builders import version

TEAM = Scope("slack:T1")
ALL = frozenset({EVERYONE, TEAM})
EN = ("lamp", "desk", "chair")
KO = ("가나다", "나다라")

documents = st.dictionaries(
    st.sampled_from(["/a", "/b", "/c"]),
    st.tuples(
        st.sampled_from([EVERYONE, TEAM]),
        st.sampled_from(["en", "ko"]),
        st.lists(st.lists(st.sampled_from(EN + KO), min_size=1, max_size=4).map(" ".join), max_size=3),
    ),
    max_size=3,
)


def prepared(folder: Path) -> Catalog:
    catalog = Catalog.in_folder(folder)
    catalog.prepare()
    return catalog


def write(catalog: Catalog, changes: dict, forgotten: list[int]) -> dict[str, int]:
    """Make the changes as the library does; gives the documents' ids by uri."""
    new = [
        version(uri, texts, scope=scope, language=language)
        for uri, (scope, language, texts) in changes.items()
    ]
    with catalog.write() as connection:
        staged = writing.stage(connection, new, "", {})
        change = writing.flip(connection, staged, forgotten)
        follow(connection, [each.version_id for each in staged], change.stale)
    with catalog.write() as connection:
        writing.clear(connection, change.stale)
    return {each.version.uri: each.document_id for each in staged}


def counted(catalog: Catalog) -> list[tuple]:
    with catalog.read() as connection:
        return sorted(map(tuple, connection.exec_driver_sql("SELECT * FROM word_counts")))


@settings(max_examples=30)
@given(steps=st.lists(st.tuples(documents, st.sets(st.sampled_from(["/a", "/b", "/c"]))), max_size=4))
def test_counts_follow_every_change(tmp_path_factory, steps) -> None:
    """After any changes the counts are those of a count from the beginning, without a word of what is gone."""
    catalog = prepared(tmp_path_factory.mktemp("catalog"))
    with catalog.write() as connection:
        recount(connection)
    known: dict[str, int] = {}
    live: dict[str, tuple] = {}
    for changes, gone in steps:
        leaving = [uri for uri in gone if uri in known and uri not in changes]
        known |= write(catalog, changes, [known.pop(uri) for uri in leaving])
        live = {uri: value for uri, value in live.items() if uri not in leaving} | changes
    followed = counted(catalog)
    expected: Counter[tuple[str, str, str]] = Counter()
    for scope, language, texts in live.values():
        for text in texts:
            expected.update((scope, language, word) for word in set(text.split()))
            if language == "ko":
                runs = _runs(text.replace(" ", ""))
                pairs = {run[i : i + 2] for run in runs for i in range(len(run) - 1)}
                expected.update((scope, "pairs", pair) for pair in pairs)
    assert {line[:3]: line[3] for line in followed} == dict(expected)
    with catalog.write() as connection:
        assert are_current(connection)
        recount(connection)
    assert counted(catalog) == followed
    catalog.close()


def _runs(squeezed: str) -> list[str]:
    """Unbroken stretches of Korean."""
    return "".join(letter if letter >= "가" else " " for letter in squeezed).split()


def test_counts_only_what_the_asker_may_read(tmp_path: Path) -> None:
    """Frequencies are of the asked scopes, so that they tell nothing of others."""
    catalog = prepared(tmp_path)
    write(catalog, {"/a": (TEAM, "en", ["merger plan"]), "/b": (EVERYONE, "en", ["lunch plan", "plan"])}, [])
    with catalog.read() as connection:
        counts = WordCounts(connection)
        words = ["merger", "plan", "none"]
        assert counts.document_frequencies("en", words, frozenset({EVERYONE})) == [0, 2, 0]
        assert counts.document_frequencies("en", words, ALL) == [1, 3, 0]
        assert counts.document_frequencies("ko", words, ALL) == [0, 0, 0]
        assert counts.document_frequencies("en", words, frozenset()) == [0, 0, 0]
    catalog.close()


def test_a_change_by_another_store_is_noticed(tmp_path: Path) -> None:
    """Counts that some change was made without are not taken for current."""
    catalog = prepared(tmp_path)
    with catalog.write() as connection:
        recount(connection)
    with catalog.write() as connection:
        writing.flip(connection, [], [])
    with catalog.read() as connection:
        assert not are_current(connection)
    catalog.close()


def test_each_catalog_has_a_name_of_its_own(tmp_path: Path) -> None:
    """Two catalogs are told apart, and one keeps its name."""
    names = []
    for folder in ("a", "b", "a"):
        catalog = prepared(tmp_path / folder)
        with catalog.read() as connection:
            names.append(library_of(connection))
        catalog.close()
    assert names[0] == names[2] != names[1]
    assert len(names[0]) == 32
