"""BM25 of candidate passages, exactly, with statistics per language and as a fraction of what is possible.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). The index finds
candidates with its own scores; here they get comparable ones: 1 would be a passage full of every word of
the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Analyzer
from knowledge.ranking.query import Query
from knowledge.types import LANGUAGES, Language

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Analysed:
    """What is kept of a passage to score it: its packed terms, and its text without spaces."""

    terms: str
    n_terms: int
    squeezed: str
    n_bigrams: int
    language: Language


class Statistics(Protocol):
    """Counts over the passages that the asker may read, apart for each language of passages."""

    def passages(self, language: Language) -> int:
        """How many there are."""

    def average_terms(self, language: Language) -> float:
        """Mean of `Analysed.n_terms`; 0 without passages."""

    def average_bigrams(self, language: Language) -> float:
        """Mean of `Analysed.n_bigrams`; 0 without passages."""

    def term_frequencies(self, language: Language, terms: Sequence[str]) -> list[int]:
        """In how many passages each of the terms stands."""

    def bigram_frequencies(self, language: Language, bigrams: Sequence[str]) -> list[int]:
        """In how many passages each of the bigrams stands."""


@dataclass(frozen=True, slots=True)
class Bm25:
    """The settings. `bigram_weight` is the second field's share against 1 for the terms."""

    k1: float = 0.6
    b: float = 0.75
    bigram_k1: float = 0.6
    bigram_weight: float = 0.4


DEFAULT = Bm25()


@dataclass(frozen=True, slots=True)
class Weights:
    """What the words of one question weigh among the passages of one language.

    `terms` has an entry for each of `Query.terms` (idf of its commonest form times the term's own weight,
    0 frequency counting as the rarest), `bigrams` for each of `Query.bigrams`; `known` tells which terms
    stand anywhere.
    """

    terms: NDArray[np.float64]
    known: NDArray[np.bool_]
    bigrams: NDArray[np.float64]
    average_terms: float
    average_bigrams: float
    rarest: float


def pack(terms: Iterable[str]) -> str:
    """One string of all terms, each with a separator on both sides: `count` then finds whole terms only."""
    packed = _SEPARATOR.join(terms)
    return f"{_SEPARATOR}{packed}{_SEPARATOR}" if packed else ""


def unpack(packed: str) -> list[str]:
    """The terms that were packed."""
    return packed[1:-1].split(_SEPARATOR) if packed else []


def analyse(analyzer: Analyzer, texts: Sequence[str], languages: Sequence[Language]) -> list[Analysed]:
    """Analyse the full texts of passages."""
    found = []
    for text, language, terms in zip(texts, languages, analyzer.terms_of_many(texts, languages), strict=True):
        squeezed = analyzer.squeezed(text)
        found.append(Analysed(pack(terms), len(terms), squeezed, len(analyzer.bigrams(text)), language))
    return found


def count_terms(passages: Sequence[Analysed], terms: Sequence[str]) -> NDArray[np.float64]:
    """How often each passage has each term; shape (passages, terms)."""
    return count([passage.terms for passage in passages], [pack([term]) for term in terms])


def count(texts: Sequence[str], needles: Sequence[str]) -> NDArray[np.float64]:
    """How often each needle (of at least two characters) stands in each text; shape (texts, needles).

    All texts are searched at once: where two UTF-16 units agree with the first two of a needle, the rest
    is compared.
    """
    counts = np.zeros((len(texts), len(needles)))
    if not texts or not needles:
        return counts
    wanted = [_units(needle) for needle in needles]
    starts = np.array([_pair(needle[0], needle[1]) for needle in wanted])
    prefixes, group = np.unique(starts, return_inverse=True)
    # A NUL after each text, so that no match runs over its end; what follows the last is never a match's
    # beginning.
    units = _units("\0".join(texts) + "\0" * max(map(len, wanted)))
    first, second = np.zeros((2, 1 << 16), np.bool_)
    first[prefixes >> 16] = second[prefixes & 0xFFFF] = True
    places = np.flatnonzero(first[units[:-1]] & second[units[1:]])
    pairs = (units[places].astype(np.int64) << 16) | units[places + 1]
    slots = np.minimum(np.searchsorted(prefixes, pairs), len(prefixes) - 1)
    agree = prefixes[slots] == pairs
    places, slots = places[agree], slots[agree]
    rows = np.searchsorted(np.flatnonzero(units == 0), places)
    for column, needle in enumerate(wanted):
        chosen = np.flatnonzero(slots == group[column])
        for offset in range(2, len(needle)):
            chosen = chosen[units[places[chosen] + offset] == needle[offset]]
        counts[:, column] = np.bincount(rows[chosen], minlength=len(texts))
    return counts


