"""Hangul documents: HWP 5 and HWPX, by unhwp."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, Piece, one_line
from knowledge.parsing.encoding import normalize
from knowledge.parsing.html_blocks import TableRows
from knowledge.parsing.install import not_installed
from knowledge.parsing.package import Package
from knowledge.types import ParsedDocument

# "HWP Document File", its zeros, four bytes of version, then the flags (HWP 5.0 file format, FileHeader).
_SIGNATURE = b"HWP Document File" + bytes(15)
_PASSWORD, _DISTRIBUTION = 0x02, 0x04
LONGEST_HEADING = 100
"""An outline's paragraph that is longer is text that is numbered."""

_DEEPEST_ITEM = 6
_OWN_BULLET = re.compile(r"^[\ue000-\uf8ff]")  # of a symbol font; it has no meaning outside of it


def read_hwp(data: bytes, stem: str) -> ParsedDocument:
    """Paragraphs with their numbers, outline levels as headings, tables, footnotes and text boxes.

    What Hangul calls the title is the title. The file doesn't know its pages: where they end depends on who
    prints it.

    Raises:
        Unreadable: `distribution` (a document for distribution, whose text is locked away and which shows a
        notice instead), `encrypted`, `malformed`, `empty`, `not_installed`.
    """
    _refuse_locked(data)
    if data.startswith(b"PK"):
        Package(data).refuse_locked()
    try:
        import unhwp
    except (ImportError, OSError) as error:  # OSError: no build for this platform
        raise not_installed("unhwp", error) from error
    try:
        with unhwp.parse_bytes(data) as parsed:
            content = json.loads(parsed.json)
    except unhwp.UnhwpError as error:
        reasons = {
            unhwp.ErrorKind.ENCRYPTED: "encrypted",
            unhwp.ErrorKind.DISTRIBUTION_RESTRICTED: "distribution",
        }
        raise Unreadable(reason=reasons.get(error.kind, "malformed"), detail="HWP") from error
    metadata = content["metadata"]
    if metadata.get("is_distribution"):
        raise Unreadable(reason="distribution", detail="")
    reader = _Reader(skipped=len(content.get("skipped_sections") or ()))
    for section in content["sections"]:
        for element in section["content"]:
            reader.add(element)
    return reader.finish(one_line(metadata.get("title") or "") or stem)


def _refuse_locked(data: bytes) -> None:
    place = data.find(_SIGNATURE)
    if place < 0:
        return
    flags = data[place + len(_SIGNATURE) + 4 :][:4]
    (bits,) = struct.unpack("<I", flags.ljust(4, b"\0"))
    if bits & _PASSWORD:
        raise Unreadable(reason="encrypted", detail="")
    if bits & _DISTRIBUTION:
        raise Unreadable(reason="distribution", detail="")


class _Reader:
    """Adds a document's elements, each run of items as one list."""

    def __init__(self, skipped: int) -> None:
        self._document = DocumentText()
        if skipped:
            self._document.omit("damaged_sections", str(skipped))
        self._items: list[str] = []

    def add(self, element: dict[str, Any]) -> None:
        if (paragraph := element.get("Paragraph")) is not None:
            self._paragraph(paragraph)
            return
        self._end_list()
        if (table := element.get("Table")) is not None:
            _table(self._document, table)
        else:
            self._document.paragraph("".join(_texts(element)))

    def finish(self, title: str) -> ParsedDocument:
        self._end_list()
        return self._document.finished(title)

    def _paragraph(self, paragraph: dict[str, Any]) -> None:
        text = _OWN_BULLET.sub("•", normalize("".join(_texts(paragraph.get("content")))).strip())
        head = paragraph.get("style", {}).get("head") or {}
        kind, level = head.get("kind"), head.get("level", 0)
        if kind in ("Bullet", "Number") and text:
            self._items.append("  " * min(level, _DEEPEST_ITEM) + text)
            return
        self._end_list()
        if kind == "Outline" and len(text) <= LONGEST_HEADING and "\n" not in text:
            self._document.heading(text, level + 1)
        else:
            self._document.paragraph(text)

    def _end_list(self) -> None:
        self._document.items(self._items)
        self._items = []


def _texts(content: Any) -> Iterator[str]:
    """What a person reads of a paragraph's pieces, whatever they are called."""
    if isinstance(content, list):
        for each in content:
            yield from _texts(each)
    elif content == "LineBreak":
        yield "\n"
    elif isinstance(content, dict):
        for name, value in content.items():
            if name in ("text", "script") and isinstance(value, str):
                yield value
            elif name not in ("style", "Image"):
                yield from _texts(value)


def _table(document: DocumentText, table: dict[str, Any]) -> None:
    rows = TableRows()
    for row in table["rows"]:
        rows.row()
        for cell in row["cells"]:
            rows.cell(names=False, columns=cell.get("colspan", 1), rows=cell.get("rowspan", 1))
            for paragraph in cell.get("content", ()):
                rows.add(Piece("paragraph", normalize("".join(_texts(paragraph)))))
            rows.end_cell()
    rows.finish(document)
