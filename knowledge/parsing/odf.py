"""OpenDocument text and presentations, read from their XML (OASIS OpenDocument 1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.encoding import normalize
from knowledge.parsing.html_blocks import TableRows
from knowledge.parsing.package import Package, attribute, local
from knowledge.types import ParsedDocument, Place

_SIGNS = {"tab": "\t", "line-break": "\n"}
_APART = frozenset(("note", "annotation", "text-box", "tracked-changes", "ruby-text"))
_BOXES = frozenset(("note", "text-box"))
_MOST_SPACES = 100
_WIDEST = 100


def read_odf(data: bytes, stem: str) -> ParsedDocument:
    """Headings, paragraphs, lists, tables, text boxes and notes; a presentation by its slides.

    Raises:
        Unreadable: `malformed`, `encrypted`, `too_complex`, `empty`.
    """
    package = Package(data)
    package.refuse_locked()
    reader = _Reader()
    for body in package.xml("content.xml"):
        if local(body) == "body":
            reader.read(body)
    return reader.document.finished(_title(package) or stem)


def _title(package: Package) -> str:
    meta = package.xml_if_there("meta.xml")
    titles = (each.text or "" for each in ([] if meta is None else meta.iter()) if local(each) == "title")
    return one_line(next(titles, ""))


class _Reader:
    def __init__(self) -> None:
        self.document = DocumentText()
        self._slides = 0

    def read(self, parent: ET.Element) -> None:
        """What a body, a section, a box or a page holds."""
        for child in parent:
            name = local(child)
            if name == "h":
                level = attribute(child, "outline-level")
                self.document.heading(_text(child), int(level) if level.isdigit() else 1)
                self._boxes(child)
            elif name == "p":
                self.document.paragraph(_text(child))
                self._boxes(child)
            elif name == "list":
                self.document.items(_items(child, 0))
                self._boxes(child)
            elif name == "table":
                self._table(child)
            elif name == "page":
                self._slide(child)
            elif name not in ("tracked-changes", "sequence-decls", "forms"):
                self.read(child)

    def _slide(self, page: ET.Element) -> None:
        """A slide under its title, or its first line."""
        self._slides += 1
        self.document.place = Place(slide=self._slides)
        frames = [each for each in page if local(each) in ("frame", "custom-shape", "g", "notes")]
        title = next((each for each in frames if attribute(each, "class") == "title"), None)
        if title is None:
            texts = (one_line(_text(each)) for each in page.iter() if local(each) == "p")
            self.document.heading(next(filter(None, texts), ""), 1)
        else:
            self.document.heading(" ".join(_text(each) for each in title.iter() if local(each) == "p"), 1)
        for frame in frames:
            if frame is not title:
                self.read(frame)

    def _boxes(self, paragraph: ET.Element) -> None:
        for each in paragraph.iter():
            if local(each) in _BOXES:
                self.read(each)

    def _table(self, table: ET.Element) -> None:
        rows = TableRows()
        for row in (each for each in table.iter() if local(each) == "table-row"):
            rows.row()
            for cell in row:
                if local(cell) == "table-cell":
                    columns, down = (_count(cell, f"number-{kind}-spanned") for kind in ("columns", "rows"))
                    for _ in range(_count(cell, "number-columns-repeated")):
                        rows.cell(names=False, columns=columns, rows=down)
                        for paragraph in (each for each in cell.iter() if local(each) == "p"):
                            rows.add(Piece("paragraph", one_line(_text(paragraph))))
                        rows.end_cell()
        rows.finish(self.document)


def _count(cell: ET.Element, name: str) -> int:
    value = attribute(cell, name)
    return min(int(value), _WIDEST) if value.isdigit() and len(value) < 8 else 1


def _text(element: ET.Element) -> str:
    return normalize("".join(_texts(element))).strip()


def _texts(element: ET.Element) -> Iterator[str]:
    """An element's own characters, without those of notes and boxes."""
    yield element.text or ""
    for child in element:
        name = local(child)
        if name == "s":
            count = attribute(child, "c")
            yield " " * (min(int(count), _MOST_SPACES) if count.isdigit() and len(count) < 8 else 1)
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name not in _APART:
            yield from _texts(child)
        yield child.tail or ""


def _items(list_: ET.Element, depth: int) -> Iterator[str]:
    for item in list_:
        marker = "- "
        for child in item:
            if local(child) == "list":
                yield from _items(child, depth + 1)
            elif text := _text(child):
                yield "  " * min(depth, 6) + marker + " ".join(text.split("\n"))
                marker = "  "
