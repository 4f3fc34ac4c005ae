"""One unchanging view of all that a question needs: a transaction, an index reader, what is live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge.catalog import Connection, reading
from knowledge.catalog.records import ScorablePassage, StoredPassage, Totals
from knowledge.catalog.word_counts import WordCounts
from knowledge.embedding import EmbeddingSpace, Vector
from knowledge.index import Frequencies, Hits, IndexReader, LexicalQuery, Live
from knowledge.ranking import bm25
from knowledge.types import LANGUAGES, Language, Scope

_IN_FLUX = 32  # found beyond what is asked for, since rows that aren't live yet, or any more, are dropped


@dataclass(frozen=True, slots=True)
class Published:
    """What the writer makes visible at once: a reader of the index, and which rows are live in it."""

    generation: int
    live: Live
    reader: IndexReader
    totals: Totals
    space: EmbeddingSpace | None  # of the vectors


class Snapshot:
    """Pinned by `Library.pin` for one question and one audience; every search is within its scopes."""

    def __init__(self, connection: Connection, published: Published, scopes: frozenset[Scope]) -> None:
        self._connection = connection
        self._published = published
        self.scopes = scopes

    def search_dense(self, vector: Vector, limit: int) -> Hits:
        """The best live rows by cosine."""
        reader = self._published.reader
        return self._live_only(lambda wanted: reader.search_dense(vector, self.scopes, wanted), limit)

    def search_lexical(self, query: LexicalQuery, limit: int) -> Hits:
        """The best live rows by the index's BM25."""
        reader = self._published.reader
        if reader.frequencies is None:
            query = self.statistics.weighed(query)
        return self._live_only(lambda wanted: reader.search_lexical(query, self.scopes, wanted), limit)

    def score_dense(self, rows: Sequence[int], vector: Vector) -> NDArray[np.float32]:
        """The cosine of each row; NaN for a row without vectors."""
        return self._published.reader.score_dense(rows, vector)

    def scorable(self, rows: Sequence[int]) -> list[ScorablePassage]:
        """What scoring needs of live passages, in no particular order."""
        return reading.scorable_passages(self._connection, rows) if rows else []

    def passages(self, rows: Sequence[int]) -> dict[int, StoredPassage]:
        """Live passages with their documents, by row."""
        return reading.load_passages(self._connection, rows) if rows else {}

    @cached_property
    def statistics(self) -> Statistics:
        """The numbers that BM25 needs, over the passages of this snapshot's scopes."""
        frequencies = self._published.reader.frequencies or WordCounts(self._connection)
        return Statistics(frequencies, self.scopes, self._published.totals)

    @property
    def embedder(self) -> str | None:
        """The model whose vectors these are; None without any."""
        return self._published.space.embedder if self._published.space else None

    @property
    def generation(self) -> int:
        """Of the catalog that this is a view of."""
        return self._published.generation

    def _live_only(self, search: Callable[[int], Hits], limit: int) -> Hits:
        live = self._published.live.rows
        wanted = limit + _IN_FLUX
        while True:
            found = search(wanted)
            places = np.searchsorted(live, found.rows)
            places[places == len(live)] = 0
            keep = live[places] == found.rows if len(live) else np.zeros(len(found.rows), bool)
            if keep.sum() >= limit or len(found.rows) < wanted:
                return Hits(found.rows[keep][:limit], found.scores[keep][:limit])
            wanted *= 2


class Statistics:
    """The numbers of BM25, of the passages that the asker may read (`knowledge.ranking.bm25.Statistics`)."""

    def __init__(self, frequencies: Frequencies, scopes: frozenset[Scope], totals: Totals) -> None:
        self._frequencies = frequencies
        self._scopes = scopes
        self._totals = {language: self._sum(totals, language) for language in LANGUAGES}

    def passages(self, language: Language) -> int:
        """How many passages there are in a language."""
        return self._totals[language][0]

    def average_terms(self, language: Language) -> float:
        """Terms a passage; 1 where there is no passage."""
        passages, terms, _ = self._totals[language]
        return terms / passages if passages else 1.0

    def average_bigrams(self, language: Language) -> float:
        """Bigrams a passage; 1 where there is no passage."""
        passages, _, bigrams = self._totals[language]
        return bigrams / passages if passages else 1.0

    def term_frequencies(self, language: Language, terms: Sequence[str]) -> list[int]:
        """In how many passages each term stands."""
        return self._frequencies.document_frequencies(language, terms, self._scopes)

    def bigram_frequencies(self, language: Language, bigrams: Sequence[str]) -> list[int]:
        """In how many Korean passages each bigram stands; 0 for other languages."""
        if language != "ko":
            return [0] * len(bigrams)
        return self._frequencies.bigram_frequencies(bigrams, self._scopes)

    def weighed(self, query: LexicalQuery) -> LexicalQuery:
        """The query with the rarity of each word in its weight; words that stand nowhere are left out."""
        terms = {
            language: self._rare(language, weights, self.term_frequencies(language, list(weights)))
            for language, weights in query.terms.items()
        }
        pairs = list(query.bigrams)
        return LexicalQuery(terms, self._rare("ko", query.bigrams, self.bigram_frequencies("ko", pairs)))

    def _rare(
        self, language: Language, weights: Mapping[str, float], frequencies: Sequence[int]
    ) -> dict[str, float]:
        rarity = bm25.idf(self.passages(language), np.array(frequencies, float)).tolist()
        pairs = zip(weights.items(), rarity, frequencies, strict=True)
        return {word: weight * rare for (word, weight), rare, count in pairs if count > 0}

    def _sum(self, totals: Totals, language: Language) -> tuple[int, int, int]:
        mine = [totals[key] for scope in self._scopes if (key := (scope, language)) in totals]
        passages, terms, bigrams = (sum(column) for column in zip(*mine, strict=True)) if mine else (0, 0, 0)
        return passages, terms, bigrams
