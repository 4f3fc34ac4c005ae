"""Spreadsheets: XLSX, XLSM, XLSB, XLS and ODS, by calamine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.install import not_installed
from knowledge.parsing.sheet_sizes import sheets_too_wide
from knowledge.parsing.tables import Row, named_lines
from knowledge.types import ParsedDocument, Place


def read_sheets(data: bytes, stem: str) -> ParsedDocument:
    """Every sheet that is shown, under its name; each row is a line, its cells beside their columns' names.

    A sheet's tables, parted by blank rows, each have their own names; one without goes on with those above it
    (a blank line inside of a table). Formulas are what they last came to.

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
        rows = ([_shown(value) for value in row] for row in book.get_sheet_by_name(sheet.name).iter_rows())
        _add_sheet(document, one_line(sheet.name), rows)
    if too_wide and not document.blocks:
        raise Unreadable(reason="too_complex", detail=", ".join(sorted(too_wide)))
    return document.finished(stem)


def _add_sheet(document: DocumentText, name: str, rows: Iterator[Row]) -> None:
    document.place = Place(sheet=name)
    is_first = True
    names: Row = []
    for first, table in _tables(rows):
        if is_first:
            document.heading(name, 1)
            is_first = False
        lines, names = named_lines(table, names)
        document.add(Piece("table", "\n".join(lines), rows=(first, first + len(lines) - 1)))


def _tables(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """The runs of rows without a blank one, each with the number of its first row."""
    table: list[Row] = []
    number = 0
    for number, row in enumerate(rows, 1):
        if any(row):
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
