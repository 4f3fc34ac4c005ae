"""HWPML: a Hangul document as one XML file (Hancom's HWPML 2.x format)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.encoding import normalize
from knowledge.parsing.html_blocks import TableRows
from knowledge.parsing.hwp import LONGEST_HEADING
from knowledge.parsing.package import parse_xml
from knowledge.types import ParsedDocument

# What stands for a character inside of a CHAR element.
_SIGNS = {"LINEBREAK": "\n", "TAB": "\t", "NBSPACE": " ", "FWSPACE": " ", "HYPHEN": "-"}
_PAGE_FURNITURE = frozenset(("HEADER", "FOOTER"))


def read_hwpml(data: bytes, stem: str) -> ParsedDocument:
    """Paragraphs, outline levels as headings, tables, and what stands in notes and boxes by their paragraph.

    Raises:
        Unreadable: `malformed`, `empty`.
    """
    root = parse_xml(data)
    levels = {
        shape.get("Id", ""): int(shape.get("Level", "0")) + 1
        for shape in root.iter("PARASHAPE")
        if shape.get("HeadingType") == "Outline" and shape.get("Level", "0").isdigit()
    }
    document = DocumentText()
    for section in root.iter("SECTION"):
        for paragraph in section.findall("P"):
            _paragraph(document, paragraph, levels)
    return document.finished(one_line(root.findtext(".//DOCSUMMARY/TITLE") or "") or stem)


def _paragraph(document: DocumentText, paragraph: ET.Element, levels: dict[str, int]) -> None:
    text = normalize(_text(paragraph)).strip()
    level = levels.get(paragraph.get("ParaShape", ""))
    if level and len(text) <= LONGEST_HEADING and "\n" not in text:
        document.heading(text, level)
    else:
        document.paragraph(text)
    for inner in _inner(paragraph):
        if inner.tag == "TABLE":
            _table(document, inner)
        else:
            _paragraph(document, inner, levels)


def _text(paragraph: ET.Element) -> str:
    """A paragraph's own characters, without those of what it anchors."""
    found: list[str] = []
    for char in paragraph.findall("TEXT/CHAR"):
        found.append(char.text or "")
        for sign in char:
            found.append(_SIGNS.get(sign.tag, ""))
            found.append(sign.tail or "")
    return "".join(found)


def _inner(element: ET.Element) -> list[ET.Element]:
    """The tables, and the paragraphs of notes and boxes, that a paragraph anchors."""
    found: list[ET.Element] = []
    for child in element:
        if child.tag == "TABLE" or (child.tag == "P" and element.tag == "PARALIST"):
            found.append(child)
        elif child.tag not in _PAGE_FURNITURE:
            found += _inner(child)
    return found


def _table(document: DocumentText, table: ET.Element) -> None:
    rows = TableRows()
    for row in table.findall("ROW"):
        rows.row()
        for cell in row.findall("CELL"):
            rows.cell(names=False, columns=_count(cell, "ColSpan"), rows=_count(cell, "RowSpan"))
            for paragraph in cell.iter("P"):
                rows.add(Piece("paragraph", normalize(_text(paragraph))))
            rows.end_cell()
    rows.finish(document)


def _count(cell: ET.Element, name: str) -> int:
    value = cell.get(name, "1")
    return int(value) if value.isdigit() and len(value) < 6 else 1
