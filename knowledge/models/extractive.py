"""An answer without a language model: the sentences of the best passages that answer, quoted exactly.

Sentences (rows of a table, items of a list, lines of code) are ranked by how much of the question's weight
they carry, with the weights that ranked the passages; where the embedder knows the languages, by meaning as
well. One that holds a number is preferred when a number is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.embedding import Embedder
from knowledge.language import Analyzer
from knowledge.retrieve import Candidate, Retrieval

_PASSAGES = 4
_QUOTES = 3
_NEAR_BEST = 0.55  # a quote is worth showing when it carries this much of what the best one does
_PASSAGE_NEAR_BEST = 0.6
_EMBEDDED_UNITS = 12
_NUMBER_BONUS = 0.15
_LONGEST = 600  # characters of one quote
_MARKUP_LINE = re.compile(r"\s*(?:[-*+•]|\d+[.)]|\||#)\s*")
_RULE = re.compile(r"[\s|:=+*_-]+")
_ASKS_NUMBER = re.compile(
    r"며칠|몇|얼마|언제|기한|금액|한도|비율|퍼센트"
    r"|how (?:many|much|long|often|old|far)|\bwhen\b|what (?:time|date|year)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Extract:
    """An answer of quotes: `pieces` make its text, whose [n] is the nth of `cited` (a passage, an excerpt)."""

    pieces: tuple[str, ...]
    cited: tuple[tuple[Candidate, str], ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    candidate: int
    start: int
    text: str
    score: float


class Extractor:
    """Chooses quotes. Thread-safe as its analyser and embedder are."""

    def __init__(self, analyzer: Analyzer, embedder: Embedder | None) -> None:
        self._analyzer = analyzer
        self._embedder = embedder

    def extract(self, found: Retrieval) -> Extract:
        """The quotes that answer best, at least one; `found` has at least one candidate."""
        best = found.candidates[0].score
        candidates = [c for c in found.candidates[:_PASSAGES] if c.score >= _PASSAGE_NEAR_BEST * best]
        units = self._by_meaning(
            found, [unit for i, c in enumerate(candidates) for unit in self._units(found, i, c)]
        )
        chosen = _chosen(units)
        order = list(dict.fromkeys(unit.candidate for unit in sorted(chosen, key=lambda u: -u.score)))
        pieces: list[str] = []
        cited: list[tuple[Candidate, str]] = []
        for number, index in enumerate(order, 1):
            quotes = sorted((u for u in chosen if u.candidate == index), key=lambda unit: unit.start)
            candidate = candidates[index]
            text = "\n".join(unit.text for unit in quotes)
            lead = "\n\n" if pieces else ""
            head = f"{candidate.passage.header}\n" if candidate.passage.header else ""
            pieces.append(f"{lead}{head}{text} [{number}]")
            cited.append((candidate, text))
        return Extract(tuple(pieces), tuple(cited))

    def _units(self, found: Retrieval, index: int, candidate: Candidate) -> Iterator[_Unit]:
        passage = candidate.passage
        asks_number = bool(_ASKS_NUMBER.search(found.question))
        for start, end in split_units(passage.text, self._analyzer.sentences(passage.text, passage.language)):
            text = passage.text[start:end]
            terms = set(self._analyzer.terms(text, passage.language))
            score = found.coverage(terms, passage.language) + (candidate.score * 0.1)
            if asks_number and _DIGIT.search(text):
                score += _NUMBER_BONUS
            yield _Unit(index, start, text[:_LONGEST], score)

    def _by_meaning(self, found: Retrieval, units: list[_Unit]) -> list[_Unit]:
        """Add what the embedder makes of the most promising units, as far as it knows their languages."""
        if self._embedder is None or found.vector is None or not units:
            return units
        first = sorted(units, key=lambda unit: -unit.score)[:_EMBEDDED_UNITS]
        vectors = self._embedder.embed_documents([unit.text for unit in first])
        better: list[_Unit] = []
        for unit, windows in zip(first, vectors, strict=True):
            language = found.candidates[unit.candidate].passage.language
            similarity = found.meaning(float((windows @ found.vector).max()), language)
            better.append(_Unit(unit.candidate, unit.start, unit.text, unit.score + similarity))
        return better


def split_units(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of a passage that can be quoted alone: sentences, cut at line ends where lines are items or rows.

    A rule or an empty row is none.
    """
    spans: list[tuple[int, int]] = []
    for start, end in sentences:
        lines = text[start:end].splitlines(keepends=True)
        if not any(_MARKUP_LINE.match(line) for line in lines):
            spans.append((start, end))
            continue
        at = start
        for line in lines:
            spans.append((at, at + len(line.rstrip())))
            at += len(line)
    return [(s, e) for s, e in spans if e > s and not _RULE.fullmatch(text[s:e])]


def _chosen(units: Sequence[_Unit]) -> list[_Unit]:
    """The best few, each said once."""
    ranked = sorted(units, key=lambda unit: (-unit.score, unit.candidate, unit.start))
    chosen: list[_Unit] = []
    for unit in ranked:
        if len(chosen) == _QUOTES or unit.score < _NEAR_BEST * ranked[0].score:
            break
        if all(_folded(unit.text) != _folded(other.text) for other in chosen):
            chosen.append(unit)
    return chosen


def _folded(text: str) -> str:
    return "".join(text.split())
