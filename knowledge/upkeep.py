"""The index held against the catalog, and filled at another store: no document is read, nothing embedded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from knowledge.catalog import Catalog, Connection, reading, word_counts
from knowledge.embedding import EmbeddingSpace
from knowledge.errors import InvalidInput
from knowledge.index import Entry, IndexReader, LexicalQuery, OpenIndex, PassageIndex, Place
from knowledge.library import Library
from knowledge.one_at_a_time import OneAtATime
from knowledge.parts import Parts
from knowledge.ranking.bm25 import unpack
from knowledge.reports import IndexCheck, Progress

_SAMPLES = 20
_NEAREST = 50  # passages among which a sample must be found by its own words or vector
_AS_GOOD = 1e-3  # of a cosine: another passage may have the same vector


def place_of(catalog: Catalog, place: Place) -> Place:
    """The place with the catalog's name in it."""
    with catalog.read() as connection:
        return place._replace(library=word_counts.library_of(connection))


def check_index(catalog: Catalog, open_index: OpenIndex, place: Place) -> IndexCheck:
    """Hold what a store keeps against the catalog. Nothing is written.

    Raises:
        IndexUnavailable: the store can't be reached.
    """
    index = open_index(place_of(catalog, place)._replace(owner=False))
    try:
        with catalog.read() as connection:
            return _checked(index, connection, place)
    finally:
        index.close()


def copy_index(
    catalog: Catalog, open_index: OpenIndex, place: Place, progress: Callable[[Progress], None]
) -> IndexCheck:
    """Fill a store's index from the catalog, as far as it isn't filled yet; gives how it is then.

    Raises:
        IndexUnavailable: the store can't be reached, or goes away for longer. What was written stays.
    """
    began = time.monotonic()
    done, total = 0, 0
    index = open_index(place_of(catalog, place)._replace(owner=True))
    try:
        with catalog.read() as connection:

            def entries(rows: Sequence[int]) -> Iterator[Entry]:
                nonlocal done, total
                total += len(rows)
                for entry in reading.index_entries(connection, rows, place.space):
                    yield entry
                    done += 1
                    progress(Progress("indexing", done, total, "", time.monotonic() - began))

            generation = reading.generation(connection)
            index.catch_up(reading.live(connection, place.space), generation, entries)
            index.flush(generation)
            found = _checked(index, connection, place)
        if index.reader().frequencies is None:  # whoever only reads can't count; the owner will at its start
            with catalog.write() as writing:
                word_counts.recount(writing)
        return found
    finally:
        index.close()


def _checked(index: PassageIndex, connection: Connection, place: Place) -> IndexCheck:
    live, to_embed = reading.live(connection, place.space)
    embedded = reading.rows_with_vectors(connection, place.space) if place.space else to_embed
    wanted = {"words": live, "meaning": embedded}
    have = index.rows()
    missing = {name: np.setdiff1d(wanted[name], rows) for name, rows in have.items()}
    surplus = {name: np.setdiff1d(rows, wanted[name]) for name, rows in have.items()}
    there = np.setdiff1d(live, np.concatenate(list(missing.values())))
    places = np.unique(np.linspace(0, len(there) - 1, _SAMPLES).astype(np.int64)) if len(there) else there
    sample = there[places]
    reader = index.reader()
    lost = sum(
        not (
            _is_found_by_words(reader, connection, entry) and _is_found_by_meaning(reader, entry, place.space)
        )
        for entry in reading.index_entries(connection, sample.tolist(), place.space)
    )
    return IndexCheck(
        passages=len(live),
        with_vectors=len(embedded),
        by_words_alone=len(live) - len(to_embed) if place.space else 0,
        missing={name: len(rows) for name, rows in missing.items()},
        surplus={name: len(rows) for name, rows in surplus.items()},
        samples=len(sample),
        samples_lost=lost,
    )


def _is_found_by_words(reader: IndexReader, connection: Connection, entry: Entry) -> bool:
    words = list(dict.fromkeys(unpack(entry.terms)))
    if not words:
        return True
    query = LexicalQuery({entry.language: dict.fromkeys(words, 1.0)}, {})
    hits = reader.search_lexical(query, frozenset({entry.scope}), _NEAREST)
    if entry.row in hits.rows:
        return True
    others = reading.index_entries(connection, hits.rows.tolist(), None)
    return any(other.terms == entry.terms for other in others)  # as often as it is repeated


def _is_found_by_meaning(reader: IndexReader, entry: Entry, space: EmbeddingSpace | None) -> bool:
    if space is None or not entry.vectors:
        return True
    vector = np.frombuffer(entry.vectors, "<f4")[: space.dimensions]
    [score] = reader.score_dense([entry.row], vector)
    if not score >= 1 - _AS_GOOD:
        return False
    hits = reader.search_dense(vector, frozenset({entry.scope}), _NEAREST)
    return entry.row in hits.rows or (len(hits.scores) > 0 and float(hits.scores[-1]) >= 1 - _AS_GOOD)


class Upkeep:
    """What an operator does with the index. Between two refreshes; methods block.

    Args:
        parts: what Knowledge is made of.
        catalog: prepares it, or gives the prepared one.
        library: opens it, or gives the open one.
        served: the space of the vectors that questions are compared with.
        turns: of what changes the index.
    """

    def __init__(
        self,
        parts: Parts,
        catalog: Callable[[], Catalog],
        library: Callable[[], Library],
        served: Callable[[], EmbeddingSpace | None],
        turns: OneAtATime,
    ) -> None:
        self._parts = parts
        self._catalog = catalog
        self._library = library
        self._served = served
        self._turns = turns

    def rebuild(self, *, progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Make the whole index anew from the catalog, without embedding again what has its vectors."""
        with self._turns.turn():
            progress(Progress("finishing", 0, 0, "", 0.0))
            self._library().rebuild()

    def check(self, *, repair: bool = False) -> IndexCheck:
        """Hold the index, as it is stored, against the catalog; with `repair`, put it right."""
        with self._turns.turn():
            found = self._checked()
            if repair and not found.is_sound:
                self._library().finish()  # opening it makes up for what is missing
                found = self._checked()
            if repair and not found.is_sound:
                self._library().rebuild()
                self._library().finish()
                found = self._checked()
            return found

    def copy(self, store: str, *, progress: Callable[[Progress], None] = lambda _: None) -> IndexCheck:
        """Fill the index of another store, `faiss` or `milvus`; one that was cut short goes on.

        Raises:
            InvalidInput: there is no such store, or it is the one in use.
        """
        open_index = self._parts.stores.get(store)
        if open_index is None or open_index is self._parts.open_index:
            raise InvalidInput(reason="store", store=store)
        with self._turns.turn():
            return copy_index(self._catalog(), open_index, self._place, progress)

    def _checked(self) -> IndexCheck:
        return check_index(self._catalog(), self._parts.open_index, self._place)

    @property
    def _place(self) -> Place:
        return Place(self._parts.folder, self._served(), owner=False)
