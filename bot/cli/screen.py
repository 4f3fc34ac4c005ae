"""How the commands look: the two consoles, the colours, tables, and numbers for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import IO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from adapters.console.theme import THEME

PIPE_WIDTH = 160
"""Columns of a table that goes to a file or another program, unless COLUMNS says otherwise."""


def console(stream: IO[str]) -> Console:
    """A console that reads nothing into what it prints, and doesn't squeeze what a program will read."""
    width = None if stream.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH
    return Console(file=stream, theme=THEME, highlight=False, markup=False, emoji=False, width=width)


def consoles() -> tuple[Console, Console]:
    """For results (standard output) and for everything said beside them (standard error)."""
    return console(sys.stdout), console(sys.stderr)


def table(*columns: str | tuple[str, str], title: str = "") -> Table:
    """An airy table without frames. A column is its heading, or its heading and `left` or `right`."""
    grid = Table(box=None, pad_edge=False, header_style="faint", show_edge=False, padding=(0, 2, 0, 0))
    if title:
        grid.title, grid.title_style, grid.title_justify = title, "heading", "left"
    for column in columns:
        heading, side = (column, "left") if isinstance(column, str) else column
        grid.add_column(heading, justify="right" if side == "right" else "left", overflow="fold")
    return grid


def pairs(rows: Sequence[tuple[str, RenderableType]]) -> Padding:
    """Names and values under each other, indented."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="faint", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value if not isinstance(value, str) else Text(value))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def indented(text: str, cells: int = 3) -> Padding:
    """Text moved to the right, its wrapped lines too."""
    return Padding(Text(text), (0, 0, 0, cells), expand=False)


def size(count: float) -> str:
    """Bytes for a person: `4.7 GB`, in units of 1,000 as disks and downloads are sold."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit in ("B", "kB") or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
