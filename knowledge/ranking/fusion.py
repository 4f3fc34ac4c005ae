"""One score of what words say and what the embedding says, as far as the embedder knows the two languages.

Scores are fused, not ranks: rank fusion gives a list that the embedder made up the same voice as a good one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.types import LANGUAGES, Language


class Ability(Protocol):
    """What an embedder is worth for questions of one language about passages of one language."""

    @property
    def skill(self) -> float:
        """How well it tells what belongs together, from 0 (as good as chance) to 1."""

    @property
    def unrelated_mean(self) -> float:
        """The mean cosine of a question and a passage that have nothing to do with each other."""

    @property
    def related_mean(self) -> float:
        """The mean cosine of a question and the passage that answers it."""


class Abilities(Protocol):
    """An embedder's abilities, measured."""

    def of(self, question: Language, passage: Language) -> Ability:
        """The ability for one pair of languages."""

    def knows(self, question: Language, passage: Language) -> bool:
        """Whether cosines tell anything for that pair."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """The settings: what the embedding weighs against 1 for the words.

    `dense` is its weight for a perfect embedder. Between languages, words share little more than names
    and numbers: they weigh `crossing_words` there.
    """

    dense: float = 0.25
    crossing_words: float = 0.15


DEFAULT = Fusion()
_MOST = 2.0


@dataclass(frozen=True, slots=True)
class Fused:
    """Scores of the candidates, each of shape (candidates,).

    `score` is 0 to 1. `dense` is the cosine on a scale on which 0 is an unrelated and 1 a typical right
    passage (at most 2), 0 where nothing is known; `trust` is the embedder's skill for each candidate.
    """

    score: NDArray[np.float64]
    dense: NDArray[np.float64]
    trust: NDArray[np.float64]


def fuse(
    question: Language,
    languages: Sequence[Language],
    lexical: NDArray[np.float64],
    cosines: NDArray[np.float64] | None,
    abilities: Abilities | None,
    settings: Fusion = DEFAULT,
) -> Fused:
    """Fuse the scores of candidates.

    Args:
        question: the question's language.
        languages: each candidate's language.
        lexical: shape (candidates,), 0 to 1.
        cosines: shape (candidates,), NaN where a candidate has no vector; None without an embedder.
        abilities: what the embedder knows; None without an embedder.
        settings: the weights.
    """
    count = len(languages)
    dense, trust, words = np.zeros(count), np.zeros(count), np.ones(count)
    if cosines is not None and abilities is not None:
        for language in LANGUAGES:
            if not abilities.knows(question, language):
                continue
            ability = abilities.of(question, language)
            span = ability.related_mean - ability.unrelated_mean
            rows = np.array([candidate == language for candidate in languages], np.bool_)
            rows &= ~np.isnan(cosines)
            dense[rows] = np.clip((cosines[rows] - ability.unrelated_mean) / span, 0.0, _MOST)
            trust[rows] = ability.skill
            if language != question:
                words[rows] = settings.crossing_words
    weight = settings.dense * trust
    return Fused((words * lexical + weight * dense) / (words + weight * _MOST), dense, trust)
