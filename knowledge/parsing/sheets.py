"""Spreadsheets: XLSX, XLSM, XLSB, XLS and ODS, by calamine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.install import not_installed
from knowledge.parsing.merged import SheetRow, with_merged
from knowledge.parsing.sheet_sizes import sheets_too_wide
from knowledge.parsing.tables import Row, named_lines
from knowledge.types import ParsedDocument, Place


def read_sheets(data: bytes, stem: str) -> ParsedDocument:
    """Every sheet that is shown, under its name; each row is a line, its cells beside their columns' names.

    A sheet's tables, parted by blank rows, each have their own names; one without goes on with those above it
    (a blank line inside of a table). What is merged is said for each of its rows, and names of columns that
    stand under one for several are said with it. Formulas are what they last came to.

    Raises:
        Unreadable: `encrypted`, `malformed`, `empty`, `not_installed`, `too_complex` (all sheets that are
        shown are too wide).
    """
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise not_installed("python-calamine", error) from error
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise Unreadable(reason="encrypted", detail="") from error
    except calamine.CalamineError as error:
        raise Unreadable(reason="malformed", detail="") from error
    document = DocumentText()
    too_wide = sheets_too_wide(data) if data.startswith(b"PK") else frozenset()
    for sheet in book.sheets_metadata:
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            document.omit("hidden_sheets", sheet.name)
            continue
        if sheet.name in too_wide:
            document.omit("wide_sheets", sheet.name)
            continue
        cells = book.get_sheet_by_name(sheet.name)
        rows = ([_shown(value) for value in row] for row in cells.iter_rows())
        ranges = cells.merged_cell_ranges or []  # of ODS and XLSB it is not known
        _add_sheet(document, one_line(sheet.name), with_merged(rows, ranges), is_merged=bool(ranges))
    if too_wide and not document.blocks:
        raise Unreadable(reason="too_complex", detail=", ".join(sorted(too_wide)))
    return document.finished(stem)


def _add_sheet(document: DocumentText, name: str, rows: Iterator[SheetRow], *, is_merged: bool) -> None:
    document.place = Place(sheet=name)
    is_first = True
    names: Row = []
    for first, table in _tables(rows):
        if is_first:
            document.heading(name, 1)
            is_first = False
        spans = {number: row.spans for number, row in enumerate(table) if row.spans}
        lines, names = named_lines([row.cells for row in table], names, spans if is_merged else None)
        document.add(Piece("table", "\n".join(lines), rows=(first, first + len(lines) - 1)))


def _tables(rows: Iterator[SheetRow]) -> Iterator[tuple[int, list[SheetRow]]]:
    """The runs of rows without a blank one, each with the number of its first row."""
    table: list[SheetRow] = []
    number = 0
    for number, row in enumerate(rows, 1):
        if any(row.cells) or (table and row.is_covered):
            table.append(row)
        elif table:
            yield number - len(table), table
            table = []
    if table:
        yield number + 1 - len(table), table


def _shown(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates without midnight."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 10))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return one_line(str(value))
