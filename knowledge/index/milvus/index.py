"""Milvus as a `PassageIndex`: a collection of vectors, and one of words (tantivy, for an old server)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.index import Entry, Frequencies, Hits, LexicalQuery, Live, OpenIndex, Place, ReadEntries
from knowledge.index.embedded import EmbeddedIndex, EmbeddedReader
from knowledge.index.milvus.collection import Collection
from knowledge.index.milvus.options import MilvusOptions
from knowledge.index.milvus.part import NOTHING, Part, View
from knowledge.index.milvus.server import Server
from knowledge.index.milvus.shapes import Dense, Sparse
from knowledge.storage import write_atomically
from knowledge.types import Scope

_log = logging.getLogger(__name__)


def open_milvus(options: MilvusOptions) -> OpenIndex:
    """What opens an index at this server."""
    return lambda place: MilvusIndex(options, place)


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
            return NOTHING
        shape, view = self._meaning
        return view.search(shape.query(vector), scopes, limit)

    def search_lexical(self, query: LexicalQuery, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by the inner product of the query's weights and what the words are worth in a passage."""
        if isinstance(self._words, EmbeddedReader):
            return self._words.search_lexical(query, scopes, limit)
        shape, view = self._words
        weights = shape.query(query)
        return view.search(weights, scopes, limit) if weights else NOTHING

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
        self._place = place
        self._folder = place.folder
        self._owner = place.owner
        self._server = Server(options)
        self._sparse = Sparse()
        self._dense = Dense(place.space.embedder, place.space.dimensions) if place.space else None

        try:
            self._meaning = self._part(self._dense, place) if self._dense is not None else None
            self._words = self._open_words(place)
        except BaseException:
            self._server.close()
            raise

    def _part(self, shape: Dense | Sparse, place: Place) -> Part:
        return Part(Collection(self._server, shape, place.library, owner=place.owner), owner=place.owner)

    def _open_words(self, place: Place) -> Part | EmbeddedIndex:
        if self._server.has_sparse:
            return self._part(self._sparse, place)
        version = self._server.version_text
        _log.warning("Milvus %s has no sparse vectors: words are indexed in %s", version, place.folder)
        return EmbeddedIndex(place.folder, None, owner=place.owner)

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

    def catch_up(self, live: Live, generation: int, entries: ReadEntries) -> int:
        """Bring both parts to the catalog's live rows, without embedding again."""
        changed = self._meaning.catch_up(live.embedded, entries) if self._meaning is not None else 0
        if isinstance(self._words, Part):
            changed += self._words.catch_up(live.rows, entries)
            if self._owner:
                self.flush(generation)
        else:
            changed += self._words.catch_up(live, generation, entries)
            if self._owner and self._meaning is not None:
                self._meaning.flush()
        return changed

    def is_whole(self, live: Live) -> bool:
        """The server is taken at its word; a local index of words is not."""
        return isinstance(self._words, Part) or self._words.is_whole(live)

    def lacks_vectors(self, live: Live) -> bool:
        """Whether some of these rows are to have vectors, and have none here."""
        return self._meaning is not None and self._owner and self._meaning.lacks(live.embedded)

    def use(self, space: EmbeddingSpace) -> None:
        """The collection before stays behind the alias until `catch_up` swaps the new one in."""
        dense = Dense(space.embedder, space.dimensions)
        self._meaning = self._part(dense, self._place._replace(space=space))
        self._dense = dense

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
