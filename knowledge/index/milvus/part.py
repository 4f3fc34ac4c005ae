"""One collection as a part of the index: which of its rows are there, and who still looks at them."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vector
from knowledge.errors import IndexUnavailable
from knowledge.index import Entry, Hits, ReadEntries
from knowledge.index.milvus.collection import Collection
from knowledge.index.segments import best_by_row
from knowledge.types import Scope

_CHUNK = 1_000
_SLACK = 16  # asked for beyond what is wanted, since a passage may have several windows
NOTHING = Hits(np.empty(0, np.int64), np.empty(0, np.float32))


class View:
    """What a part held at one moment. The server keeps what was removed since, for as long as this lives."""

    def __init__(self, collection: Collection, rows: NDArray[np.int64] | None, number: int) -> None:
        self._collection = collection
        self._rows = rows  # None: not ours to know
        self.number = number

    def search(self, vector: object, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by their best window, best first."""
        if not scopes or self._collection.name is None or limit <= 0:
            return NOTHING
        wanted = limit + _SLACK
        while True:
            found = self._collection.search(vector, scopes, wanted)
            best = best_by_row(found.rows, found.scores)
            if self._rows is not None:
                keep = _are_among(best.rows, self._rows)
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
            scores[place] = best.get(int(row), np.nan)
        if self._rows is not None:
            scores[~_are_among(np.array(rows, np.int64), self._rows)] = np.nan
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


def _are_among(rows: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows are known; `known` ascends. A few are sought among very many with each question."""
    if not len(known):
        return np.zeros(len(rows), np.bool_)
    places = np.searchsorted(known, rows)
    found: NDArray[np.bool_] = known[np.minimum(places, len(known) - 1)] == rows
    return found
