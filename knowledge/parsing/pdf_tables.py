"""Tables of a PDF page, found by their ruling lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_THIN = 3.0  # points: a rectangle that is no wider is a line
_CLOSE = 2.5  # points: two lines this near are one, and this far apart still touch
_MOST_LINES = 2000  # of a page; a drawing has more, and a table hasn't


@dataclass(frozen=True, slots=True)
class Segment:
    """A horizontal (`y` is its place, `x`s its ends) or vertical ruling line, in points."""

    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's lines: `xs` ascending from left to right, `ys` descending from top to bottom.

    `open_cells` are the (row, column) of those that no line parts from the next one to the right.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    open_cells: frozenset[tuple[int, int]] = frozenset()

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return (
            self.xs[0] - _CLOSE < x < self.xs[-1] + _CLOSE and self.ys[-1] - _CLOSE < y < self.ys[0] + _CLOSE
        )


def find_grids(boxes: Iterable[tuple[float, float, float, float]]) -> list[Grid]:
    """The tables among a page's drawn boxes (left, bottom, right, top), from top to bottom.

    A thin box is a line, any other its four edges. Lines that touch are one table if there are two columns
    and two rows of cells at least.
    """
    across: list[Segment] = []
    down: list[Segment] = []
    for left, bottom, right, top in boxes:
        width, height = right - left, top - bottom
        if height <= _THIN and width > _THIN:
            across.append(Segment((top + bottom) / 2, left, right))
        elif width <= _THIN and height > _THIN:
            down.append(Segment((left + right) / 2, bottom, top))
        elif width > _THIN and height > _THIN:
            across += [Segment(bottom, left, right), Segment(top, left, right)]
            down += [Segment(left, bottom, top), Segment(right, bottom, top)]
    if len(across) + len(down) > _MOST_LINES:
        return []
    grids = [_grid(*group) for group in _groups(across, down)]
    return sorted(
        (grid for grid in grids if len(grid.xs) > 2 and len(grid.ys) > 2), key=lambda grid: -grid.ys[0]
    )


def _groups(across: Sequence[Segment], down: Sequence[Segment]) -> list[tuple[list[Segment], list[Segment]]]:
    """The lines by what they touch, directly or through others (union-find)."""
    parents = list(range(len(across) + len(down)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    for i, horizontal in enumerate(across):
        for j, vertical in enumerate(down, len(across)):
            if _touch(horizontal, vertical):
                parents[root(i)] = root(j)
    found: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for number, segment in enumerate([*across, *down]):
        found.setdefault(root(number), ([], []))[number >= len(across)].append(segment)
    return [group for group in found.values() if group[0] and group[1]]


def _touch(horizontal: Segment, vertical: Segment) -> bool:
    return (
        horizontal.start - _CLOSE <= vertical.place <= horizontal.end + _CLOSE
        and vertical.start - _CLOSE <= horizontal.place <= vertical.end + _CLOSE
    )


def _grid(across: list[Segment], down: list[Segment]) -> Grid:
    xs = tuple(_places(segment.place for segment in down))
    ys = tuple(reversed(_places(segment.place for segment in across)))
    borders = [[line for line in down if abs(line.place - x) <= _CLOSE] for x in xs]
    open_cells = frozenset(
        (row, column)
        for row, (top, bottom) in enumerate(pairwise(ys))
        for column in range(len(xs) - 2)
        if not any(line.start <= (top + bottom) / 2 <= line.end for line in borders[column + 1])
    )
    return Grid(xs, ys, open_cells)


def _places(places: Iterable[float]) -> list[float]:
    """Ascending, those that are close together as one."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _CLOSE:
            found.append(place)
    return found
