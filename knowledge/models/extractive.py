"""An answer without a language model: what the best passages say, quoted exactly.

A short passage is quoted whole. Of a longer one the best part is: from the sentence (row of a table, item of
a list, line of code) that carries most of the question's weight, grown by its neighbours as far as a quote
may be long. Where the embedder knows the languages, sentences are weighed by meaning as well; one that holds
a number is preferred when a number is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.embedding import Embedder
from knowledge.language import Analyzer
from knowledge.retrieve import Candidate, Retrieval

_PASSAGES = 3
_NEAR_BEST = 0.7  # a passage is worth quoting when its score is this much of the best one's
_WHOLE = 450  # characters of a passage that is quoted whole
_PART = 350  # characters of the best part of a longer one
_EMBEDDED_UNITS = 8  # sentences of a passage that are weighed by meaning: the rest is too slow to embed
_NUMBER_BONUS = 0.15
_MARKUP_LINE = re.compile(r"\s*(?:[-*+•]|\d+[.)]|\||#)\s*")
_RULE = re.compile(r"[\s|:=+*_-]+")
_ASKS_NUMBER = re.compile(
    r"며칠|몇|얼마|언제|기한|금액|한도|비율|퍼센트"
    r"|how (?:many|much|long|often|old|far)|\bwhen\b|what (?:time|date|year)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_GAP = "\n\n"
_ENDS_IN_MARKUP = re.compile(r"(?:\n|^)(?:\s*[|#`]|\s{4}).*$")


@dataclass(frozen=True, slots=True)
class Extract:
    """An answer of quotes: `pieces` make its text, whose [n] is the nth of `cited` (a passage, its quote)."""

    pieces: tuple[str, ...]
    cited: tuple[tuple[Candidate, str], ...]


class Extractor:
    """Chooses quotes. Thread-safe as its analyser and embedder are."""

    def __init__(self, analyzer: Analyzer, embedder: Embedder | None) -> None:
        self._analyzer = analyzer
        self._embedder = embedder

    def extract(self, found: Retrieval) -> Extract:
        """The quotes that answer best, at least one; `found` has at least one candidate."""
        least = _NEAR_BEST * found.candidates[0].score
        cited = [(c, self.quote(found, c)) for c in found.candidates[:_PASSAGES] if c.score >= least]
        pieces = [
            f"{_GAP if number > 1 else ''}{_with_header(candidate, quote)}{_mark(quote, number)}"
            for number, (candidate, quote) in enumerate(cited, 1)
        ]
        return Extract(tuple(pieces), tuple(cited))

    def quote(self, found: Retrieval, candidate: Candidate) -> str:
        """The part of one passage that has most of what is asked, word for word."""
        passage = candidate.passage
        if len(passage.text) <= _WHOLE:
            return passage.text.strip()
        spans = split_units(passage.text, self._analyzer.sentences(passage.text, passage.language))
        if not spans:
            return passage.text[:_PART].strip()
        scores = self._scores(found, candidate, [passage.text[start:end] for start, end in spans])
        first, last = _grown(spans, scores)
        return passage.text[spans[first][0] : spans[last][1]].strip()

    def _scores(self, found: Retrieval, candidate: Candidate, units: Sequence[str]) -> list[float]:
        """How much each unit has of what is asked."""
        language = candidate.passage.language
        asks_number = bool(_ASKS_NUMBER.search(found.question))
        scores = [
            found.coverage(set(self._analyzer.terms(unit, language)), language)
            + (_NUMBER_BONUS if asks_number and _DIGIT.search(unit) else 0.0)
            for unit in units
        ]
        if self._embedder is None or found.vector is None or not found.knows(language):
            return scores
        best = sorted(range(len(units)), key=lambda i: -scores[i])[:_EMBEDDED_UNITS]
        for i, windows in zip(best, self._embedder.embed_documents([units[i] for i in best]), strict=True):
            scores[i] += found.meaning(float((windows @ found.vector).max()), language)
        return scores


def split_units(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of a passage that say something alone: sentences, and where lines are items or rows, lines.

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


def _grown(spans: Sequence[tuple[int, int]], scores: Sequence[float]) -> tuple[int, int]:
    """The first and last unit of the best part: the best unit, grown towards the better neighbour."""
    first = last = max(range(len(spans)), key=lambda i: (scores[i], -i))
    while True:
        before = scores[first - 1] if first > 0 else -1.0
        after = scores[last + 1] if last + 1 < len(spans) else -1.0
        if before < 0 and after < 0:
            return first, last
        wider = (first - 1, last) if before > after else (first, last + 1)
        if spans[wider[1]][1] - spans[wider[0]][0] > _PART:
            return first, last
        first, last = wider


def _with_header(candidate: Candidate, quote: str) -> str:
    """The quote under its table's header, where it is a part that has lost it."""
    header = candidate.passage.header.strip()
    return f"{header}\n{quote}" if header and not quote.startswith(header) else quote


def _mark(quote: str, number: int) -> str:
    """The citation: on a line of its own after a row or code, which it must not become part of."""
    return f"\n[{number}]" if _ENDS_IN_MARKUP.search(quote) else f" [{number}]"
