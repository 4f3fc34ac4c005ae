"""Of a document that comes out anew each year, this year's edition first, unless another one is asked for.

Two documents are editions of one when their titles differ by nothing but their years (`Travel policy 2025`,
`Travel policy 2026`). Both answer the same questions in nearly the same words, so that scores can't tell
which of them holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ASKS_FOR_ANOTHER = re.compile(
    r"작년|재작년|지난해|전년|내년|예전|이전|과거|종전|개정|바뀌|바뀐|달라|변경|차이|비교"
    r"|\b(?:last|previous|next|earlier|former|old|past) |\bchanged?\b|\bdiffer|\bcompared?\b|\bused to\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Editions:
    """The settings.

    Another edition's passage gives way if the current one has a passage of at least `near` times its score;
    it then has `behind` times the score of that one: too little to be quoted beside it, as if both held.
    """

    near: float = 0.75
    behind: float = 0.65


DEFAULT = Editions()


def current_first(
    question: str,
    titles: Sequence[str],
    scores: NDArray[np.float64],
    year: int,
    settings: Editions = DEFAULT,
) -> NDArray[np.float64]:
    """The scores, with other editions behind the current one; shape (passages,).

    Args:
        question: one that names a year, or asks for what was or will be, gets the scores as they are.
        titles: of each passage's document.
        scores: each passage's.
        year: this one. The current edition is the latest that isn't of a later year.
        settings: how far another edition may be ahead.
    """
    if _YEAR.search(question) or _ASKS_FOR_ANOTHER.search(question):
        return scores
    editions: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, title in enumerate(titles):
        if years := [int(found) for found in _YEAR.findall(title)]:
            editions[_YEAR.sub("\0", title).casefold()][max(years)].append(index)
    found = scores.copy()
    for by_year in editions.values():
        if len(by_year) == 1 or min(by_year) > year:
            continue
        current = by_year.pop(max(each for each in by_year if each <= year))
        best = scores[current].max()
        for index in (index for others in by_year.values() for index in others):
            if scores[index] * settings.near <= best:
                found[index] = min(scores[index], best * settings.behind)
    return found
