"""How far a workbook's sheets reach: one stray cell in the last row and column makes a sheet of billions."""

from __future__ import annotations

import re

from knowledge.errors import Unreadable
from knowledge.parsing.package import Package, attribute, local, relation_id, relations

_MOST_CELLS = (
    10_000_000  # calamine lays out every cell between the first and the last, with 24 bytes and more
)
_WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>")
_REACH = re.compile(rb"[\"'](?:[A-Z]{1,3}\d+:)?([A-Z]{1,3})(\d{1,7})[\"']")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^<>]*>")
_BEGINNING = 4096


def sheets_too_wide(data: bytes) -> frozenset[str]:
    """The names of an XLSX file's sheets between whose first and last cell there are too many to lay out.

    A sheet says how far it reaches, but some programs say the farthest in any case; so where it says far, its
    cells are looked at. A file that can't be followed has none, and is left to its reader.
    """
    try:
        package = Package(data)
        targets = relations(package, _WORKBOOK)
        workbook = package.xml_if_there(_WORKBOOK)
        found = set()
        for sheet in () if workbook is None else workbook.iter():
            if local(sheet) != "sheet":
                continue
            _, part = targets.get(relation_id(sheet), ("", ""))
            if part in package and _is_too_wide(package.read(part)):
                found.add(attribute(sheet, "name"))
    except Unreadable:
        return frozenset()
    return frozenset(found)


def _is_too_wide(sheet: bytes) -> bool:
    dimension = _DIMENSION.search(sheet, 0, _BEGINNING)
    said = _REACH.search(dimension[0]) if dimension else None
    if said is not None and _column(said[1]) * int(said[2]) <= _MOST_CELLS:
        return False
    rows, columns = [], []
    for cell in _CELL.finditer(sheet):
        columns.append(_column(cell[1]))
        rows.append(int(cell[2]))
    if not rows:
        return False
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) > _MOST_CELLS


def _column(letters: bytes) -> int:
    """`A` is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
