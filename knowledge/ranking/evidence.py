"""What the best passages show of a question, as numbers that mean the same in a corpus of any size.

All are shares of the question's weight (rarity among the readable passages, a word that stands nowhere counting as the
rarest), so that a big corpus and a handbook of forty pages give comparable numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.ranking.bm25 import Analysed, unpack
from knowledge.ranking.query import Query, Term

# About two sentences.
_WINDOW = 40
_ALIKE = 0.7
_REPAIRED = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage among the best, with its scores: `dense` and `trust` as in `fusion.Fused`.

    `heading` is how many of the passage's first terms are its heading path's, which hold for every window of it.
    """

    passage: Analysed
    heading: int
    lexical: float
    dense: float
    trust: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What one passage has of the question: a share for each of the terms, 0 to 1.

    `whole` in the passage, with half-matches (a compound's part, a longer stem) counting in part; `near` the same in
    its best window.
    """

    whole: NDArray[np.float64]
    near: NDArray[np.float64]


def see(query: Query, weights: NDArray[np.float64], candidate: Candidate) -> Seen:
    """Look for the question's terms in a passage."""
    terms = unpack(candidate.passage.terms)
    rows = {form: row for row, term in enumerate(query.terms) for form in term.forms}
    places = [(place, rows[term]) for place, term in enumerate(terms) if term in rows]
    heading = {row for place, row in places if place < candidate.heading}
    best, best_weight = heading, -1.0
    first = 0
    for last, (end, _) in enumerate(places):
        while places[first][0] <= end - _WINDOW:
            first += 1
        inside = heading | {row for _, row in places[first : last + 1]}
        weight = sum(weights[row] for row in inside)
        if weight > best_weight:
            best, best_weight = inside, weight
    everywhere = {row for _, row in places}
    words = set(terms)
    whole, near = np.zeros(len(query.terms)), np.zeros(len(query.terms))
    for row, term in enumerate(query.terms):
        credit = _REPAIRED if term.repaired else 1.0
        if row in everywhere:
            whole[row] = credit
            near[row] = credit if row in best else credit / 2
        else:
            whole[row] = near[row] = credit * _alike(term, words, candidate.passage.squeezed)
    return Seen(whole, near)


def _alike(term: Term, words: set[str], squeezed: str) -> float:
    """How much of a missing term stands in another word: half of 문화유산 in 문화재, all of atlantic in transatlantic."""
    return max(_alike_form(form, words, squeezed) for form in term.forms)


def _alike_form(form: str, words: set[str], squeezed: str) -> float:
    if form[0] >= "가":
        pairs = [form[i : i + 2] for i in range(len(form) - 1)]
        return 0.8 * sum(pair in squeezed for pair in pairs) / len(pairs) if pairs else 0.0
    if len(form) < 5:
        return 0.0
    return _ALIKE if any(_related(form, word) for word in words if len(word) >= 5) else 0.0


def _related(form: str, word: str) -> bool:
    shared = max(5, round(_ALIKE * max(len(form), len(word))))
    return form[:shared] == word[:shared] or form in word or word in form
