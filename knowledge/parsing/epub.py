"""EPUB: a book's chapters, each a page of HTML, in the order of its spine."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, one_line
from knowledge.parsing.html import parse_html
from knowledge.parsing.package import Package, attribute, local
from knowledge.types import ParsedDocument


def read_epub(data: bytes, stem: str) -> ParsedDocument:
    """The chapters' texts, without those that hold only pictures; the title is the book's.

    Raises:
        Unreadable: `malformed`, `encrypted` (the chapters are locked), `too_complex`, `empty`.
    """
    package = Package(data)
    container = package.xml("META-INF/container.xml")
    main = next((attribute(each, "full-path") for each in container.iter() if local(each) == "rootfile"), "")
    book = package.xml(main)
    document = DocumentText()
    for name in _spine(book, posixpath.dirname(main)):
        if name not in package:
            continue
        try:
            document.document(parse_html(package.read(name), ""))
        except Unreadable as error:
            if error.parameters["reason"] != "empty":
                raise _locked(package, error) from error
    titles = (each.text or "" for each in book.iter() if local(each) == "title")
    return document.finished(one_line(next(titles, "")) or stem)


def _spine(book: ET.Element, folder: str) -> list[str]:
    items = {
        attribute(each, "id"): posixpath.normpath(posixpath.join(folder, unquote(attribute(each, "href"))))
        for each in book.iter()
        if local(each) == "item"
    }
    references = (attribute(each, "idref") for each in book.iter() if local(each) == "itemref")
    return [items[reference] for reference in references if reference in items]


def _locked(package: Package, error: Unreadable) -> Unreadable:
    """A chapter that is no text in a book that says that it is encrypted."""
    return Unreadable(reason="encrypted", detail="EPUB") if "META-INF/encryption.xml" in package else error
