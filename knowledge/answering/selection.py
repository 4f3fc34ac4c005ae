"""Which passages a model is given, and in what form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.language import Analyzer
from knowledge.models.units import split_units
from knowledge.prompt import Material, Unit
from knowledge.retrieve import Candidate, Retrieval

_MOST = 4
_NEAR_BEST = 0.5  # a passage is worth the reading when its score is this much of the best one's
_TOKENS = 1_200
"""About what a model on a processor reads in half a minute; the best passage is given whatever its size."""
_HANGUL = re.compile("[가-힣]")
_KOREAN_TOKENS = 0.8  # a syllable, in Qwen's vocabulary
_OTHER_TOKENS = 0.3  # any other character


def select(found: Retrieval) -> tuple[Candidate, ...]:
    """The best passages, as many as are worth their reading; at least one of at least one."""
    least = _NEAR_BEST * found.best_score
    chosen: list[Candidate] = []
    room = float(_TOKENS)
    for candidate in found.candidates[:_MOST]:
        room -= estimated_tokens(candidate.passage.full_text)
        if chosen and (candidate.score < least or room < 0):
            break
        chosen.append(candidate)
    return tuple(chosen)


def estimated_tokens(text: str) -> float:
    """About how many tokens a text has, without asking the model."""
    korean = len(_HANGUL.findall(text))
    return korean * _KOREAN_TOKENS + (len(text) - korean) * _OTHER_TOKENS


def materials(found: Retrieval, chosen: Sequence[Candidate], analyzer: Analyzer) -> tuple[Material, ...]:
    """The chosen passages as the prompt takes them."""
    return tuple(_material(found, candidate, analyzer) for candidate in chosen)


def _material(found: Retrieval, candidate: Candidate, analyzer: Analyzer) -> Material:
    passage = candidate.passage
    spans = split_units(passage.text, analyzer.sentences(passage.text, passage.language))
    units = [passage.text[start:end] for start, end in spans]
    return Material(
        id=passage.id,
        title=candidate.document.title,
        section=" › ".join(passage.heading_path[1:]),
        page=passage.page,
        header=passage.header,
        text=passage.text,
        units=tuple(
            Unit(unit, found.coverage(set(analyzer.terms(unit, passage.language)), passage.language))
            for unit in units
        ),
    )
