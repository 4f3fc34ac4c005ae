"""Whether the passages carry what a model wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answering.cleaning import cited_numbers
from knowledge.language import Analyzer
from knowledge.prompt import says_not_in_passages
from knowledge.retrieve import Candidate
from knowledge.types import Language

_SAME = 0.6  # of an uncited answer's words: when a passage has as many, it is where they come from


@dataclass(frozen=True, slots=True)
class Support:
    """What carries an answer: the numbers of its sources, from 1.

    `is_added`: the text cites nothing, and a passage says the same all the same.
    """

    cited: tuple[int, ...]
    is_added: bool = False


def supported(text: str, language: Language, given: Sequence[Candidate], analyzer: Analyzer) -> Support:
    """Find what carries a cleaned text; `given[n - 1]` is what it calls [n]. Nothing cited: nothing does."""
    if says_not_in_passages(text):
        return Support(())
    if cited := cited_numbers(text):
        return Support(tuple(sorted(cited)))
    words = set(analyzer.terms(text, language))
    shares = [
        len(words & set(analyzer.terms(_whole(candidate), language))) / len(words) if words else 0.0
        for candidate in given
    ]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    if best is None or shares[best] < _SAME:
        return Support(())
    return Support((best + 1,), is_added=True)


def _whole(candidate: Candidate) -> str:
    return f"{candidate.document.title}\n{candidate.passage.full_text}"
