"""Page numbers as a person writes them: `3-5, 9`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MOST = 100_000
_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


def ranges(pages: Iterable[int]) -> str:
    """Ascending numbers, those that follow each other as one range."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    return ", ".join("-".join(map(str, run)) for run in runs)


def numbers(text: str) -> list[int]:
    """The numbers of `ranges`; none of anything else."""
    found: list[int] = []
    for part in text.split(", "):
        match = _RANGE.fullmatch(part)
        if match is None:
            return []
        found.extend(range(int(match[1]), int(match[2] or match[1]) + 1))
        if len(found) > _MOST:
            return []
    return found
