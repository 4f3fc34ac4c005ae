"""A question's passages: candidates from both searches, scored by both measures, fused, and judged.

The order is `knowledge.ranking`'s; this module does its reading. Everything of one question is read from one
snapshot.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.attached import Enclosed
from knowledge.catalog.records import ScorablePassage, StoredPassage
from knowledge.embedding import Abilities, Embedder, Vector
from knowledge.index import Hits, LexicalQuery
from knowledge.language import Analyzer
from knowledge.ranking import answerable, bm25, diversify, editions, evidence, fusion, query, repair, sections
from knowledge.ranking.answerable import Bars
from knowledge.snapshot import Snapshot
from knowledge.types import LANGUAGES, Document, Language, Passage

_LEXICAL_CANDIDATES = 60
_DENSE_CANDIDATES = 30
_BIGRAM_SHARE = 0.4  # of the bigrams' field in the index's first pass, as in the exact scores


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    `lexical` is 0 to 1, `dense` a cosine; None where that search has nothing to say. Ranks count from 1 and
    are None for a passage that only the other search found. `also_in` are uris of documents with nearly the
    same passage.
    """

    passage: Passage
    document: Document
    score: float
    lexical: float | None
    lexical_rank: int | None
    dense: float | None
    dense_rank: int | None
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question, best first, and whether it is likely to answer.

    `answerable` is a probability, `bars` what it has to reach. `vector` is the question's by `embedder`, both
    None without one.
    """

    question: str
    language: Language
    candidates: tuple[Candidate, ...]
    answerable: float
    bars: Bars
    repaired: tuple[tuple[str, str], ...]
    milliseconds: float
    query: query.Query
    weights: dict[Language, bm25.Weights] = field(default_factory=dict)
    vector: Vector | None = None
    embedder: Embedder | None = None
    abilities: Abilities | None = None

    @property
    def best_score(self) -> float:
        """The greatest score: not the first's where a section stands before its subsection. 0 without any."""
        return max((candidate.score for candidate in self.candidates), default=0.0)

    @property
    def is_answerable(self) -> bool:
        """Whether the best passages are likely enough to answer to be quoted as an answer."""
        return bool(self.candidates) and self.answerable >= self.bars.answer

    @property
    def is_doubtful(self) -> bool:
        """Whether an answer of quotes has to say that it may be none."""
        return self.answerable < self.bars.trust

    @property
    def is_hopeless(self) -> bool:
        """Whether not even a language model is worth asking."""
        return not self.candidates or self.answerable < self.bars.ask

    def coverage(self, terms: set[str], language: Language) -> float:
        """The share of the question's weight that some terms carry, 0 to 1."""
        weights = self.weights[language].terms
        total = float(weights.sum())
        has = [not terms.isdisjoint(term.forms) for term in self.query.terms]
        return float(weights[np.array(has, np.bool_)].sum()) / total if total else 0.0

    def knows(self, language: Language) -> bool:
        """Whether the embedder can compare this question with passages of a language."""
        return self.abilities is not None and self.abilities.knows(self.language, language)

    def meaning(self, cosine: float, language: Language) -> float:
        """A cosine as far as the embedder knows the languages: 0 is unrelated, 1 typical of an answer."""
        if self.abilities is None or not self.knows(language):
            return 0.0
        ability = self.abilities.of(self.language, language)
        span = ability.related_mean - ability.unrelated_mean
        return ability.skill * min(max((cosine - ability.unrelated_mean) / span, 0.0), 1.5)


