"""Markdown tables for platforms that have none: cells in columns, as wide as they look in a fixed font."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len

_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")


def aligned(lines: Sequence[str], clean: Callable[[str], str]) -> Iterator[str]:
    """The rows of a table's lines, without its rule, in columns; `clean` is done to each cell."""
    rows = [
        [clean(cell.strip()) for cell in line.strip("|").split("|")]
        for line in lines
        if not _RULE.fullmatch(line)
    ]
    columns = max(map(len, rows), default=0)
    widths = [max((cell_len(row[at]) for row in rows if at < len(row)), default=0) for at in range(columns)]
    for row in rows:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join(padded).rstrip()
