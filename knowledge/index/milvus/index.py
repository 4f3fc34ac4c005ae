"""Milvus as a `PassageIndex`: a collection of vectors, and one of words (tantivy, for an old server)."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vector
from knowledge.errors import IndexUnavailable
from knowledge.index import Entry, Frequencies, Hits, LexicalQuery, OpenIndex, Place, ReadEntries
from knowledge.index.embedded import EmbeddedIndex, EmbeddedReader
from knowledge.index.milvus.collection import Collection
from knowledge.index.milvus.options import MilvusOptions
from knowledge.index.milvus.server import Server
from knowledge.index.milvus.shapes import Dense, Sparse
from knowledge.index.segments import best_by_row
from knowledge.storage import write_atomically
from knowledge.types import Scope

_log = logging.getLogger(__name__)
_CHUNK = 1_000
_SLACK = 16  # asked for beyond what is wanted, since a passage may have several windows
_NOTHING = Hits(np.empty(0, np.int64), np.empty(0, np.float32))


def open_milvus(options: MilvusOptions) -> OpenIndex:
    """What opens an index at this server."""
    return lambda place: MilvusIndex(options, place)


class View:
    """What a part held at one moment. The server keeps what was removed since, for as long as this lives."""

    def __init__(self, collection: Collection, rows: NDArray[np.int64] | None, number: int) -> None:
        self._collection = collection
        self._rows = rows  # None: not ours to know
        self.number = number

    def search(self, vector: object, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by their best window, best first."""
        if not scopes or self._collection.name is None or limit <= 0:
            return _NOTHING
        wanted = limit + _SLACK
        while True:
            found = self._collection.search(vector, scopes, wanted)
            best = best_by_row(found.rows, found.scores)
            if self._rows is not None:
                keep = np.isin(best.rows, self._rows)
                best = Hits(best.rows[keep], best.scores[keep])
            if len(best.rows) >= limit or len(found.rows) < wanted:
                return Hits(best.rows[:limit], best.scores[:limit])
            wanted *= 2

    def score(self, rows: Sequence[int], vector: Vector) -> NDArray[np.float32]:
        """The cosine of each row by its best window; NaN for a row that isn't here."""
        scores = np.full(len(rows), np.nan, np.float32)
        if not len(rows) or self._collection.name is None:
            return scores
        homes, vectors = self._collection.vectors(rows)
        best: dict[int, float] = {}
        for row, cosine in zip(
            homes.tolist(), (vectors @ vector).tolist() if len(homes) else (), strict=True
        ):
            best[row] = max(cosine, best.get(row, -np.inf))
        for place, row in enumerate(rows):
            if self._rows is None or np.isin(row, self._rows):
                scores[place] = best.get(int(row), np.nan)
        return scores


class Part:
    """One collection, and which of its rows are there."""

    def __init__(self, collection: Collection, *, owner: bool) -> None:
        self._collection = collection
        self._owner = owner
        self._rows = np.empty(0, np.int64)
        self._number = 0
        self._removed: list[tuple[int, list[int]]] = []  # not deleted yet
        self._views: weakref.WeakSet[View] = weakref.WeakSet()
        self._unsealed = 0
        collection.open()
        if owner:
            self._rows = collection.rows()

    def add(self, entries: Sequence[Entry], expected: int = 0) -> None:
        """Durable at the server when it returns."""
        self.sweep()
        added = self._collection.add(entries, max(expected, len(entries)))
        self._rows = np.union1d(self._rows, added)
        self._unsealed += len(added)

    def remove(self, rows: Sequence[int]) -> None:
        """Pass over rows from now on; they are deleted when no view holds them any more."""
        if rows:
            self._number += 1
            self._removed.append((self._number, [int(row) for row in rows]))
            self._rows = np.setdiff1d(self._rows, np.array(rows, np.int64))
            self.sweep()

    def sweep(self) -> None:
        """Delete what was removed before the oldest view that is still held."""
        oldest = min((view.number for view in self._views), default=self._number)
        while self._removed and self._removed[0][0] <= oldest:
            self._collection.remove(self._removed[0][1])
            del self._removed[0]

    def view(self) -> View:
        """What is there now."""
        view = View(self._collection, self._rows if self._owner else None, self._number)
        self._views.add(view)
        return view

    def rows(self) -> NDArray[np.int64]:
        """Every row that is there, as the server has it."""
        return self._collection.rows()

    def catch_up(self, live: NDArray[np.int64], entries: ReadEntries) -> int:
        """Bring the collection to these rows, making it or a new one where needed."""
        if not self._owner:
            return self._follow(live)
        missing = np.setdiff1d(live, self._rows)
        surplus = np.setdiff1d(self._rows, live)
        self.remove(surplus.tolist())
        before = len(self._rows)
        batch: list[Entry] = []
        for entry in entries(missing.tolist()):
            batch.append(entry)
            if len(batch) == _CHUNK:
                self.add(batch, len(live))
                batch = []
        if batch or self._collection.is_old or self._collection.name is None:
            self.add(batch, len(live))
        self._collection.publish()
        return len(surplus) + len(self._rows) - before

    def begin_anew(self) -> None:
        """Fill a new collection at the next `catch_up`; until then the old one is searched."""
        self._collection.begin_anew()
        self._rows = np.empty(0, np.int64)
        self._removed = []

    def flush(self) -> None:
        """Let the server write what it holds in memory, once it is much."""
        self.sweep()
        if self._unsealed >= _CHUNK:
            self._collection.seal()
            self._unsealed = 0

    def lacks(self, live: NDArray[np.int64]) -> bool:
        """Whether some of these rows aren't there."""
        return len(np.setdiff1d(live, self._rows)) > 0

    def _follow(self, live: NDArray[np.int64]) -> int:
        self._collection.open()
        if self._collection.name is None:
            if len(live):
                raise IndexUnavailable(reason="missing")
            return 0
        if self._collection.is_old:
            raise self._collection.other_dimensions(self._collection.dimensions)
        self._collection.wait_for_writes()
        return 0


