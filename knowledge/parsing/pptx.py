"""PPTX: PowerPoint's slides, read from their XML (ECMA-376, PresentationML)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.docx import core_title
from knowledge.parsing.encoding import normalize
from knowledge.parsing.html_blocks import TableRows
from knowledge.parsing.package import Package, attribute, local, relation_id, relations
from knowledge.types import ParsedDocument, Place

_TITLES = frozenset(("title", "ctrTitle"))
_FURNITURE = frozenset(("sldNum", "dt", "ftr", "hdr", "sldImg"))
_DEEPEST_ITEM = 6


def read_pptx(data: bytes, stem: str) -> ParsedDocument:
    """Each slide under its title (or its first line), with lists, tables, diagrams and the speaker's notes.

    The document's title is that of its properties, else of the first slide.

    Raises:
        Unreadable: `malformed`, `encrypted`, `too_complex`, `empty`.
    """
    package = Package(data)
    document = DocumentText()
    for number, name in enumerate(_slides(package), 1):
        document.place = Place(slide=number)
        _Slide(package, name).add_to(document)
    first = document.blocks[0] if document.blocks else None
    title = core_title(package)
    if not title or title.lower() == "powerpoint presentation":
        title = document.text_of(first) if first and first.kind == "heading" else ""
    return document.finished(title or stem)


def _slides(package: Package) -> list[str]:
    """The slides' names in the order in which they are shown."""
    main = "ppt/presentation.xml"
    targets = relations(package, main)
    ids = [each for each in package.xml(main).iter() if local(each) == "sldId"]
    named = (targets.get(relation_id(each), ("", ""))[1] for each in ids)
    return [name for name in named if name in package]


class _Slide:
    def __init__(self, package: Package, name: str) -> None:
        self._package = package
        self._targets = relations(package, name)
        self._root = package.xml(name)
        self.title = ""
        self._content: list[Piece | list[str]] = []

    def add_to(self, document: DocumentText) -> None:
        for shape in _shapes(self._root):
            self._shape(shape)
        for kind, part in self._targets.values():
            if kind == "diagramData":
                self._diagram(part)
        notes = [part for kind, part in self._targets.values() if kind == "notesSlide"]
        document.heading(self.title or self._first_line(), 1)
        for each in self._content:
            if isinstance(each, Piece):
                document.add(each)
            elif len(each) > 1:
                document.items(each)
            else:
                document.paragraph("".join(each))
        for part in notes:
            for shape in _shapes(self._package.xml(part) if part in self._package else ET.Element("none")):
                if _placeholder(shape) == "body":
                    document.paragraph("\n".join(_lines(shape)))

    def _first_line(self) -> str:
        """Takes it out of the content."""
        for each in self._content:
            if isinstance(each, list):
                return each.pop(0)
        return ""

    def _shape(self, shape: ET.Element) -> None:
        if (table := next((each for each in shape.iter() if local(each) == "tbl"), None)) is not None:
            self._table(table)
            return
        kind, lines = _placeholder(shape), _lines(shape)
        if kind in _FURNITURE or not lines:
            return
        if kind in _TITLES and not self.title:
            self.title = one_line(" ".join(lines))
        else:
            self._content.append(lines)

    def _diagram(self, part: str) -> None:
        root = self._package.xml_if_there(part)
        points = [each for each in ([] if root is None else root.iter()) if local(each) == "pt"]
        if lines := [line for point in points for line in _lines(point)]:
            self._content.append(lines)

    def _table(self, table: ET.Element) -> None:
        rows = TableRows()
        for row in (each for each in table if local(each) == "tr"):
            rows.row()
            for cell in (each for each in row if local(each) == "tc"):
                rows.cell(names=False, columns=1, rows=1)
                if attribute(cell, "vMerge") == "1":
                    rows.repeat_above()
                elif attribute(cell, "hMerge") == "1":
                    rows.repeat_left()
                rows.add(Piece("paragraph", one_line(" ".join(_lines(cell)))))
                rows.end_cell()
        collected = DocumentText()
        rows.finish(collected)
        for block in collected.blocks:
            self._content.append(Piece(block.kind, collected.text_of(block), header=block.header))


def _shapes(root: ET.Element) -> Iterator[ET.Element]:
    """The shapes and tables of a slide, also those in groups, in the order in which they lie."""
    for child in root:
        name = local(child)
        if name in ("sp", "graphicFrame"):
            yield child
        elif name in ("cSld", "spTree", "grpSp", "AlternateContent", "Choice"):
            yield from _shapes(child)


def _placeholder(shape: ET.Element) -> str:
    found = next((each for each in shape.iter() if local(each) == "ph"), None)
    return "" if found is None else attribute(found, "type") or "body"


def _lines(shape: ET.Element) -> list[str]:
    """A shape's paragraphs, those further in by their level."""
    found: list[str] = []
    for paragraph in (each for each in shape.iter() if local(each) == "p"):
        text = normalize("".join(_texts(paragraph))).strip()
        properties = next((each for each in paragraph if local(each) == "pPr"), None)
        level = "" if properties is None else attribute(properties, "lvl")
        if text:
            depth = min(int(level), _DEEPEST_ITEM) if level.isdigit() else 0
            found.append("  " * depth + " ".join(text.split("\n")))
    return found


def _texts(paragraph: ET.Element) -> Iterator[str]:
    for each in paragraph.iter():
        name = local(each)
        if name == "t":
            yield each.text or ""
        elif name == "br":
            yield "\n"
