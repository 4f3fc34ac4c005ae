"""Jupyter notebooks: their text and code, cell by cell (nbformat 3 and 4)."""

from __future__ import annotations

import json
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, Piece
from knowledge.parsing.encoding import decode, normalize
from knowledge.parsing.markdown import parse_markdown
from knowledge.types import ParsedDocument

_LONGEST_OUTPUT = 2000  # characters: a longer one is a log or a table of data


def read_notebook(data: bytes, stem: str) -> ParsedDocument:
    """Markdown cells with their structure, code cells as code, and what they printed if that is short.

    Raises:
        Unreadable: `malformed`, `empty`.
    """
    try:
        content = json.loads(decode(data))
    except ValueError as error:
        raise Unreadable(reason="malformed", detail="JSON") from error
    document, title = DocumentText(), ""
    for cell in _cells(content):
        source = normalize(_joined(cell.get("source", cell.get("input"))))
        if cell.get("cell_type") == "markdown" and source.strip():
            inner = parse_markdown(source, "")
            title = title or inner.title
            document.document(inner)
        elif cell.get("cell_type") == "code":
            document.add(Piece("code", source.strip("\n").rstrip()))
            for output in _dictionaries(cell.get("outputs")):
                _add_output(document, output)
        else:
            document.paragraph(source)
    return document.finished(title or stem)


def _cells(content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, dict):
        raise Unreadable(reason="malformed", detail="JSON")
    sheets = _dictionaries(content.get("worksheets"))  # before nbformat 4
    return _dictionaries(content.get("cells")) + [
        each for sheet in sheets for each in _dictionaries(sheet.get("cells"))
    ]


def _dictionaries(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _joined(value: Any) -> str:
    """A text, which stands in the file whole or by lines."""
    if isinstance(value, list):
        return "".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _add_output(document: DocumentText, output: dict[str, Any]) -> None:
    data = output.get("data")
    text = _joined(output.get("text")) or _joined(data.get("text/plain") if isinstance(data, dict) else None)
    if len(text) <= _LONGEST_OUTPUT:
        document.add(Piece("code", normalize(text).strip("\n").rstrip()))
