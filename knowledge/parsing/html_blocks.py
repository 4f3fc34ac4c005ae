"""What HTML's blocks become: a list's lines, a table's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile

from knowledge.parsing.blocks import Collector, Piece
from knowledge.parsing.tables import looks_like_names

# How far a cell is believed to reach, and the longest text that is repeated there.
_WIDEST_SPAN = 100
_LONGEST_REPEATED = 200
_SAMPLED_ROWS = 200
_MOST_COLUMNS = 1000


class ListLines:
    """A list and the lists inside it, each two spaces deeper."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._parts: list[int] = []
        self._size = 0
        self._numbers: list[int | None] = []
        self._marker = ""

    def open(self, number: int | None) -> None:
        """Begin a list; `number` is that of its first item, or None for bullets."""
        self._numbers.append(number)

    def item(self, *, marked: bool) -> None:
        """Begin an item. The definitions in a glossary aren't `marked`: they stand under their terms."""
        number = self._numbers[-1]
        self._marker = "" if not marked else "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1

    def close(self) -> bool:
        """End the innermost list, and tell whether it was the outermost."""
        self._numbers.pop()
        return not self._numbers

    def add(self, piece: Piece) -> None:
        for line in piece.text.split("\n"):
            if self._marker and len(self._numbers) == 1:
                self._parts.append(self._size)
            self._lines.append("  " * (len(self._numbers) - 1) + (self._marker or "  ") + line)
            self._marker = ""
            self._size += len(self._lines[-1]) + 1

    def finish(self, into: Collector) -> None:
        if self._lines:
            into.add(Piece("list", "\n".join(self._lines), parts=tuple(self._parts)))


@dataclass(slots=True)
class _Cell:
    names: bool
    columns: int
    rows: int
    texts: list[str] = field(default_factory=list)
    same_as: str = ""  # the neighbour that it is merged with: `above` or `left`


class TableRows:
    """A table's cells. One that spans columns or rows stands in each of them, so every row is complete."""

    def __init__(self) -> None:
        self._rows: list[list[_Cell]] = []
        self._cell: _Cell | None = None
        self._outside: list[str] = []

    def row(self) -> None:
        self._rows.append([])

    def cell(self, *, names: bool, columns: int, rows: int) -> None:
        """Begin a cell; `names` tells whether it names a column or row (`<th>`)."""
        if not self._rows:
            self.row()
        self._cell = _Cell(names, min(max(columns, 1), _WIDEST_SPAN), min(max(rows, 1), _WIDEST_SPAN))
        self._rows[-1].append(self._cell)

    def repeat_above(self) -> None:
        """The cell is merged with the one above it and stands for the same."""
        if self._cell:
            self._cell.same_as = "above"

    def repeat_left(self) -> None:
        """The cell is merged with the one to its left."""
        if self._cell:
            self._cell.same_as = "left"

    def end_cell(self) -> None:
        self._cell = None

    def add(self, piece: Piece) -> None:
        texts = self._cell.texts if self._cell else self._outside
        texts.append(" ".join(piece.text.split()))

    def finish(self, into: Collector) -> None:
        """Give what stands outside the cells (the caption) and the rows, between pipes, with the names first.

        A table of one column is a frame around paragraphs.
        """
        for text in self._outside:
            into.add(Piece("paragraph", text))
        grid = [row for row in self._grid() if any(row)]
        if max(map(len, grid), default=0) <= 1:
            for (text,) in grid:
                into.add(Piece("paragraph", text))
            return
        lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in grid]
        named = sum(
            1 for _ in takewhile(lambda row: all(cell.names for cell in row), filter(None, self._rows))
        )
        if not named and looks_like_names(grid[0], grid[1:_SAMPLED_ROWS]):
            named = 1
        header = "\n".join(lines[:named]) if named < len(lines) else ""
        into.add(Piece("table", "\n".join(lines), header=header))

    def _grid(self) -> list[list[str]]:
        grid: list[list[str]] = []
        above: dict[
            int, tuple[str, int]
        ] = {}  # by column: a text that reaches down here, and for how many rows
        for cells in self._rows:
            row: list[str] = []
            waiting = (
                (_repeated(text) if column else text, cell.rows)
                for cell in cells
                for text in [self._text(cell, row, grid)]
                for column in range(cell.columns)
            )
            below: dict[int, tuple[str, int]] = {}
            while len(row) < _MOST_COLUMNS and (entry := above.get(len(row)) or next(waiting, None)):
                text, rows = entry
                if rows > 1:
                    below[len(row)] = (_repeated(text), rows - 1)
                row.append(text)
            above = below
            grid.append(row)
        return grid

    def _text(self, cell: _Cell, row: list[str], grid: list[list[str]]) -> str:
        """A cell's text, or that of the neighbour that it is merged with; `row` is what stands left of it."""
        if cell.same_as == "left":
            return _repeated(row[-1]) if row else ""
        if cell.same_as == "above":
            above = grid[-1] if grid else []
            return _repeated(above[len(row)]) if len(row) < len(above) else ""
        return " ".join(filter(None, cell.texts))


def _repeated(text: str) -> str:
    return text if len(text) <= _LONGEST_REPEATED else ""
