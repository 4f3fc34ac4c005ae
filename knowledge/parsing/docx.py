"""DOCX: Word's documents, read from their XML (ECMA-376, WordprocessingML)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.docx_numbers import Numbering, Styles
from knowledge.parsing.encoding import normalize
from knowledge.parsing.html_blocks import TableRows
from knowledge.parsing.package import Package, attribute, local
from knowledge.types import ParsedDocument

# What stands for a character in a run.
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# What isn't shown, or stands on every page.
_SKIPPED = frozenset(("del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr"))


def read_docx(data: bytes, stem: str) -> ParsedDocument:
    """Headings by their outline level, numbered and plain paragraphs, tables, text boxes, notes.

    Deleted text of tracked changes is left out. A footnote stands behind the paragraph that refers to it.
    The title is the paragraph in the style Title, else the document's property. Pages are those at which
    Word last broke the text, in files that say so.

    Raises:
        Unreadable: `malformed`, `encrypted`, `too_complex`, `empty`.
    """
    package = Package(data)
    main = next(iter(package.names(r"(?i)word/document\d?\.xml")), "word/document.xml")
    root = package.xml(main)
    reader = _Reader(package, has_pages=any(local(each) == "lastRenderedPageBreak" for each in root.iter()))
    for body in root:
        reader.read(body)
    return reader.finish(core_title(package) or stem)


def core_title(package: Package) -> str:
    """The title among an Office file's properties; empty where there is none."""
    properties = package.xml_if_there("docProps/core.xml")
    titles = (
        each.text or "" for each in (() if properties is None else properties) if local(each) == "title"
    )
    return one_line(next(titles, ""))


class _Reader:
    def __init__(self, package: Package, *, has_pages: bool) -> None:
        self._document = DocumentText()
        self._document.page = 1 if has_pages else None
        self._styles = Styles(package.xml_if_there("word/styles.xml"))
        self._numbering = Numbering(package.xml_if_there("word/numbering.xml"))
        self._notes = {
            **_notes(package.xml_if_there("word/footnotes.xml"), "footnoteReference"),
            **_notes(package.xml_if_there("word/endnotes.xml"), "endnoteReference"),
        }
        self._title = ""
        self._items: list[str] = []

    def finish(self, title: str) -> ParsedDocument:
        self._end_list()
        return self._document.finished(self._title or title)

    def read(self, parent: ET.Element) -> None:
        """The paragraphs and tables of a body, a content control, a text box."""
        for child in parent:
            name = local(child)
            if name == "p":
                self._paragraph(child)
            elif name == "tbl":
                self._end_list()
                self._table(child)
            elif name not in _SKIPPED:
                self.read(child)

    def _paragraph(self, paragraph: ET.Element) -> None:
        if self._document.page is not None and _begins_page(paragraph):
            self._end_list()
            self._document.page += 1
        text = normalize("".join(_texts(paragraph))).strip()
        style = self._styles.of(paragraph)
        marker, depth = self._numbering.marker(style) if text else ("", 0)
        if marker and not style.level:
            self._items.append("  " * depth + f"{marker} {text}")
        elif text:
            self._end_list()
            if style.is_title and not self._title:
                self._title = one_line(text)
            if style.level and "\n" not in text:
                self._document.heading(f"{marker} {text}".strip(), style.level)
            else:
                self._document.paragraph(text)
        self._after(paragraph, begins_page=_begins_page(paragraph))

    def _after(self, parent: ET.Element, *, begins_page: bool = False) -> None:
        """What a paragraph or table carries: boxes, notes, and the pages' ends.

        `begins_page`: the first of these was before its text.
        """
        for element in _shown(parent):
            name = local(element)
            if name == "txbxContent":
                self._end_list()
                self.read(element)
            elif name in ("footnoteReference", "endnoteReference"):
                self._end_list()
                self._document.paragraph(self._notes.get((name, attribute(element, "id")), ""))
            elif name == "lastRenderedPageBreak" and self._document.page is not None:
                if begins_page:
                    begins_page = False
                    continue
                self._end_list()
                self._document.page += 1

    def _end_list(self) -> None:
        self._document.items(self._items)
        self._items = []

    def _table(self, table: ET.Element) -> None:
        rows = TableRows()
        for row in _children(table, "tr"):
            rows.row()
            for cell in _children(row, "tc"):
                properties = next((each for each in cell if local(each) == "tcPr"), None)
                columns, goes_on = 1, False
                for each in () if properties is None else properties:
                    if local(each) == "gridSpan" and attribute(each, "val").isdigit():
                        columns = int(attribute(each, "val")[:4])
                    goes_on = goes_on or (local(each) == "vMerge" and attribute(each, "val") != "restart")
                rows.cell(names=False, columns=columns, rows=1)
                if goes_on:
                    rows.repeat_above()
                for paragraph in (each for each in _shown(cell) if local(each) == "p"):
                    rows.add(Piece("paragraph", normalize("".join(_texts(paragraph)))))
                rows.end_cell()
        rows.finish(self._document)
        self._after(table)


def _begins_page(paragraph: ET.Element) -> bool:
    """Whether Word began a page before any of the paragraph's text."""
    for element in _shown(paragraph):
        if local(element) == "lastRenderedPageBreak":
            return True
        if local(element) in ("t", "txbxContent"):
            return False
    return False


def _children(parent: ET.Element, name: str) -> Iterator[ET.Element]:
    """The rows of a table or cells of a row, also inside of content controls."""
    for child in parent:
        found = local(child)
        if found == name:
            yield child
        elif found in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _children(child, name)


def _shown(element: ET.Element) -> Iterator[ET.Element]:
    """What is inside of an element and shown; the content of a text box is given as one."""
    for child in element:
        name = local(child)
        if name in _SKIPPED:
            continue
        yield child
        if name != "txbxContent":
            yield from _shown(child)


def _texts(paragraph: ET.Element) -> Iterator[str]:
    """A paragraph's own characters, without those of the boxes that it anchors."""
    for element in _shown(paragraph):
        name = local(element)
        if name == "t":
            yield element.text or ""
        elif name == "sym":
            yield "•"
        elif name in _SIGNS and attribute(element, "type") != "page":
            yield _SIGNS[name]


def _notes(root: ET.Element | None, reference: str) -> dict[tuple[str, str], str]:
    """The notes' texts by what refers to them."""
    found: dict[tuple[str, str], str] = {}
    for note in () if root is None else root:
        if not attribute(note, "type"):  # those with a type are separators
            paragraphs = ("".join(_texts(each)).strip() for each in note.iter() if local(each) == "p")
            found[reference, attribute(note, "id")] = "\n".join(filter(None, paragraphs))
    return found
