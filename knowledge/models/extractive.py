"""An answer without a language model: what the best passages say, quoted exactly.

Of each passage the best part is quoted: from the sentence (row of a table, item of a list, line of code) that
carries most of the question's weight, with its paragraph or list as far as a quote may be long. Of a table
those rows are that carry what is asked, under the names of its columns. Where the embedder knows the
languages, sentences are weighed by meaning as well; one that holds a number is preferred when a number is
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.language import Analyzer
from knowledge.models.units import Unit, units_of
from knowledge.parsing import is_code
from knowledge.retrieve import Candidate, Retrieval

_PASSAGES = 3
_NEAR_BEST = 0.8  # a passage is worth quoting when its score is this much of the best one's
_DOUBTFUL_PASSAGES = 2  # where even the best one may not answer
_AS_MUCH = 0.6  # and when its quote has this much of what the best one's has
_WHOLE_TABLE = 450  # characters of a table of which no row says more than the others
_PART = 350  # characters of a quote
_SHORT = 250  # up to which a quote takes in the paragraphs beside it
_WORTH_ADDING = 0.6  # the share of the best unit's score at which another paragraph's is quoted with it
_ROWS = 0.75  # the same for another row
_EMBEDDED_UNITS = 8  # sentences of a passage that are weighed by meaning: the rest is too slow to embed
_NUMBER_BONUS = 0.15
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
    """Chooses quotes. Thread-safe as its analyser and the retrieval's embedder are."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def extract(self, found: Retrieval) -> Extract:
        """The quotes that answer best, at least one; `found` has at least one candidate."""
        least = _NEAR_BEST * found.best_score
        most = _DOUBTFUL_PASSAGES if found.is_doubtful else _PASSAGES
        cited: list[tuple[Candidate, str]] = []
        enough = 0.0
        for candidate in found.candidates[:most]:
            if candidate.score < least:
                continue
            quote = self.quote(found, candidate)
            has = self._share(found, candidate, quote)
            if not cited:
                enough = _AS_MUCH * has
            if has >= enough:
                cited.append((candidate, quote))
        pieces = [
            f"{_GAP if number > 1 else ''}{_with_header(candidate, quote)}{_mark(quote, number)}"
            for number, (candidate, quote) in enumerate(cited, 1)
        ]
        return Extract(tuple(pieces), tuple(cited))

    def quote(self, found: Retrieval, candidate: Candidate) -> str:
        """The part of one passage that has most of what is asked, word for word."""
        passage = candidate.passage
        text = passage.text
        sentences = self._analyzer.sentences(text, passage.language)
        name = candidate.document.uri.rsplit("/", 1)[-1]
        units = units_of(text, sentences, has_header=bool(passage.header), is_code=is_code(name))
        if not any(unit.kind != "heading" for unit in units):
            return text[:_PART].strip()
        scores = self._scores(found, candidate, units)
        best = max(range(len(units)), key=lambda i: (scores[i], -i))
        if units[best].kind == "row":
            return self._rows(found, candidate, units, best)
        first, last = _grown(text, units, scores, best)
        return _cut(text[units[first].start : units[last].end].strip())

    def _scores(self, found: Retrieval, candidate: Candidate, units: Sequence[Unit]) -> list[float]:
        """How much each unit has of what is asked, with the heading or the columns' names over it."""
        text, language = candidate.passage.text, candidate.passage.language
        asks_number = bool(_ASKS_NUMBER.search(found.question))
        scores: list[float] = []
        heading: set[str] = set()
        for unit in units:
            own = text[unit.start : unit.end]
            terms = set(self._analyzer.terms(own, language))
            if unit.kind == "heading":
                heading = terms
                scores.append(-1.0)
                continue
            over = candidate.passage.header if unit.header is None else text[slice(*unit.header)]
            if unit.kind == "row" and over:
                terms.update(self._analyzer.terms(over, language))
            has = found.coverage(terms | heading, language)
            scores.append(has + (_NUMBER_BONUS if asks_number and _DIGIT.search(own) else 0.0))
        if found.embedder is None or found.vector is None or not found.knows(language):
            return scores
        weighed = [i for i in range(len(units)) if units[i].kind != "heading"]
        best = sorted(weighed, key=lambda i: -scores[i])[:_EMBEDDED_UNITS]
        shown = [text[units[i].start : units[i].end] for i in best]
        for i, windows in zip(best, found.embedder.embed_documents(shown), strict=True):
            scores[i] += found.meaning(float((windows @ found.vector).max()), language)
        return scores

    def _rows(self, found: Retrieval, candidate: Candidate, units: Sequence[Unit], best: int) -> str:
        """The rows of the best one's table that say what is asked, under the names of the columns."""
        text, language = candidate.passage.text, candidate.passage.language
        header = units[best].header
        rows = [u for u in units if u.block == units[best].block and u.kind == "row" and u.header == header]
        names = set(self._analyzer.terms(text[slice(*header)], language)) if header else set()
        own = [set(self._analyzer.terms(text[u.start : u.end], language)) - names for u in rows]
        has = [found.coverage(terms, language) for terms in own]
        chosen = [row for row, share in zip(rows, has, strict=True) if share >= _ROWS * max(has)]
        if len(chosen) == len(rows):
            chosen = _whole(rows, rows.index(units[best]))
        lines = [text[u.start : u.end].strip() for u in chosen]
        return "\n".join([text[slice(*header)], *lines] if header else lines)

    def _share(self, found: Retrieval, candidate: Candidate, quote: str) -> float:
        """How much of what is asked a quote has, with the headings over it but for the document's title."""
        passage = candidate.passage
        whole = "\n".join([*passage.heading_path[1:], passage.header, quote])
        return found.coverage(set(self._analyzer.terms(whole, passage.language)), passage.language)


