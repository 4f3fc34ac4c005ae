"""Misspelt words of Latin script, replaced by known words at one edit.

The way of Norvig, "How to Write a Spelling Corrector" (2007): every string at one edit from the word is
made and looked up. So no list of the vocabulary is needed, and what counts as known is what stands in
passages that the asker may read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.language import Analyzer
from knowledge.language.stopwords import FUNCTION_WORDS
from knowledge.ranking.bm25 import Statistics
from knowledge.ranking.query import Query, Term
from knowledge.types import LANGUAGES

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile("[a-z]+")
# A shorter word has too many neighbours to tell which one was meant.
_SHORTEST = 4
_ALTERNATIVES = 3


def repaired(query: Query, analyzer: Analyzer, statistics: Statistics) -> Query:
    """The query with each unknown Latin word replaced by the known words at one edit, where there are any.

    Several are kept as alternatives, the commonest first. A function word with two letters swapped is
    dropped, and a whole that stands nowhere ("on-call") is left to its parts.
    """
    known = _known([term.forms[0] for term in query.terms], statistics)
    if all(term.forms[0] in known for term in query.terms):
        return query
    parts = analyzer.compounds(query.text, query.language)
    written = {analyzer.stem(word): word for word in _WORD.findall(query.text.lower())}
    near: dict[str, frozenset[str]] = {}
    terms: list[Term] = []
    for term in query.terms:
        form = term.forms[0]
        word = written.get(form, "")
        if form not in known:
            if not known.keys().isdisjoint(parts.get(form, ())) or not FUNCTION_WORDS.isdisjoint(
                _swaps(word)
            ):
                continue
            if len(word) >= _SHORTEST:
                near[form] = frozenset(map(analyzer.stem, _edits(word)))
        terms.append(term)
    frequencies = _known(list(frozenset().union(*near.values())), statistics)
    return replace(query, terms=tuple(_repaired(term, near, frequencies) for term in terms))


def _repaired(term: Term, near: dict[str, frozenset[str]], frequencies: dict[str, int]) -> Term:
    found = [form for form in near.get(term.forms[0], ()) if form in frequencies]
    found.sort(key=lambda form: (-frequencies[form], form))
    return replace(term, forms=tuple(found[:_ALTERNATIVES]), repaired=True) if found else term


def _known(forms: Sequence[str], statistics: Statistics) -> dict[str, int]:
    """Those of the forms that stand in any passage, with their frequencies."""
    total = dict.fromkeys(forms, 0)
    for language in LANGUAGES:
        for form, frequency in zip(total, statistics.term_frequencies(language, list(total)), strict=True):
            total[form] += frequency
    return {form: frequency for form, frequency in total.items() if frequency}


def _swaps(word: str) -> Iterator[str]:
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _edits(word: str) -> Iterator[str]:
    yield from _swaps(word)
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
        for letter in _LETTERS:
            yield word[:i] + letter + word[i + 1 :]
    for i in range(len(word) + 1):
        for letter in _LETTERS:
            yield word[:i] + letter + word[i:]
