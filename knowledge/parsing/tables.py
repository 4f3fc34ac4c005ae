"""CSV and TSV: a table with one row a line, each cell beside its column's name."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

from knowledge.types import Block, ParsedDocument, Place

Row = list[str]

_SAMPLE = 64 * 1024
_SAMPLED_ROWS = 200
_DELIMITERS = (",", "\t", ";", "|")
# Excel's own first line, which names the delimiter.
_SEP = re.compile(r'"?sep=([,;|:\t])"?$', re.MULTILINE)
_VALUE = re.compile(r"[-+(]?[₩$€£¥]?\s*[\d.,:/%-]*\d[\d.,:/%\s-]*\)?|https?://\S+|\S+@\S+\.\S+")
_YEAR = re.compile(r"(?:19|20)\d\d년?")
_LONGEST_NAME = 60
# A last line that no text has: whoever finds it inside a cell has read past a quote that isn't closed.
_END = "\x1e"


def parse_table(text: str, stem: str, delimiter: str | None = None) -> ParsedDocument:
    """Each row of the file is one line of the text: `column: value; column: value`, without the empty cells.

    So each row says on its own what its values mean, wherever the table is divided, and the table knows its
    rows, also as a file inside of another. Line breaks inside a cell become spaces. Rows before the names (a
    title, a date) stay as they are; where no row looks like names, a row is its values.
    """
    if sep := _SEP.match(text):
        delimiter = sep[1]
    delimiter = delimiter or _delimiter(text)
    try:
        lines = _lines(text, delimiter, quotes=True)
    except (
        csv.Error
    ):  # a quote that is never closed, or a cell of more than csv.field_size_limit() characters
        lines = _lines(text, delimiter, quotes=False)
    whole = "\n".join(lines)
    start = len(whole) - len(whole.lstrip())
    end = len(whole.rstrip())
    if start >= end:
        return ParsedDocument(stem, whole, ())
    rows = 1 + whole.count("\n", 0, start), 1 + whole.count("\n", 0, end)
    block = Block("table", start, end, place=Place(rows=rows))
    return ParsedDocument(stem, whole, (block,), first_line=None)


def _lines(text: str, delimiter: str, *, quotes: bool) -> list[str]:
    named, names = _names(list(islice(_rows(text, delimiter, quotes=quotes), _SAMPLED_ROWS)))
    rows = enumerate(_rows(text, delimiter, quotes=quotes))
    return [_line(row, names if number > named else []) for number, row in rows]


def named_lines(rows: list[Row], above: Row) -> tuple[list[str], Row]:
    """A table's rows as lines of text like those of `parse_table`, and the names of its columns.

    Args:
        rows: of one-line cells.
        above: the names that are taken where no row of these looks like names.
    """
    named, names = _names(rows[:_SAMPLED_ROWS])
    if named < 0:
        names = above
    return [_line(row, names if number > named else []) for number, row in enumerate(rows)], names


def looks_like_names(cells: Row, below: list[Row]) -> bool:
    """Whether a table's first row names its columns: short, different, no figures, none seen below."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or len(set(filled)) < len(filled) or not below:
        return False
    if any(len(cell) > _LONGEST_NAME for cell in filled):
        return False
    columns = [[row[column] for row in below if column < len(row)] for column in range(len(cells))]
    return not any(
        cell in values or (_VALUE.fullmatch(cell) and not _is_year_above(cell, values))
        for cell, values in zip(cells, columns, strict=True)
        if cell
    )


def _is_year_above(cell: str, values: Row) -> bool:
    """Whether a year names its column, and isn't the first of many."""
    return bool(_YEAR.fullmatch(cell)) and not any(map(_YEAR.fullmatch, values))


def _delimiter(text: str) -> str:
    """The one that divides most rows of the sample into the same number of cells, more than one."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        rows: list[Row] = []
        with suppress(csv.Error):  # the sample's end may be inside a cell
            rows.extend(islice(filter(None, _rows(sample, delimiter, quotes=True)), _SAMPLED_ROWS))
        if not rows:
            continue
        cells, count = Counter(map(len, rows)).most_common(1)[0]
        score = (count / len(rows), cells)
        if cells > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(text: str, delimiter: str, *, quotes: bool) -> Iterator[Row]:
    """The cells, stripped and on one line each; without `quotes` these are letters.

    Raises:
        csv.Error: a quote isn't closed, or a cell is larger than the csv module allows.
    """
    lines = (match[0] for match in re.finditer(r"[^\n]*\n|[^\n]+", text))
    if not quotes:
        yield from (_folded(line.split(delimiter)) for line in lines)
        return
    for row in csv.reader(chain(lines, [_END]), delimiter=delimiter, skipinitialspace=True):
        if row and row[-1].endswith(_END):
            if row != [_END]:
                raise csv.Error(delimiter)
            return
        yield _folded(row)


def _folded(row: Row) -> Row:
    return [" ".join(cell.split()) for cell in row]


def _names(rows: list[Row]) -> tuple[int, Row]:
    """The number of the row that names the columns and the names, or -1 and none."""
    filled = [(number, row) for number, row in enumerate(rows) if any(row)]
    if not filled:
        return -1, []
    width = Counter(len(row) for _, row in filled).most_common(1)[0][0]
    for place, (number, row) in enumerate(filled):
        if sum(map(bool, row)) > 1 or width == 1:
            below = [row for _, row in filled[place + 1 :]]
            return (number, row) if looks_like_names(row, below) else (-1, [])
    return -1, []


def _line(row: Row, names: Row) -> str:
    cells = []
    for column, cell in enumerate(row):
        name = names[column] if column < len(names) else ""
        if cell:
            cells.append(f"{name}: {cell}" if name else cell)
    return "; ".join(cells)
