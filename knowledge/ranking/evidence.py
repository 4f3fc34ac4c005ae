"""What the best passages show of a question, as numbers that mean the same in a corpus of any size.

All are shares of the question's weight (rarity among the readable passages, a word that stands nowhere
counting as the rarest), so that a big corpus and a handbook of forty pages give comparable numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Analyzer
from knowledge.ranking.bm25 import Analysed, Weights, unpack
from knowledge.ranking.query import THINGS, Query, Term

# About two sentences.
_WINDOW = 40
_ALIKE = 0.7
_REPAIRED = 0.8
_RIVALS = 30
# Of the question's weight: when less stands outside the title, the title is all that is asked for.
_NAMED = 0.05


@dataclass(frozen=True, slots=True)
class Candidate:
    """The passage that is to answer: what is known of it, and `dense` and `trust` as in `fusion.Fused`.

    `heading_path` leads from the document's title to the passage; its analysed terms are the first of the
    passage's.
    """

    passage: Analysed
    heading_path: tuple[str, ...]
    dense: float = 0.0
    trust: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage.

    `near`: the share of the question that stands in its best window (about two sentences, under its
    headings). `beyond`: the same of what the document's title doesn't say already. `missing`: what the
    whole passage lacks of the things that the question names, in words that stand nowhere (verbs and adverbs
    people choose freely: that they are lacking says little). `run`: the logarithm of the longest common run
    of characters (and 1). `standing`: how far the best lexical score stands out among the best thirty, in
    their standard deviations. `trusted`: 1 if the embedder knows the languages, else 0. `meaning`: the
    rescaled cosine where it does. `korean`: 1 for a Korean question.
    """

    near: float
    beyond: float
    missing: float
    run: float
    standing: float
    trusted: float
    meaning: float
    korean: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """A share for each of the question's terms, 0 to 1: in the passage, in its best window."""

    whole: NDArray[np.float64]
    near: NDArray[np.float64]


def gather(
    query: Query,
    weights: Weights,
    best: Candidate,
    lexical: NDArray[np.float64],
    analyzer: Analyzer,
) -> Evidence:
    """Measure what speaks for the best candidate.

    Args:
        query: the question.
        weights: its words among the passages of the candidate's language.
        best: the candidate that comes first.
        lexical: the lexical scores of all candidates, in any order.
        analyzer: the one that analysed question and passages.
    """
    language = best.passage.language
    heading = len(analyzer.terms(" > ".join(best.heading_path), language))
    title = set(analyzer.terms(best.heading_path[0], language)) if best.heading_path else set()
    seen = _see(query, weights.terms, best.passage, heading)
    total = float(weights.terms.sum()) or 1.0
    rest = weights.terms * np.array([title.isdisjoint(term.forms) for term in query.terms], float)
    named = rest.sum() <= _NAMED * total
    # Where fewer passages have anything of the question, the others have nothing: they are rivals too.
    highest = np.zeros(_RIVALS)
    highest[: len(lexical)] = np.sort(lexical)[::-1][:_RIVALS]
    trusted = float(best.trust > 0)
    things = weights.terms * np.array([term.kind in THINGS for term in query.terms], float)
    return Evidence(
        near=float(weights.terms @ seen.near) / total,
        beyond=1.0 if named else float(rest @ seen.near / rest.sum()),
        missing=float(things @ (1 - seen.whole)) / weights.rarest,
        run=math.log1p(_longest_run(analyzer.squeezed(query.text), best.passage.squeezed)),
        standing=float((highest[0] - highest.mean()) / (highest.std() + 0.01)),
        trusted=trusted,
        meaning=trusted * best.dense,
        korean=float(query.language == "ko"),
    )


def _see(query: Query, weights: NDArray[np.float64], passage: Analysed, heading_terms: int) -> _Seen:
    """Look for the question's terms in a passage."""
    terms = unpack(passage.terms)
    rows = {form: row for row, term in enumerate(query.terms) for form in term.forms}
    places = [(place, rows[term]) for place, term in enumerate(terms) if term in rows]
    heading = {row for place, row in places if place < heading_terms}
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
            whole[row] = near[row] = credit * _alike(term, words, passage.squeezed)
    return _Seen(whole, near)


def _alike(term: Term, words: set[str], squeezed: str) -> float:
    """How much of a missing term stands in another word: 문화유산 in 문화재, atlantic in transatlantic."""
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


def _longest_run(question: str, text: str) -> int:
    """The length of the longest string that both contain."""
    longest = 0
    for start in range(len(question)):
        while start + longest < len(question) and question[start : start + longest + 1] in text:
            longest += 1
    return longest
