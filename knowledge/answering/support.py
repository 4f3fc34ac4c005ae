"""Whether the passages carry what a model wrote, and what in it they don't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answering.claims import Cited, Claims
from knowledge.answering.cleaning import cited_numbers
from knowledge.language import Analyzer
from knowledge.prompt import says_not_in_passages
from knowledge.retrieve import Candidate
from knowledge.types import Language

_SAME = 0.6  # of an uncited answer's words: when a passage has as many, it is where they come from


@dataclass(frozen=True, slots=True)
class Support:
    """What carries an answer: the numbers of its sources, from 1. Empty: nothing does.

    `unsupported` are the claims that stand in none of them. `is_added`: the text cites nothing, and a passage
    says the same all the same.
    """

    cited: tuple[int, ...]
    unsupported: tuple[str, ...] = ()
    is_added: bool = False


class Supports:
    """Holds answers against their passages. Thread-safe as its analyser is."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._claims = Claims(analyzer)

    def of(self, text: str, language: Language, given: Sequence[Candidate], said: Sequence[str]) -> Support:
        """Find what carries a cleaned text.

        Args:
            text: the answer.
            language: its own.
            given: `given[n - 1]` is what the text calls [n].
            said: the question, and what it refers to.
        """
        if says_not_in_passages(text):
            return Support(())
        own = tuple(number for number in cited_numbers(text) if 0 < number <= len(given))
        cited = own or self._likely(text, language, given)
        sources = [Cited(_whole(given[number - 1]), given[number - 1].passage.language) for number in cited]
        return Support(
            cited=tuple(sorted(cited)),
            unsupported=self._claims.unsupported(text, language, sources, said) if cited else (),
            is_added=not own and bool(cited),
        )

    def _likely(self, text: str, language: Language, given: Sequence[Candidate]) -> tuple[int, ...]:
        """The passage that an uncited text was taken from, if it is plain."""
        words = set(self._analyzer.terms(text, language))
        if not words:
            return ()
        shares = [
            len(words.intersection(self._analyzer.terms(_whole(candidate), language))) / len(words)
            for candidate in given
        ]
        best = max(range(len(shares)), key=shares.__getitem__)
        return (best + 1,) if shares[best] >= _SAME else ()


def _whole(candidate: Candidate) -> str:
    return f"{candidate.document.title}\n{candidate.passage.full_text}"