class Retriever:
    """Finds passages. Thread-safe as its analyser and embedder are.

    Args:
        analyzer: of questions, the same as of passages. embedder: None searches by words alone. abilities:
        what the embedder knows; None without one. threshold: the least probability at which the documents
        count as answering; None takes the calibrated one. today: by which an edition is the current one.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        embedder: Embedder | None,
        abilities: Abilities | None,
        threshold: float | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._analyzer = analyzer
        self._embedder = embedder
        self._abilities = abilities
        self._threshold = threshold
        self._today = today

    def retrieve(
        self, text: str, snapshot: Snapshot, limit: int, context: str = "", enclosed: Enclosed | None = None
    ) -> Retrieval:
        """The best passages of the snapshot, and of what came with the question, at most `limit`.

        `context` is an earlier question that this one goes on from.
        """
        began = time.perf_counter()
        beside = enclosed or Enclosed((), self._analyzer)
        statistics = beside.statistics(snapshot.statistics)
        asked = query.build(text, self._analyzer, context=context)
        wanted = repair.repaired(asked, self._analyzer, statistics)
        lexical = snapshot.search_lexical(_lexical_query(wanted), _LEXICAL_CANDIDATES)
        vector = self._embedder.embed_query(f"{context} {text}".strip()) if self._embedder else None
        dense = snapshot.search_dense(vector, _DENSE_CANDIDATES) if vector is not None else None
        indexed = snapshot.scorable(_union(lexical, dense))
        found = [*indexed, *beside.scorable]
        rows = [passage.row for passage in found]
        passages = [passage.analysed for passage in found]
        words = bm25.scores(wanted, passages, statistics)
        cosines = None
        if self._embedder is not None and vector is not None:
            known = snapshot.score_dense(rows[: len(indexed)], vector).astype(np.float64)
            attached = beside.score_dense(
                self._embedder, vector, words[len(indexed) :], self._comparable(wanted.language)
            )
            cosines = np.concatenate([known, attached])
        languages = [passage.language for passage in passages]
        fused = fusion.fuse(wanted.language, languages, words, cosines, self._abilities)
        weights = {language: bm25.weigh(wanted, language, statistics) for language in set(languages)}
        # What came with the question is what is asked about, of whatever year it is.
        titles = [*(passage.title for passage in indexed), *("" for _ in beside.scorable)]
        scores = editions.current_first(f"{context} {text}", titles, fused.score, self._today().year)
        chosen = diversify.choose(
            scores.tolist(), passages, [passage.document_id for passage in found], limit
        )
        shown = [rows[index] for pick in chosen for index in (pick.index, *pick.also)]
        stored = beside.stored | snapshot.passages([row for row in shown if row not in beside.stored])
        chosen = self._sections_first(wanted, chosen, found, stored, scores)
        ranks = _Ranks(lexical, dense)
        candidates = tuple(
            Candidate(
                passage=stored[rows[pick.index]].passage,
                document=stored[rows[pick.index]].document,
                score=float(scores[pick.index]),
                lexical=float(words[pick.index]),
                lexical_rank=ranks.lexical.get(rows[pick.index]),
                dense=_number(cosines, pick.index),
                dense_rank=ranks.dense.get(rows[pick.index]),
                also_in=tuple(stored[rows[other]].document.uri for other in pick.also),
            )
            for pick in chosen
        )
        judged = self._judged(wanted, chosen, found, stored, fused, words, weights)
        return Retrieval(
            question=text,
            language=wanted.language,
            candidates=candidates,
            answerable=judged.probability,
            bars=judged.bars.moved(self._threshold),
            repaired=_repairs(asked, wanted),
            milliseconds=1000 * (time.perf_counter() - began),
            query=wanted,
            weights=weights,
            vector=vector,
            embedder=self._embedder,
            abilities=self._abilities,
        )

    def _comparable(self, question: Language) -> frozenset[Language]:
        """The languages of passages whose cosines with this question count."""
        abilities = self._abilities
        return frozenset(
            each for each in LANGUAGES if abilities is not None and abilities.knows(question, each)
        )

    def _sections_first(
        self,
        wanted: query.Query,
        chosen: Sequence[diversify.Chosen],
        found: Sequence[ScorablePassage],
        stored: Mapping[int, StoredPassage],
        scores: NDArray[np.float64],
    ) -> list[diversify.Chosen]:
        def of(terms: Iterable[str]) -> frozenset[int]:
            there = set(terms)
            asked = [term.forms for term in wanted.terms if term.kind != "filler"]
            return frozenset(i for i, forms in enumerate(asked) if not there.isdisjoint(forms))

        places = [
            sections.Place(
                document=found[pick.index].document_id,
                headings=stored[found[pick.index].row].passage.heading_path,
                has=of(bm25.unpack(found[pick.index].analysed.terms)),
                score=float(scores[pick.index]),
            )
            for pick in chosen
        ]
        named = lambda headings: of(self._analyzer.terms("\n".join(headings), wanted.language))  # noqa: E731
        return [chosen[index] for index in sections.sections_first(places, named)]

    def _judged(
        self,
        wanted: query.Query,
        chosen: Sequence[diversify.Chosen],
        found: Sequence[ScorablePassage],
        stored: Mapping[int, StoredPassage],
        fused: fusion.Fused,
        words: NDArray[np.float64],
        weights: Mapping[Language, bm25.Weights],
    ) -> answerable.Judgement:
        if not chosen:
            return answerable.Judgement(0.0, answerable.NO_BARS, None)
        index = chosen[0].index
        best = evidence.Candidate(
            passage=found[index].analysed,
            heading_path=stored[found[index].row].passage.heading_path,
            dense=float(fused.dense[index]),
            trust=float(fused.trust[index]),
        )
        return answerable.judge(wanted, best, words, weights, self._analyzer)


class _Ranks:
    """The place of each row in the two searches, from 1."""

    def __init__(self, lexical: Hits, dense: Hits | None) -> None:
        self.lexical = {int(row): rank for rank, row in enumerate(lexical.rows, 1)}
        self.dense = {int(row): rank for rank, row in enumerate(dense.rows, 1)} if dense else {}


def _lexical_query(wanted: query.Query) -> LexicalQuery:
    terms = {form: term.weight for term in wanted.terms for form in term.forms}
    return LexicalQuery(dict.fromkeys(LANGUAGES, terms), dict.fromkeys(wanted.bigrams, _BIGRAM_SHARE))


def _union(lexical: Hits, dense: Hits | None) -> list[int]:
    rows = [int(row) for row in lexical.rows]
    return list(dict.fromkeys([*rows, *map(int, dense.rows)])) if dense else rows


def _number(scores: NDArray[np.float64] | None, index: int) -> float | None:
    return None if scores is None or np.isnan(scores[index]) else float(scores[index])


def _repairs(asked: query.Query, wanted: query.Query) -> tuple[tuple[str, str], ...]:
    before = {form for term in asked.terms for form in term.forms}
    new = [term for term in wanted.terms if term.repaired]
    lost = [form for form in before if form not in wanted.forms]
    return tuple(zip(lost, (" / ".join(term.forms) for term in new), strict=False))
