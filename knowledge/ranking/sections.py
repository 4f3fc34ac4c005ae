"""A section before its subsections, where both have as much of what is asked.

A subsection stands under the headings of its section, and so has all of their words and its own heading's as
well: BM25 puts "Working from home > Applying > Who can't work from home" before "Applying" when it is asked
how to apply. What a subsection's heading adds is only a reason to prefer it where the question asks for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

_NEAR = 0.8  # of the subsection's score: a section with less has too little to say of it

Headings = tuple[str, ...]


class Place(NamedTuple):
    """Where a candidate stands, and which of the question's terms it has, by their numbers."""

    document: int
    headings: Headings  # from the document's title on
    has: frozenset[int]
    score: float


def sections_first(places: Sequence[Place], named: Callable[[Headings], frozenset[int]]) -> list[int]:
    """The candidates' order, best first, with sections moved before their subsections.

    Args:
        places: of the candidates, best first.
        named: which of the question's terms stand in headings.

    Returns:
        Indices into `places`.
    """

    def says_no_more(sub: Place, section: Place) -> bool:
        own = sub.headings[len(section.headings) :]
        return _is_under(sub, section) and named(own) <= named(section.headings)

    order = list(range(len(places)))
    for index in range(1, len(places)):
        at = order.index(index)
        first = next((i for i in range(at) if says_no_more(places[order[i]], places[index])), at)
        order.insert(first, order.pop(at))
    return order


def _is_under(sub: Place, section: Place) -> bool:
    depth = len(section.headings)
    return (
        sub.document == section.document
        and len(sub.headings) > depth
        and sub.headings[:depth] == section.headings
        and depth > 1  # what stands under the title alone is an introduction, and no section
        and sub.has <= section.has
        and section.score >= _NEAR * sub.score
    )
