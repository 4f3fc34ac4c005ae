"""Whether the documents answer at all: logistic regression on what speaks for the best passage.

`scripts/tune_refusal.py` made the table, on questions whose right passage was there or was taken out
(docs/measurements/ranking.md). It serves every corpus because all evidence is relative, and every
embedder because cosines come rescaled by what the embedder was measured to know.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Analyzer
from knowledge.ranking.bm25 import Weights
from knowledge.ranking.evidence import Candidate, Evidence, gather
from knowledge.ranking.query import Query
from knowledge.types import Language

COEFFICIENTS: dict[str, float] = {
    "near": 1.932,
    "beyond": 1.361,
    "missing": -0.872,
    "run": 1.039,
    "standing": 0.866,
    "trusted": -1.23,
    "meaning": 1.64,
    "korean": 0.823,
}
INTERCEPT = -6.902


@dataclass(frozen=True, slots=True)
class Bars:
    """Probabilities from which on more is done with what was found, in rising order.

    From `ask` on a language model is asked, which reads the passages and can say that they don't answer.
    From `answer` on they are quoted without a model; below, the documents don't say. From `trust` on that
    needs no reservation.
    """

    ask: float
    answer: float
    trust: float

    def moved(self, answer: float | None) -> Bars:
        """The same with another bar for answering; None changes nothing."""
        return self if answer is None else Bars(min(self.ask, answer), answer, max(self.trust, answer))


# At which 0.5, just under 5 and 10% of the answerable questions of each language stay below.
BARS: dict[Language, Bars] = {"ko": Bars(0.11, 0.352, 0.558), "en": Bars(0.119, 0.35, 0.635)}
# The same where no embedder tells what English passages mean: all probabilities are lower then.
ENGLISH_BY_WORDS = Bars(0.046, 0.164, 0.398)
# Who speaks from memory uses other words than the text, and gets every question less covered than one that
# was written beside it. These are of questions in which that was imitated; people go further than the
# imitation, so that fewer of those may stay below: 0.2, 0.5 and 5%.
SPOKEN_BARS: dict[Language, Bars] = {"ko": Bars(0.016, 0.024, 0.22), "en": Bars(0.04, 0.05, 0.18)}
NO_BARS = Bars(1.0, 1.0, 1.0)

# What is typed to a colleague ends like speech, names people or goes without a question mark; who writes a
# question beside a text does none of that (3% of KorQuAD's and SQuAD's).
_SPOKEN_KOREAN = re.compile(
    r"(?:요|죠|줘|니|냐|래|지|까|해|돼|어|음|임|함|됨)[\s?!.~ㅠㅜㅋㅎ^]*$|[ㅠㅜㅋㅎ]|[^?？\s]\s*$"
)
_SPOKEN_ENGLISH = re.compile(
    r"(?i:\b(?:i|my|me|we|our|us|you|your)\b|n't\b|\b(?:what|who|where|how|when)'?s\b)|^\s*[a-z]|[^?\s]\s*$"
)

# Between languages only the embedding speaks, on whose scale 0 is unrelated and 1 a typical answer.
_CROSSING_SLOPE = 8.0
_CROSSING_MIDDLE = 0.6


@dataclass(frozen=True, slots=True)
class Judgement:
    """The probability that the best passage answers, and what it has to reach for this question.

    `evidence` is what it was made of, None where words can't tell.
    """

    probability: float
    bars: Bars
    evidence: Evidence | None


def judge(
    query: Query,
    best: Candidate,
    lexical: NDArray[np.float64],
    weights: Mapping[Language, Weights],
    analyzer: Analyzer,
) -> Judgement:
    """Judge the candidate that comes first.

    Args:
        query: the question.
        best: its best candidate.
        lexical: the lexical scores of all candidates, in any order.
        weights: for the candidate's language at least.
        analyzer: the one that analysed question and passages.
    """
    bars = _bars(query, is_trusted=best.trust > 0)
    language = best.passage.language
    if language != query.language and best.trust > 0:
        return Judgement(_sigmoid(_CROSSING_SLOPE * (best.dense - _CROSSING_MIDDLE)), bars, None)
    evidence = gather(query, weights[language], best, lexical, analyzer)
    return Judgement(probability(evidence), bars, evidence)


def _bars(query: Query, *, is_trusted: bool) -> Bars:
    if is_spoken(query) or query.has_context:
        return SPOKEN_BARS[query.language]
    return BARS[query.language] if is_trusted or query.language == "ko" else ENGLISH_BY_WORDS


def probability(evidence: Evidence) -> float:
    """The probability of an answer, when as many questions have one as have none."""
    return _sigmoid(
        INTERCEPT + sum(weight * getattr(evidence, name) for name, weight in COEFFICIENTS.items())
    )


def is_spoken(query: Query) -> bool:
    """Whether the question is put as to a colleague, in the asker's own words."""
    return bool((_SPOKEN_KOREAN if query.language == "ko" else _SPOKEN_ENGLISH).search(query.text))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
