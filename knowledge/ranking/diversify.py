"""The same text once, and not one document alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.ranking.bm25 import Analysed, unpack


@dataclass(frozen=True, slots=True)
class Diversity:
    """The settings.

    Two passages are one when the smaller's terms are in the larger up to `same` (share of distinct terms)
    and the larger has at most `larger` times as many; below `fewest` terms only equal ones are. Each
    further passage of a document counts `decay` times as much as the one before.
    """

    same: float = 0.9
    larger: float = 1.3
    fewest: int = 8
    decay: float = 0.92


DEFAULT = Diversity()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate that is shown: its index, and those of the candidates that say the same."""

    index: int
    also: tuple[int, ...]


def choose(
    scores: Sequence[float],
    passages: Sequence[Analysed],
    documents: Sequence[int],
    limit: int,
    settings: Diversity = DEFAULT,
) -> list[Chosen]:
    """Choose up to `limit` candidates, best first.

    The best candidate always comes first. A candidate that says what a chosen one says isn't chosen but
    remembered with it.

    Args:
        scores: each candidate's fused score.
        passages: each candidate's terms.
        documents: each candidate's document.
        limit: how many to choose.
        settings: what counts as the same.
    """
    waiting = sorted(range(len(scores)), key=lambda index: -scores[index])
    chosen: list[int] = []
    also: dict[int, list[int]] = {}
    terms: dict[int, frozenset[str]] = {}
    taken: dict[int, int] = {}
    while waiting and len(chosen) < limit:
        best, most = waiting[0], -math.inf
        for index in waiting:
            if scores[index] <= most:
                break  # no later one is better, even undiminished
            diminished = scores[index] * settings.decay ** taken.get(documents[index], 0)
            if diminished > most:
                best, most = index, diminished
        waiting.remove(best)
        terms[best] = frozenset(unpack(passages[best].terms))
        twin = next((index for index in chosen if _same(terms[index], terms[best], settings)), None)
        if twin is not None:
            also[twin].append(best)
            continue
        chosen.append(best)
        also[best] = []
        taken[documents[best]] = taken.get(documents[best], 0) + 1
    return [Chosen(index, tuple(also[index])) for index in chosen]


def _same(one: frozenset[str], other: frozenset[str], settings: Diversity) -> bool:
    small, large = sorted((one, other), key=len)
    if len(small) < settings.fewest:
        return one == other
    return len(large) <= settings.larger * len(small) and len(small & large) >= settings.same * len(small)
