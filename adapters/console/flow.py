"""Streamed text on a terminal: wrapped as it arrives, never taken back. Pure."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells
from rich.text import Text

from adapters.console.render import MARGIN, measure
from adapters.wording import safe

_CITATION = re.compile(r"\[\d{1,3}\]")


class Flow:
    """Wraps text that arrives in pieces: what `feed` returns can be written at once, and is never taken back.

    It knows the little Markdown that answers use: quotes, list items (their lines hang), headings, bold, code
    fences, and citations. A word is held back until the space after it, because only then its place is known.
    """

    def __init__(self, width: int) -> None:
        self._limit = MARGIN + measure(width)
        self._column = 0
        self._word = ""
        self._spaces = 0
        self._hang = Text(" " * MARGIN)
        self._line_style = ""
        self._bold = False
        self._code = False
        self.rows = 0
        """Line ends written so far."""

    def feed(self, text: str) -> Text:
        """Take the next piece; returns what to write now."""
        out = Text()
        for character in safe(text).replace("\t", " "):
            if character == "\n":
                self._flush(out)
                self._end_line(out)
            elif character == " ":
                self._flush(out)
                self._spaces += 1
            else:
                self._word += character
        return out

    def finish(self) -> Text:
        """The rest, and the end of the last line."""
        out = Text()
        self._flush(out)
        if self._column:
            self._end_line(out)
        return out

    def _end_line(self, out: Text) -> None:
        out.append("\n")
        self.rows += 1
        self._column, self._spaces = 0, 0
        self._hang, self._line_style = Text(" " * MARGIN), ""

    def _flush(self, out: Text) -> None:
        word, self._word = self._word, ""
        if not word:
            return
        if not self._column:
            indent, self._spaces = self._spaces, 0
            if self._begin_line(out, word, indent):
                return
        if (
            self._column + self._spaces + cell_len(_visible(word)) > self._limit
            and self._column > self._hang.cell_len
        ):
            self._break(out)
        else:
            self._write(out, " " * self._spaces)
        self._spaces = 0
        pieces = (
            chop_cells(word, max(2, self._limit - self._column)) if cell_len(word) > self._limit else [word]
        )
        for index, piece in enumerate(pieces):
            if index:
                self._break(out)
            self._styled(out, piece)

    def _begin_line(self, out: Text, word: str, indent: int) -> bool:
        """Write the margin, and the word too if it is a mark of the line; says whether it was."""
        self._write(out, " " * (MARGIN + (indent if self._code else min(indent, 8))))
        if word.startswith("```"):
            self._code = not self._code
            self._write(out, word, "faint")
            return True
        if self._code:
            self._hang = Text(" " * MARGIN)
            return False
        if word == ">":
            bar = Text("│ ", "faint")
            self._write(out, "│", "faint")
            self._hang = Text(" " * self._column_before("│")) + bar
            return True
        if word in ("-", "*", "•") or re.fullmatch(r"\d{1,3}[.)]", word):
            self._write(out, "•" if word == "*" else word)
            self._hang = Text(" " * (self._column + 1))
            return True
        if re.fullmatch(r"#{1,6}", word):
            self._line_style = "heading"
            self._spaces = -1
            return True
        self._hang = Text(" " * self._column)
        return False

    def _column_before(self, written: str) -> int:
        return self._column - cell_len(written)

    def _break(self, out: Text) -> None:
        out.append("\n")
        self.rows += 1
        out.append_text(self._hang)
        self._column = self._hang.cell_len

    def _styled(self, out: Text, word: str) -> None:
        if self._code:
            self._write(out, word, "faint")
            return
        for index, part in enumerate(word.split("**")):
            if index:
                self._bold = not self._bold
            style = "heading" if self._bold else self._line_style
            start = 0
            for found in _CITATION.finditer(part):
                self._write(out, part[start : found.start()], style)
                self._write(out, found[0], "cite")
                start = found.end()
            self._write(out, part[start:], style)

    def _write(self, out: Text, text: str, style: str = "") -> None:
        out.append(text, style or None)
        self._column += cell_len(text)


def _visible(word: str) -> str:
    return word.replace("**", "")