def _pair(first: int, second: int) -> int:
    return int(first) << 16 | int(second)


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


def weigh(query: Query, language: Language, statistics: Statistics) -> Weights:
    """Weigh a question's words by how rare they are among the passages of a language."""
    passages = statistics.passages(language)
    forms = query.forms
    frequencies = dict(zip(forms, statistics.term_frequencies(language, forms), strict=True))
    commonest = np.array([max(frequencies[form] for form in term.forms) for term in query.terms], float)
    rarity = idf(passages, commonest) * np.array([term.weight for term in query.terms], float)
    pairs = np.array(statistics.bigram_frequencies(language, query.bigrams), float)
    return Weights(
        rarity,
        commonest > 0,
        idf(passages, pairs),
        statistics.average_terms(language) or 1.0,
        statistics.average_bigrams(language) or 1.0,
        float(idf(passages, np.zeros(1))[0]),
    )


def scores(
    query: Query,
    passages: Sequence[Analysed],
    statistics: Statistics,
    settings: Bm25 = DEFAULT,
) -> NDArray[np.float64]:
    """Score passages of any language; shape (passages,), 0 to 1.

    The score is BM25 over the bound that the whole question's BM25 can't pass, words that stand nowhere
    included: a passage that covers little of the question stays low even when there is none better.
    """
    found = np.zeros(len(passages))
    for language in LANGUAGES:
        rows = [row for row, passage in enumerate(passages) if passage.language == language]
        if rows:
            weights = weigh(query, language, statistics)
            found[rows] = _scores(query, [passages[row] for row in rows], weights, settings)
    return found


def _scores(
    query: Query,
    passages: Sequence[Analysed],
    weights: Weights,
    settings: Bm25,
) -> NDArray[np.float64]:
    forms = query.forms
    counts = count_terms(passages, forms)
    if forms != tuple(term.forms[0] for term in query.terms):
        column = {form: index for index, form in enumerate(forms)}
        counts = np.stack(
            [counts[:, [column[form] for form in term.forms]].max(1) for term in query.terms], 1
        )
    lengths = np.array([passage.n_terms for passage in passages]) / weights.average_terms
    total = _saturated(counts, lengths, settings.k1, settings.b) @ weights.terms
    bound = (settings.k1 + 1) * weights.terms.sum()
    if query.bigrams:
        pairs = count([passage.squeezed for passage in passages], query.bigrams)
        lengths = np.array([passage.n_bigrams for passage in passages]) / weights.average_bigrams
        share = settings.bigram_weight
        total += share * (_saturated(pairs, lengths, settings.bigram_k1, settings.b) @ weights.bigrams)
        bound += share * (settings.bigram_k1 + 1) * weights.bigrams.sum()
    result: NDArray[np.float64] = total / bound if bound > 0 else total
    return result


def _saturated(
    counts: NDArray[np.float64], lengths: NDArray[np.float64], k1: float, b: float
) -> NDArray[np.float64]:
    return counts * (k1 + 1) / (counts + (k1 * (1 - b + b * lengths))[:, None])


def idf(passages: int, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """How rare words are that stand in some of so many passages: Lucene's form, which is never negative."""
    return np.log1p((passages - np.minimum(frequencies, passages) + 0.5) / (frequencies + 0.5))
