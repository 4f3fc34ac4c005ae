"""What an embedder knows of Korean and English, measured on a few parallel questions and passages.

Fusing a list that the embedder made up ruins a good one, so retrieval asks here first what its cosines are
worth.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding.protocol import Embedder
from knowledge.errors import StorageFull
from knowledge.storage import write_atomically
from knowledge.types import LANGUAGES, Language

_log = logging.getLogger(__name__)
_FILE = "abilities.json"

LEAST_SKILL = 0.2
"""With less, cosines are worth nothing: they don't count, and no passage gets a vector for them."""

_TOPICS = Path(__file__).with_name("probe.jsonl")
"""Questions and passages of office life, in each line one of each in both languages, with the same meaning.

There are no numerals, and no Latin letters in the Korean, so that the languages share nothing but the
meaning. A question and its passage share few words within a language, so that spelling alone doesn't match
them.
"""


@dataclass(frozen=True, slots=True)
class Ability:
    """What cosines are worth for questions of one language about passages of one language.

    `skill` runs from 0 (as good as chance) to 1: how often the right partner is the nearest, of the passages
    for a question and of the questions for a passage, corrected for chance. The means and standard deviations
    are of the cosines of questions with passages that have nothing to do with them, and with those that
    answer them.
    """

    skill: float
    unrelated_mean: float
    unrelated_deviation: float
    related_mean: float
    related_deviation: float


@dataclass(frozen=True, slots=True)
class Abilities:
    """An embedder's abilities by (question's language, passage's language)."""

    embedder: str
    pairs: Mapping[tuple[Language, Language], Ability]

    def of(self, question: Language, passage: Language) -> Ability:
        """The ability for one pair of languages."""
        return self.pairs[question, passage]

    def knows(self, question: Language, passage: Language) -> bool:
        """Whether cosines tell anything of passages in one language for questions in another, or the same."""
        ability = self.of(question, passage)
        return ability.skill >= LEAST_SKILL and ability.related_mean > ability.unrelated_mean

    @property
    def passages(self) -> frozenset[Language]:
        """The languages whose passages are worth a vector: questions of some language find them by it."""
        return frozenset(
            passage for passage in LANGUAGES if any(self.knows(question, passage) for question in LANGUAGES)
        )

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages in which questions find passages of the same language."""
        return tuple(language for language in LANGUAGES if self.of(language, language).skill >= 0.5)


def measure(embedder: Embedder) -> Abilities:
    """Measure on the built-in topics; deterministic, under two seconds with MiniLM.

    Raises:
        ModelUnavailable: the model can't be loaded.
        MissingDependency: its library isn't installed.
    """
    topics = [json.loads(line) for line in _TOPICS.read_text(encoding="utf-8").splitlines()]
    questions: dict[Language, NDArray[np.float32]] = {}
    passages: dict[Language, NDArray[np.float32]] = {}
    for language in LANGUAGES:
        texts = [topic[language] for topic in topics]
        questions[language] = np.stack([embedder.embed_query(text["question"]) for text in texts])
        windows = embedder.embed_documents([text["passage"] for text in texts])
        passages[language] = np.stack([of_text[0] for of_text in windows])
    pairs = {
        (question, passage): _ability(questions[question] @ passages[passage].T)
        for question, passage in product(LANGUAGES, LANGUAGES)
    }
    return Abilities(embedder.name, pairs)


def _ability(cosines: NDArray[np.float32]) -> Ability:
    """From the square matrix of all questions with all passages, right pairs on its diagonal."""
    number = len(cosines)
    related = np.diagonal(cosines)
    unrelated = cosines[~np.eye(number, dtype=bool)]
    # Both ways: a passage that is near to every question must not look like knowledge of one.
    hits = [(related > _best_other(matrix)).mean() for matrix in (cosines, cosines.T)]
    matched = (float(np.mean(hits)) - 1 / number) / (1 - 1 / number)
    return Ability(
        skill=round(max(matched, 0.0), 4),
        unrelated_mean=round(float(unrelated.mean()), 4),
        unrelated_deviation=round(float(unrelated.std()), 4),
        related_mean=round(float(related.mean()), 4),
        related_deviation=round(float(related.std()), 4),
    )


def _best_other(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each row the largest value off the diagonal."""
    others = cosines.copy()
    np.fill_diagonal(others, -np.inf)
    best: NDArray[np.float32] = others.max(axis=1)
    return best


def load_or_measure(embedder: Embedder, folder: Path) -> Abilities:
    """What was measured before, else measure and keep it.

    It is kept in `abilities.json` under `folder` by the embedder's name; a file that can't be read or written
    only costs a measurement. Raises as `measure`.
    """
    if found := remembered(embedder, folder):
        return found
    measured = measure(embedder)
    path = folder / _FILE
    kept = _kept(path)
    kept[_key(embedder)] = {
        "-".join(languages): asdict(ability) for languages, ability in measured.pairs.items()
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(kept, indent=1))
    except (OSError, StorageFull) as exc:
        _log.warning("the embedder's abilities are not kept: %s: %s", path, exc)
    return measured


def remembered(embedder: Embedder, folder: Path) -> Abilities | None:
    """What was measured before; None where it wasn't. Loads no model."""
    return _parsed(embedder.name, _kept(folder / _FILE).get(_key(embedder)))


def _key(embedder: Embedder) -> str:
    """Another set of topics is another measure."""
    return f"{embedder.name} {hashlib.sha256(_TOPICS.read_bytes()).hexdigest()[:8]}"


def _kept(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _parsed(name: str, value: object) -> Abilities | None:
    if not isinstance(value, dict):
        return None
    try:
        pairs = {
            (question, passage): Ability(**value[f"{question}-{passage}"])
            for question, passage in product(LANGUAGES, LANGUAGES)
        }
    except (KeyError, TypeError):
        return None
    whole = all(isinstance(number, float) for pair in pairs.values() for number in asdict(pair).values())
    return Abilities(name, pairs) if whole else None