def _whole(rows: Sequence[Unit], best: int) -> list[Unit]:
    """All rows of a table, or the best one and those below it as far as they are short enough."""
    if rows[-1].end - rows[0].start <= _WHOLE_TABLE:
        return list(rows)
    return [row for row in rows[best:] if row is rows[best] or row.end - rows[best].start <= _WHOLE_TABLE]


def _grown(text: str, units: Sequence[Unit], scores: Sequence[float], best: int) -> tuple[int, int]:
    """The first and last unit of a quote: the best unit, grown towards the better neighbour.

    It grows over the paragraph or list that the unit stands in, over what a colon ties to it, and beyond that
    where it stays short or the neighbour has nearly as much of what is asked; never over a heading or into a
    table.
    """
    first = last = best
    while True:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(units)]
        sides.sort(key=lambda side: -scores[side])
        for side in sides:
            wider = (min(first, side), max(last, side))
            length = units[wider[1]].end - units[wider[0]].start
            is_tied = text[: units[wider[0] if side < first else last].end].endswith(":")
            is_worth_it = scores[side] >= _WORTH_ADDING * scores[best]
            belongs = units[side].block == units[best].block or is_tied or is_worth_it or length <= _SHORT
            if units[side].kind == "text" and belongs and length <= _PART:
                first, last = wider
                break
        else:
            return first, last


def _cut(quote: str) -> str:
    """A quote whose one unit is too long, as a function of a program may be: its first lines."""
    if len(quote) <= _WHOLE_TABLE:
        return quote
    return quote[: quote.rfind("\n" if "\n" in quote[:_PART] else " ", 0, _PART)].rstrip() or quote[:_PART]


def _with_header(candidate: Candidate, quote: str) -> str:
    """The quote under its table's header, where it is a part that has lost it."""
    header = candidate.passage.header.strip()
    return f"{header}\n{quote}" if header and not quote.startswith(header) else quote


def _mark(quote: str, number: int) -> str:
    """The citation: on a line of its own after a row or code, which it must not become part of."""
    return f"\n[{number}]" if _ENDS_IN_MARKUP.search(quote) else f" [{number}]"