class MilvusReader:
    """One view of both parts."""

    def __init__(
        self, meaning: tuple[Dense, View] | None, words: tuple[Sparse, View] | EmbeddedReader
    ) -> None:
        self._meaning = meaning
        self._words = words

    @property
    def frequencies(self) -> Frequencies | None:
        """Milvus counts no words; tantivy does."""
        return self._words.frequencies if isinstance(self._words, EmbeddedReader) else None

    def search_dense(self, vector: Vector, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by cosine, exact or as near as the collection's index is."""
        if self._meaning is None:
            return _NOTHING
        shape, view = self._meaning
        return view.search(shape.query(vector), scopes, limit)

    def search_lexical(self, query: LexicalQuery, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by the inner product of the query's weights and what the words are worth in a passage."""
        if isinstance(self._words, EmbeddedReader):
            return self._words.search_lexical(query, scopes, limit)
        shape, view = self._words
        weights = shape.query(query)
        return view.search(weights, scopes, limit) if weights else _NOTHING

    def score_dense(self, rows: Sequence[int], vector: Vector) -> NDArray[np.float32]:
        """The exact cosine of each row; NaN for a row without vectors."""
        if self._meaning is None:
            return np.full(len(rows), np.nan, np.float32)
        return self._meaning[1].score(rows, vector)


class MilvusIndex:
    """Both parts as one `PassageIndex`."""

    def __init__(self, options: MilvusOptions, place: Place) -> None:
        """Connect, and see what is there.

        Raises:
            IndexUnavailable: the server can't be reached in time, or its collections aren't ours.
            MissingDependency: pymilvus, or for an old server tantivy, isn't installed.
        """
        self._folder = place.folder
        self._owner = place.owner
        self._server = Server(options)
        self._words: Part | EmbeddedIndex
        self._sparse = Sparse()
        self._dense = Dense(place.embedder, place.dimensions) if place.embedder is not None else None

        def part(shape: Dense | Sparse) -> Part:
            return Part(Collection(self._server, shape, place.library, owner=place.owner), owner=place.owner)

        self._meaning = part(self._dense) if self._dense is not None else None
        if self._server.has_sparse:
            self._words = part(self._sparse)
        else:
            _log.warning(
                "Milvus %s has no sparse vectors: words are indexed in %s",
                self._server.version_text,
                place.folder,
            )
            self._words = EmbeddedIndex(place.folder, None, 0, owner=place.owner)

    def add(self, entries: Sequence[Entry]) -> None:
        """Write to both parts."""
        for part in self._parts:
            part.add(entries)

    def remove(self, rows: Sequence[int]) -> None:
        """Drop rows from both parts."""
        for part in self._parts:
            part.remove(rows)

    def reader(self) -> MilvusReader:
        """A view of both parts now."""
        meaning = (self._dense, self._meaning.view()) if self._dense and self._meaning else None
        if isinstance(self._words, Part):
            return MilvusReader(meaning, (self._sparse, self._words.view()))
        return MilvusReader(meaning, self._words.reader())

    def flush(self, generation: int) -> None:
        """Milvus has written everything; note that there is an index, so that an emptied catalog is told."""
        if isinstance(self._words, Part):
            self._words.flush()
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / "elsewhere.txt", f"{self._server.options.collection}\n")
        else:
            self._words.flush(generation)
        if self._meaning is not None:
            self._meaning.flush()

    def sweep(self) -> None:
        """Delete what no reader of this process holds any more."""
        for part in self._parts:
            part.sweep()

    def close(self) -> None:
        """Give the connection back."""
        if isinstance(self._words, EmbeddedIndex):
            self._words.close()
        self._server.close()

    @property
    def keeps_readers(self) -> bool:
        """The server deletes for everyone."""
        return False

    def catch_up(self, live: NDArray[np.int64], generation: int, entries: ReadEntries) -> int:
        """Bring both parts to the catalog's live rows, without embedding again."""
        changed = self._meaning.catch_up(live, entries) if self._meaning is not None else 0
        if isinstance(self._words, Part):
            changed += self._words.catch_up(live, entries)
            if self._owner:
                self.flush(generation)
        else:
            changed += self._words.catch_up(live, generation, entries)
        return changed

    def is_whole(self, live: NDArray[np.int64]) -> bool:
        """The server is taken at its word; a local index of words is not."""
        return isinstance(self._words, Part) or self._words.is_whole(live)

    def lacks_vectors(self, live: NDArray[np.int64]) -> bool:
        """Whether some of these rows have no vectors here, and should have."""
        return self._meaning is not None and self._owner and self._meaning.lacks(live)

    def begin_anew(self) -> None:
        """Fill new collections at the next `catch_up`, which swaps them in."""
        for part in self._parts:
            part.begin_anew()

    def rows(self) -> dict[str, NDArray[np.int64]]:
        """The rows of both parts, as they are stored."""
        words = self._words.rows() if isinstance(self._words, Part) else self._words.rows()["words"]
        found = {"words": words}
        if self._meaning is not None:
            found["meaning"] = self._meaning.rows()
        return found

    @property
    def _parts(self) -> list[Part | EmbeddedIndex]:
        return [self._words] if self._meaning is None else [self._words, self._meaning]
