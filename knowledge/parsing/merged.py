"""Merged cells of a sheet: what is written once, and meant for several rows or columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.parsing.tables import Row, Span

_LONGEST_LABEL = 120  # characters: a longer text is said in its own row alone

Corner = tuple[int, int]


@dataclass(slots=True)
class SheetRow:
    """A row of a sheet, with what it says through cells merged with those above it.

    `spans` are the first and last columns of cells that span several, counted from zero. `is_covered` tells
    of a row that has nothing of its own to say, for cells above reach over it.
    """

    cells: Row
    spans: list[Span] = field(default_factory=list)
    is_covered: bool = False


def with_merged(rows: Iterable[Row], ranges: Sequence[tuple[Corner, Corner]]) -> Iterator[SheetRow]:
    """Every row of a sheet from its first, a label that spans rows standing in each of them.

    Args:
        rows: of one-line cells.
        ranges: (row, column) of the first and of the last cell of each merged one, from zero.
    """
    beginning: defaultdict[int, list[tuple[Corner, Corner]]] = defaultdict(list)
    for first, last in ranges:
        beginning[first[0]].append((first, last))
    above: dict[int, tuple[int, str]] = {}  # by column: the last row, and what stands there
    for number, cells in enumerate(rows):
        above = {column: each for column, each in above.items() if each[0] >= number}
        is_blank = not any(cells)
        row = SheetRow(cells, is_covered=is_blank and bool(above))
        if not is_blank:
            for column, (_, label) in above.items():
                if column < len(cells) and not cells[column] and len(label) <= _LONGEST_LABEL:
                    cells[column] = label
        for (_, column), (last_row, last_column) in beginning.pop(number, ()):
            if column >= len(cells) or not cells[column]:
                continue
            if last_column > column:
                row.spans.append((column, min(last_column, len(cells) - 1)))
            if last_row > number:
                above[column] = (last_row, cells[column])
        yield row
