"""The index of one machine: tantivy and FAISS in files of the data folder, kept in step with the catalog."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.errors import IndexDamaged
from knowledge.index import Entry, Hits, LexicalQuery, Live, Place, ReadEntries
from knowledge.index.dense import DenseReader, DenseStore
from knowledge.index.lexical import LexicalReader, LexicalStore
from knowledge.types import Scope

_log = logging.getLogger(__name__)
_CHUNK = 2_000


def open_embedded(place: Place) -> EmbeddedIndex:
    """The index in files of `place.folder`."""
    return EmbeddedIndex(place.folder, place.space, owner=place.owner)


def was_written(folder: Path) -> bool:
    """Whether there has been an index of this folder, here or at a server."""
    return (folder / "lexical" / "state.json").exists() or (folder / "elsewhere.txt").exists()


class EmbeddedReader:
    """One unchanging view of both halves."""

    def __init__(self, lexical: LexicalReader, dense: DenseReader | None) -> None:
        self._lexical = lexical
        self._dense = dense

    @property
    def frequencies(self) -> LexicalReader:
        """Tantivy counts its postings."""
        return self._lexical

    def search_dense(self, vector: Vector, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by exact cosine; none where there are no vectors."""
        if self._dense is None:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        return self._dense.search(vector, scopes, limit)

    def search_lexical(self, query: LexicalQuery, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by tantivy's BM25."""
        return self._lexical.search(query, scopes, limit)

    def score_dense(self, rows: Sequence[int], vector: Vector) -> NDArray[np.float32]:
        """The exact cosine of each row; NaN for a row without vectors."""
        if self._dense is None:
            return np.full(len(rows), np.nan, np.float32)
        return self._dense.score(rows, vector)


class EmbeddedIndex:
    """FAISS and tantivy as one `PassageIndex`.

    With `owner=False` nothing is written: what the files lack, or can't give because they are damaged, is
    made up in memory.
    """

    def __init__(self, folder: Path, space: EmbeddingSpace | None, *, owner: bool) -> None:
        self._folder = folder
        self._owner = owner
        self._space = space
        self._lexical = self._open_lexical()
        self._dense = self._open_dense(space) if space is not None else None

    def add(self, entries: Sequence[Entry]) -> None:
        """Durable in tantivy when it returns; vectors are read again from the catalog after a crash."""
        self._lexical.add(entries)
        if self._dense is not None:
            self._dense.add(entries)

    def remove(self, rows: Sequence[int]) -> None:
        """Drop rows from both halves."""
        self._lexical.remove(rows)
        if self._dense is not None:
            self._dense.remove(rows)

    def reader(self) -> EmbeddedReader:
        """A view of both halves now."""
        return EmbeddedReader(self._lexical.reader(), self._dense.reader() if self._dense else None)

    def flush(self, generation: int) -> None:
        """Write both halves, and the generation that they are at."""
        self._lexical.flush(generation)
        if self._dense is not None:
            self._dense.flush(generation)

    def close(self) -> None:
        """Give the writer's lock back."""
        self._lexical.close()

    def sweep(self) -> None:
        """Nothing: both halves pass over what was removed, and drop it when they merge."""

    @property
    def keeps_readers(self) -> bool:
        """Files that another process reads stay until it lets them go."""
        return True

    def rows(self) -> dict[str, NDArray[np.int64]]:
        """The rows of both halves, ascending."""
        found = {"words": np.sort(self._lexical.reader().rows())}
        if self._dense is not None:
            found["meaning"] = self._dense.reader().rows()
        return found

    def use(self, space: EmbeddingSpace) -> None:
        """The files of the vectors before stay until the next flush, and longer for who has them open."""
        self._dense = self._open_dense(space)
        self._space = space

    def begin_anew(self) -> None:
        """Delete all files and begin with nothing; `catch_up` fills it again."""
        self._lexical.close()
        shutil.rmtree(self._folder)
        self._lexical = self._open_lexical()
        self._dense = self._open_dense(self._space) if self._space is not None else None

    def catch_up(self, live: Live, generation: int, entries: ReadEntries) -> int:
        """Bring the index to the catalog's live rows; gives how many rows were added or removed.

        `entries` reads rows from the catalog.
        """
        changed = 0
        if self._dense is not None:
            changed += _reconcile(self._dense, self._dense.reader().rows(), live.embedded, entries)
        if not self._owner and not self._lexical.in_memory:
            self._lexical.reload()
            return changed
        was_flushed = self._lexical.generation == generation
        # The count tells what the generation can't: rows that were added and never became live.
        if not was_flushed or self._lexical.reader().count != len(live.rows):
            changed += _reconcile(self._lexical, self._lexical.reader().rows(), live.rows, entries)
        if self._owner and (changed or not was_flushed):
            self.flush(generation)
        return changed

    def is_whole(self, live: Live) -> bool:
        """Whether it has these rows, which were live all the time since before `catch_up`.

        Only a reader's may lack some, where an owner was killed while it made the files anew. It leaves them
        then, and the next `catch_up` fills an index in memory.
        """
        if self._lexical.reader().count >= len(live.rows):
            return True
        _log.warning("lexical index lacks passages, using one in memory")
        self._lexical = LexicalStore(None)
        return False

    def lacks_vectors(self, live: Live) -> bool:
        """Whether some of these rows are to have vectors, and have none here."""
        if self._dense is None or self._dense.reader().count == len(live.embedded):
            return False
        return len(np.setdiff1d(live.embedded, self._dense.reader().rows())) > 0

    def _open_lexical(self) -> LexicalStore:
        folder = self._folder / "lexical"
        if not self._owner and not (folder / "files").exists():
            return LexicalStore(None)
        try:
            return LexicalStore(folder)
        except IndexDamaged as error:
            if not self._owner:
                _log.warning("lexical index is damaged, using one in memory: %s", error)
                return LexicalStore(None)
            _log.warning("lexical index is damaged and made anew: %s", error)
            shutil.rmtree(folder)
            return LexicalStore(folder)

    def _open_dense(self, space: EmbeddingSpace) -> DenseStore:
        folder = self._folder / "dense"
        try:
            store = DenseStore(folder, space.embedder, space.dimensions)
            if self._owner:
                store.tidy()
            return store
        except IndexDamaged as error:
            _log.warning("dense index is damaged and made anew: %s", error)
            if self._owner:
                shutil.rmtree(folder)
            return DenseStore(folder, space.embedder, space.dimensions, ignore_files=not self._owner)


def _reconcile(
    half: LexicalStore | DenseStore, have: NDArray[np.int64], live: NDArray[np.int64], entries: ReadEntries
) -> int:
    missing = np.setdiff1d(live, have)
    surplus = np.setdiff1d(have, live)
    half.remove([int(row) for row in surplus])
    batch: list[Entry] = []
    for entry in entries([int(row) for row in missing]):
        batch.append(entry)
        if len(batch) == _CHUNK:
            half.add(batch)
            batch = []
    if batch:
        half.add(batch)
    return len(surplus) + len(missing)
