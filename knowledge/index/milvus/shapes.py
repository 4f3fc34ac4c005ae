"""What the two collections hold: vectors of passages, and their words as sparse vectors.

Values are checked here, for servers differ in what they refuse: some count characters where others count
bytes, some take NaN, some take vectors of another length and fail at the first search.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vector
from knowledge.errors import IndexUnavailable
from knowledge.index import Entry, LexicalQuery
from knowledge.language import pairs_of
from knowledge.ranking.bm25 import DEFAULT, unpack
from knowledge.types import LANGUAGES, Scope

SCOPE_BYTES = 512
_WINDOWS = 12  # bits of a vector's id that count the windows of its passage
_NOTHING = 0  # the dimension of a passage without any word, for no sparse vector may be empty
# Milvus knows no average length, and the exact scores come later: about a passage's.
_USUAL_TERMS, _USUAL_PAIRS = 120.0, 300.0
_PAIRS = "pairs"


class Shape(Protocol):
    """One kind of collection."""

    suffix: str  # of its alias
    field: str  # of the vectors
    key: str  # tells what the vectors were made with

    def declare(self, module: Any, schema: Any) -> None:
        """Add the field of vectors to a schema."""

    def entities(self, entry: Entry) -> list[dict[str, Any]]:
        """What is kept of an entry; nothing for one that has no such vectors."""

    def ids(self, rows: Iterable[int]) -> list[int]:
        """The first id of each row."""

    def rows(self, ids: Iterable[int]) -> NDArray[np.int64]:
        """The row of each id."""


class Dense:
    """A vector for each window of a passage; inner products are cosines, for vectors have the length 1."""

    suffix = ""
    field = "vector"

    def __init__(self, embedder: str, dimensions: int) -> None:
        self.dimensions = dimensions
        self.key = blake2b(f"{embedder}\0{dimensions}".encode(), digest_size=4).hexdigest()

    def declare(self, module: Any, schema: Any) -> None:
        """Add the field of vectors to a schema."""
        schema.add_field(self.field, module.DataType.FLOAT_VECTOR, dim=self.dimensions)

    def entities(self, entry: Entry) -> list[dict[str, Any]]:
        """One for each window."""
        if not entry.vectors:
            return []
        flat = np.frombuffer(entry.vectors, "<f4")
        if len(flat) % self.dimensions:
            raise _refused(f"row {entry.row}: {len(flat)} numbers, no multiple of {self.dimensions}")
        windows = flat.reshape(-1, self.dimensions)
        if not np.isfinite(windows).all():
            raise _refused(f"row {entry.row}: a vector that holds no numbers")
        if len(windows) >= 1 << _WINDOWS:
            raise _refused(f"row {entry.row}: {len(windows)} windows")
        scope = checked_scope(entry.scope)
        return [
            {"id": entry.row << _WINDOWS | number, "row": entry.row, "scope": scope, self.field: window}
            for number, window in enumerate(windows)
        ]

    def ids(self, rows: Iterable[int]) -> list[int]:
        """Those of the first windows."""
        return [int(row) << _WINDOWS for row in rows]

    def rows(self, ids: Iterable[int]) -> NDArray[np.int64]:
        """The row of each id."""
        return np.fromiter(ids, np.int64) >> _WINDOWS

    def query(self, vector: Vector) -> NDArray[np.float32]:
        """A question's vector, checked."""
        if vector.shape != (self.dimensions,) or not np.isfinite(vector).all():
            raise _refused(f"a question's vector of shape {vector.shape}")
        return vector.astype(np.float32, copy=False)


class Sparse:
    """A passage's words, each with what it is worth there: the first half of BM25, the second is the query's.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with a fixed
    average length. A word's dimension is a hash of it and of its field.
    """

    suffix = "_words"
    field = "words"
    key = "words"

    def declare(self, module: Any, schema: Any) -> None:
        """Add the field of vectors to a schema."""
        schema.add_field(self.field, module.DataType.SPARSE_FLOAT_VECTOR)

    def entities(self, entry: Entry) -> list[dict[str, Any]]:
        """One, with the terms in the passage's language and, for Korean, its pairs of syllables."""
        words = _worth(entry.language, unpack(entry.terms), DEFAULT.k1, _USUAL_TERMS)
        if entry.language == "ko":
            words |= _worth(_PAIRS, pairs_of(entry.squeezed), DEFAULT.bigram_k1, _USUAL_PAIRS)
        scope = checked_scope(entry.scope)
        return [{"id": entry.row, "row": entry.row, "scope": scope, self.field: words or {_NOTHING: 1e-6}}]

    def ids(self, rows: Iterable[int]) -> list[int]:
        """The rows themselves."""
        return [int(row) for row in rows]

    def rows(self, ids: Iterable[int]) -> NDArray[np.int64]:
        """The ids themselves."""
        return np.fromiter(ids, np.int64)

    def query(self, query: LexicalQuery) -> dict[int, float]:
        """The weights of a question's words; empty where it has none."""
        weights: dict[int, float] = {}
        for language in LANGUAGES:
            for word, weight in query.terms.get(language, {}).items():
                weights[dimension(language, word)] = weight
        for pair, weight in query.bigrams.items():
            weights[dimension(_PAIRS, pair)] = weight
        return {number: weight for number, weight in weights.items() if weight > 0}


@lru_cache(maxsize=200_000)
def dimension(field: str, word: str) -> int:
    """The dimension that a word has in sparse vectors, 1 to 2^32 - 2."""
    text = f"{field}\0{word}".encode("utf-8", "surrogatepass")
    return 1 + int.from_bytes(blake2b(text, digest_size=4).digest(), "little") % (2**32 - 2)


def checked_scope(scope: Scope) -> str:
    """A scope that fits into its field."""
    if len(scope.encode()) > SCOPE_BYTES:
        raise _refused(f"a scope of {len(scope.encode())} bytes, at most {SCOPE_BYTES} fit")
    return scope


def within(scopes: frozenset[Scope]) -> str:
    """The filter that lets only some scopes through; `scopes` isn't empty."""
    return f"scope in {json.dumps([checked_scope(scope) for scope in sorted(scopes)], ensure_ascii=False)}"


def of_rows(rows: Sequence[int]) -> str:
    """The filter that lets only some rows through; `rows` isn't empty."""
    return f"row in {[int(row) for row in rows]}"


def _worth(field: str, words: Sequence[str], k1: float, usual: float) -> dict[int, float]:
    length = k1 * (1 - DEFAULT.b + DEFAULT.b * len(words) / usual)
    counts: dict[int, int] = {}
    for word in words:
        number = dimension(field, word)
        counts[number] = counts.get(number, 0) + 1
    return {number: count * (k1 + 1) / (count + length) for number, count in counts.items()}


def _refused(detail: str) -> IndexUnavailable:
    return IndexUnavailable(reason="value", detail=detail)
