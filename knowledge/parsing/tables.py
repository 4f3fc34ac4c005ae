"""CSV and TSV: a table with one row a line, each cell beside its column's name."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice, zip_longest

from knowledge.types import Block, ParsedDocument, Place

Row = list[str]
Span = tuple[int, int]
Numbered = tuple[int, Row]

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
    title, a date) stay as they are; where no row looks like names, a row is its values. Names in a second row
    are said after the one for several columns that they stand under.
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


def named_lines(
    rows: list[Row], above: Row, spans: Mapping[int, Sequence[Span]] | None = None
) -> tuple[list[str], Row]:
    """A table's rows as lines of text like those of `parse_table`, and the names of its columns.

    Args:
        rows: of one-line cells.
        above: the names that are taken where no row of these looks like names.
        spans: by row, the first and the last columns of cells that span several; None where nobody knows.
    """
    named, names = _names(rows[:_SAMPLED_ROWS], spans)
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


def _names(rows: list[Row], spans: Mapping[int, Sequence[Span]] | None = None) -> tuple[int, Row]:
    """The number of the last row that names the columns and the names, or -1 and none."""
    filled = [(number, row) for number, row in enumerate(rows) if any(row)]
    if not filled:
        return -1, []
    width = Counter(len(row) for _, row in filled).most_common(1)[0][0]
    for place, (number, row) in enumerate(filled):
        if sum(map(bool, row)) > 1 or width == 1:
            rest = filled[place + 1 :]
            below = [row for _, row in rest]
            grouped = _spread(row, _gaps(row, below) if spans is None else spans.get(number, ()))
            last, names = _under_groups((number, grouped), rest, spans)
            if last > number:
                return last, names
            return (number, grouped) if looks_like_names(row, below) else (-1, [])
    return -1, []


def _under_groups(
    top: Numbered, rest: list[Numbered], spans: Mapping[int, Sequence[Span]] | None
) -> Numbered:
    """The names of columns below names for several, each after those above it; `top` where there are none.

    Args:
        top: a row of names, the one of several columns standing in each of them.
        rest: the rows below it, those of further names with the cells that reach into them from above.
        spans: as of `named_lines`.
    """
    number, names = top
    for place, (lower, cells) in enumerate(rest):
        shared = Counter(filter(None, names))
        own = [at for at, cell in enumerate(cells) if cell and (at >= len(names) or cell != names[at])]
        in_a_group = any(at < len(names) and shared[names[at]] > 1 for at in own)
        reached = spans is not None and any(
            cell and cell == name for cell, name in zip(cells, names, strict=False)
        )
        if not (in_a_group or reached):
            break
        row = _spread(cells, spans.get(lower, ()) if spans else ())
        below = [each for _, each in rest[place + 1 :]]
        if not _are_names(row, own, below):
            break
        number, names = (
            lower,
            [" ".join(dict.fromkeys(filter(None, pair))) for pair in zip_longest(names, row, fillvalue="")],
        )
    return number, names


def _are_names(row: Row, columns: list[int], below: list[Row]) -> bool:
    """Whether these cells below a group's name are names themselves: short, no figures, none seen below."""
    return bool(below) and all(
        len(row[at]) <= _LONGEST_NAME
        and row[at] not in (values := [each[at] for each in below if at < len(each)])
        and (not _VALUE.fullmatch(row[at]) or _is_year_above(row[at], values))
        for at in columns
    )


def _spread(row: Row, spans: Iterable[Span]) -> Row:
    """A row with the cell that spans several columns in each of them."""
    row = list(row)
    for first, last in spans:
        for column in range(first + 1, last + 1):
            row[column] = row[column] or row[first]
    return row


def _gaps(row: Row, below: list[Row]) -> list[Span]:
    """Where nobody says what is merged: the empty cells after one, over names of columns of figures.

    A first row of values wouldn't have words where the rows below it have figures.
    """
    if len(below) < 2:
        return []
    lower, values = below[0], below[1:]

    def names_figures(at: int) -> bool:
        seen = [each[at] for each in values if at < len(each) and each[at]]
        if at >= len(lower) or not _are_names(lower, [at], values) or not lower[at]:
            return False
        return bool(seen) and 2 * sum(bool(_VALUE.fullmatch(each)) for each in seen) > len(seen)

    found = []
    at = 0
    while at < len(row):
        end = at + 1
        while row[at] and end < len(row) and not row[end] and names_figures(end):
            end += 1
        if end > at + 1 and names_figures(at):
            found.append((at, end - 1))
        at = end
    return found


def _line(row: Row, names: Row) -> str:
    cells = []
    for column, cell in enumerate(row):
        name = names[column] if column < len(names) else ""
        if cell:
            cells.append(f"{name}: {cell}" if name else cell)
    return "; ".join(cells)
