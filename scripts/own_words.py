"""Questions as who doesn't have the text before them puts them, made of questions written beside it.

No corpus of such questions with their right passages is at hand, so some of what sets them apart is
imitated: verbs are others, or left out, and of what is named not everything is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from knowledge.language import Analyzer
from knowledge.ranking import query
from knowledge.ranking.query import THINGS
from knowledge.types import Language

_OTHER_VERB = 0.5
_NO_VERB = 0.2
_NOT_NAMED = 0.35
_LEAST_NAMED = 2


def in_own_words(texts: Sequence[str], language: Language, analyzer: Analyzer, seed: int) -> list[str]:
    """The questions, each said otherwise; the verbs are those of the other questions."""
    rng = random.Random(seed)
    questions = [[(word, _kinds(word, language, analyzer)) for word in _words(text)] for text in texts]
    verbs = [word for words in questions for word, kinds in words if kinds == {"predicate"}]
    return [_said_otherwise(words, verbs, rng) for words in questions]


def _said_otherwise(words: list[tuple[str, set[query.Kind]]], verbs: list[str], rng: random.Random) -> str:
    named = sum(bool(kinds & THINGS) for _, kinds in words)
    said: list[str] = []
    for word, kinds in words:
        if kinds == {"predicate"}:
            chance = rng.random()
            if chance < _OTHER_VERB:
                said.append(rng.choice(verbs))
            elif chance >= _OTHER_VERB + _NO_VERB:
                said.append(word)
        elif kinds & THINGS and named > _LEAST_NAMED and rng.random() < _NOT_NAMED:
            named -= 1
        else:
            said.append(word)
    return " ".join(said)


def _words(text: str) -> list[str]:
    return text.rstrip("?!. ").split()


def _kinds(word: str, language: Language, analyzer: Analyzer) -> set[query.Kind]:
    """What a word's terms are, beside those that only ask."""
    return {term.kind for term in query.build(word, analyzer, language).terms} - {"filler", "asked"}
