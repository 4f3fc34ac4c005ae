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
    "near": 1.204,
    "beyond": 3.438,
    "missing": -0.782,
    "run": 1.282,
    "standing": 1.096,
    "trusted": -1.901,
    "meaning": 1.968,
    "korean": 0.78,
}
INTERCEPT = -8.888
# At which just under one of twenty answerable questions of each language is refused.
THRESHOLDS: dict[Language, float] = {"ko": 0.29, "en": 0.21}
# Who speaks from memory uses other words than the text, and gets every question less covered than one
# that was written beside it. No corpus to fit that was at hand, so the rule is plain: refuse only at odds
# of 99 to 1.
SPOKEN_THRESHOLD = 0.01

_SPOKEN_KOREAN = re.compile(r"(?:요|죠|줘|니|냐|래|지)[\s?!.~ㅠㅜㅋㅎ^]*$|[ㅠㅜㅋㅎ]")
_SPOKEN_ENGLISH = re.compile(r"\b(?:i|my|me|we|our|us)\b", re.IGNORECASE)

# Between languages only the embedding speaks, on whose scale 0 is unrelated and 1 a typical answer.
_CROSSING_SLOPE = 8.0
_CROSSING_MIDDLE = 0.6


@dataclass(frozen=True, slots=True)
class Judgement:
    """The probability that the best passage answers, and the least one at which to answer this question.

    `evidence` is what it was made of, None where words can't tell.
    """

    probability: float
    threshold: float
    evidence: Evidence | None

    @property
    def answers(self) -> bool:
        """Whether to answer."""
        return self.probability >= self.threshold


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
    is_talk = is_spoken(query) or query.has_context
    threshold = SPOKEN_THRESHOLD if is_talk else THRESHOLDS[query.language]
    language = best.passage.language
    if language != query.language and best.trust > 0:
        return Judgement(_sigmoid(_CROSSING_SLOPE * (best.dense - _CROSSING_MIDDLE)), threshold, None)
    evidence = gather(query, weights[language], best, lexical, analyzer)
    return Judgement(probability(evidence), threshold, evidence)


def probability(evidence: Evidence) -> float:
    """The probability of an answer, when as many questions have one as have none."""
    return _sigmoid(
        INTERCEPT + sum(weight * getattr(evidence, name) for name, weight in COEFFICIENTS.items())
    )


def is_spoken(query: Query) -> bool:
    """Whether the question is put as to a colleague: with an ending of speech, with "I" or "we"."""
    return bool((_SPOKEN_KOREAN if query.language == "ko" else _SPOKEN_ENGLISH).search(query.text))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
