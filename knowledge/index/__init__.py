"""What an index of passages is: the protocol that every store keeps, and the values it takes and gives.

An index knows passages by their row, a number that the catalog gives once. It keeps entries of versions that
are being written, live or on their way out, side by side; which rows are live is the catalog's word, and
`knowledge.snapshot` applies it to what an index finds. Scopes are applied inside the index, before ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.types import Language, Scope


class Entry(NamedTuple):
    """One passage as an index keeps it.

    `terms` and `squeezed` are as in the catalog. `vectors` are the bytes of float32 (windows x dimensions),
    little endian, of length 1 each; None without an embedder, or where it doesn't know the language.
    """

    row: int
    document_id: int
    scope: Scope
    language: Language
    terms: str
    squeezed: str
    vectors: bytes | None


class Live(NamedTuple):
    """The rows that an index is to have, of all passages and of those that are to have vectors; ascending."""

    rows: NDArray[np.int64]
    embedded: NDArray[np.int64]


class Hits(NamedTuple):
    """Rows and their scores, best first; both of one length."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


class LexicalQuery(NamedTuple):
    """The analysed question: weighted terms for each language of passages, and the bigrams of its Hangul."""

    terms: dict[Language, dict[str, float]]
    bigrams: dict[str, float]


class Frequencies(Protocol):
    """Counts words among the passages that an asker may read."""

    def document_frequencies(
        self, language: Language, terms: Sequence[str], scopes: frozenset[Scope]
    ) -> list[int]:
        """In how many passages of a language, among those scopes, each term stands."""

    def bigram_frequencies(self, bigrams: Sequence[str], scopes: frozenset[Scope]) -> list[int]:
        """In how many Korean passages, among those scopes, each character bigram stands."""


class IndexReader(Protocol):
    """One unchanging view of an index. An empty set of scopes finds nothing."""

    @property
    def frequencies(self) -> Frequencies | None:
        """Who counts words in this view; None where the index can't, and the catalog's counts serve."""

    def search_dense(self, vector: Vector, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by cosine with a query of shape (dimensions,), each row by its best window."""

    def search_lexical(self, query: LexicalQuery, scopes: frozenset[Scope], limit: int) -> Hits:
        """Rows by BM25, a first pass over the whole index that `knowledge.ranking` scores again.

        An index without `frequencies` takes the query's weights as they are, with the words' rarity in them.
        """

    def score_dense(self, rows: Sequence[int], vector: Vector) -> NDArray[np.float32]:
        """The cosine of each row with a query, by its best window; NaN for a row without vectors."""


ReadEntries = Callable[[Sequence[int]], Iterator[Entry]]
"""Reads rows from the catalog."""


class Place(NamedTuple):
    """Whose index is opened, and where.

    `folder` is for files. `space` is that of the vectors, None for none; `library` tells the catalog from
    others. With `owner=False` nothing is written.
    """

    folder: Path
    space: EmbeddingSpace | None
    owner: bool
    library: str = ""


class PassageIndex(Protocol):
    """The written side of an index: one writer at a time."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Keep entries; durable, or known to be missing at the next start, when it returns."""

    def remove(self, rows: Sequence[int]) -> None:
        """Drop rows; those that aren't there are fine."""

    def reader(self) -> IndexReader:
        """A view of what has been added so far."""

    def flush(self, generation: int) -> None:
        """Make everything durable, and note that the index is as the catalog was at this generation."""

    def close(self) -> None:
        """Give files, locks and connections back, without flushing."""

    def sweep(self) -> None:
        """Really drop what has been removed and no reader of this process needs any more."""

    @property
    def keeps_readers(self) -> bool:
        """Whether what one process removes stays in the readers of others."""

    def catch_up(self, live: Live, generation: int, entries: ReadEntries) -> int:
        """Bring the index to the catalog's live rows; gives how many rows were added or removed.

        Where the index isn't this process's to write, it makes up for what is missing, or raises.
        """

    def is_whole(self, live: Live) -> bool:
        """Whether it has these rows, which were live all the time since before `catch_up`.

        When it doesn't, the next `catch_up` does something about it.
        """

    def lacks_vectors(self, live: Live) -> bool:
        """Whether some of these rows are to have vectors, and have none here."""

    def use(self, space: EmbeddingSpace) -> None:
        """Keep another model's vectors from now on, none at first; the next `catch_up` fills them in.

        Readers that are out go on with the vectors that they have, for as long as the store keeps those.
        """

    def begin_anew(self) -> None:
        """Keep nothing of what is there; the next `catch_up` fills the index."""

    def rows(self) -> dict[str, NDArray[np.int64]]:
        """The rows of each part (`words`, and `meaning` where there is an embedder), ascending."""


OpenIndex = Callable[[Place], PassageIndex]
"""Opens a store's index."""
