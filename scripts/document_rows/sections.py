"""Files of sections: headings, paragraphs and a table, in the formats that are little more than that."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from scripts.document_rows.content import PARAGRAPHS, Content, Spot, Words


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    paragraphs: list[str]


class _Chapters:
    """Three sections, and a table under the last."""

    def __init__(self, content: Content, *, table: bool = True, titles: bool = True) -> None:
        self.sections: list[_Section] = []
        title = ""
        for _ in range(3):
            title = content.title() if titles else ""
            self.sections.append(
                _Section(title, [content.paragraph(Spot(section=title)) for _ in range(PARAGRAPHS)])
            )
        self.table = content.table(Spot(section=title)) if table else []

    def written(self, title: str, paragraph: str, table: str = "") -> str:
        """All of it, by patterns for a title and a paragraph, with the finished table at its end."""
        return (
            "".join(
                title.format(section.title) + "".join(paragraph.format(text) for text in section.paragraphs)
                for section in self.sections
            )
            + table
        )

    @cached_property
    def paragraphs(self) -> list[str]:
        """The titles too, where there is no more structure."""
        return [text for each in self.sections for text in (each.title, *each.paragraphs) if text]


def _hwp(_: Words, content: Content, made: Any) -> bytes:
    data: bytes = made.hwp(_Chapters(content, table=False, titles=False).paragraphs)
    return data


def _hwpx(_: Words, content: Content, made: Any) -> bytes:
    chapters = _Chapters(content, titles=False)
    data: bytes = made.hwpx(chapters.paragraphs, table=chapters.table)
    return data


def _hml(_: Words, content: Content, made: Any) -> bytes:
    chapters = _Chapters(content, titles=False)
    data: bytes = made.hwpml(chapters.paragraphs, table=chapters.table)
    return data


def _rtf(_: Words, content: Content, __: Any) -> bytes:
    """Half of it in a Korean code page, half in Unicode."""
    chapters = _Chapters(content, titles=False)

    def shown(text: str, *, unicode: bool) -> str:
        if unicode:
            return "".join(c if c.isascii() else f"\\u{(ord(c) + 32768) % 65536 - 32768}?" for c in text)
        return "".join(chr(b) if b < 128 else f"\\'{b:02x}" for b in text.encode("cp949"))

    paragraphs = [
        f"{shown(text, unicode=bool(number % 2))}\\par\n" for number, text in enumerate(chapters.paragraphs)
    ]
    rows = [
        "\\trowd\\cellx2000\\cellx4000\\cellx6000 "
        + "".join(f"\\intbl {shown(cell, unicode=False)}\\cell " for cell in row)
        + "\\row\n"
        for row in chapters.table
    ]
    head = r"{\rtf1\ansi\ansicpg949\deff0{\fonttbl{\f0\fnil\fcharset129 Batang;}}" + "\n"
    return (head + "".join(paragraphs) + "".join(rows) + "}").encode("ascii")


def _html(_: Words, content: Content, __: Any) -> bytes:
    chapters = _Chapters(content)
    table = "<table>" + "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in chapters.table
    )
    body = chapters.written("<h2>{}</h2>\n", "<p>{}</p>\n", table + "</table>")
    around = "<nav><a href=/>홈</a> <a href=/all>All pages</a></nav>"
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>t</title></head><body>{around}"
        f"<main>{body}</main><footer>© footer</footer></body></html>"
    ).encode()


def _markdown(_: Words, content: Content, __: Any) -> bytes:
    chapters = _Chapters(content)
    return chapters.written("## {}\n\n", "{}\n\n", _pipes(chapters.table)).encode()


def _rst(_: Words, content: Content, __: Any) -> bytes:
    chapters = _Chapters(content)
    wide = max(len(cell) for row in chapters.table for cell in row)
    rule = "  ".join(["=" * wide] * 3) + "\n"
    names, *rows = ("  ".join(cell.ljust(wide) for cell in row) + "\n" for row in chapters.table)
    table = rule + names + rule + "".join(rows) + rule
    return chapters.written("{}\n" + "=" * 60 + "\n\n", "{}\n\n", table).encode()


def _adoc(_: Words, content: Content, __: Any) -> bytes:
    chapters = _Chapters(content)
    table = "|===\n" + "".join("|" + " |".join(row) + "\n" for row in chapters.table) + "|===\n"
    return chapters.written("== {}\n\n", "{}\n\n", table).encode()


def _odt(_: Words, content: Content, made: Any) -> bytes:
    chapters = _Chapters(content)
    table = f"<table:table>{cells(chapters.table)}</table:table>"
    body = chapters.written('<text:h text:outline-level="1">{}</text:h>', "<text:p>{}</text:p>", table)
    data: bytes = made.opendocument("text", body)
    return data


def _epub(_: Words, content: Content, made: Any) -> bytes:
    chapters = _Chapters(content, table=False)
    data: bytes = made.epub(
        [
            f"<h1>{each.title}</h1>" + "".join(f"<p>{text}</p>" for text in each.paragraphs)
            for each in chapters.sections
        ]
    )
    return data


def _notebook(_: Words, content: Content, made: Any) -> bytes:
    chapters = _Chapters(content)
    text = chapters.written("## {}\n\n", "{}\n\n", _pipes(chapters.table))
    data: bytes = made.notebook([("markdown", text), ("code", f"print({content.word('셀 cell')!r})")])
    return data


def _python(_: Words, content: Content, __: Any) -> bytes:
    chapters = _Chapters(content, table=False)
    pieces: list[str] = []
    for number, section in enumerate(chapters.sections):
        pieces.append(f'class Kind{number}:\n    """{section.title}"""\n\n')
        for method, text in enumerate(section.paragraphs):
            pieces.append(f"    def method{method}(self):\n        # {text}\n        return {method}\n\n")
    for mark in content.marks:
        content.marks[mark] = Spot()
    return "".join(pieces).encode()


def _text(words: Words, content: Content, __: Any) -> bytes:
    encodings = ("utf-8", "cp949", "utf-16", "utf-8-sig")
    text = "\n\n".join(_Chapters(content, table=False, titles=False).paragraphs)
    return text.encode(encodings[words.figure(len(encodings))])


def _json(_: Words, content: Content, __: Any) -> bytes:
    return json.dumps(_tree(content), ensure_ascii=False, indent=2).encode()


def _yaml(_: Words, content: Content, __: Any) -> bytes:
    lines = [
        f"{key}:\n" + "".join(f'  - "{text}"\n' for text in texts) for key, texts in _tree(content).items()
    ]
    return "".join(lines).encode()


def _toml(_: Words, content: Content, __: Any) -> bytes:
    lines = [
        f"[{key}]\n" + "".join(f'text{number} = "{text}"\n' for number, text in enumerate(texts))
        for key, texts in _tree(content).items()
    ]
    return "\n".join(lines).encode()


def _tree(content: Content) -> dict[str, list[str]]:
    chapters = _Chapters(content, table=False, titles=False)
    return {f"section{number}": each.paragraphs for number, each in enumerate(chapters.sections)}


def _pipes(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |\n" for row in rows]
    return "".join((lines[0], "|---" * len(rows[0]) + "|\n", *lines[1:]))


def cells(rows: list[list[str]]) -> str:
    """An OpenDocument table's rows."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    return "".join(
        "<table:table-row>" + "".join(cell.format(escape(text)) for text in row) + "</table:table-row>"
        for row in rows
    )


WRITERS: dict[str, Callable[[Words, Content, Any], bytes]] = {
    "hwp": _hwp,
    "hwpx": _hwpx,
    "hml": _hml,
    "rtf": _rtf,
    "html": _html,
    "md": _markdown,
    "rst": _rst,
    "adoc": _adoc,
    "odt": _odt,
    "epub": _epub,
    "ipynb": _notebook,
    "py": _python,
    "txt": _text,
    "json": _json,
    "yaml": _yaml,
    "toml": _toml,
}
