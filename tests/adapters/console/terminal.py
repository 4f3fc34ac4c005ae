"""A terminal in memory: what a person sees of what was written to it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

_PIECES = re.compile(
    r"\x1b\[(?P<numbers>[?\d;]*)(?P<command>[A-Za-z])"  # a control sequence
    r"|\x1b\](?P<system>.*?)(?:\x07|\x1b\\)"  # an operating system command: a link, or the window's title
    r"|(?P<single>[\r\n\x1b\x07])"
    r"|(?P<text>[^\x1b\r\n\x07]+)",
    re.DOTALL,
)


class Terminal(io.TextIOBase):
    """Knows what Rich and the console adapter use: lines, the cursor up, erasing. Any other control is `alive`.

    `changed` is called after each write, in the thread that wrote.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.lines = [""]
        self.alive: list[str] = []
        self._row = self._column = 0
        self._changed = changed

    def write(self, text: str) -> int:
        for piece in _PIECES.finditer(text):
            if piece["text"]:
                self._put(piece["text"])
            elif piece["command"]:
                self._control(piece["numbers"], piece["command"])
            elif piece["single"] in ("\r", "\n"):
                self._column = 0
                if piece["single"] == "\n":
                    self._row += 1
                    self.lines += [""] * (self._row + 1 - len(self.lines))
            else:
                self.alive.append(piece[0])
        self._changed()
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def text(self, start: int, end: int | None = None) -> str:
        """What stands in these rows."""
        return "\n".join(self.lines[start:end])

    @property
    def row(self) -> int:
        """Where the cursor is."""
        return self._row

    def _put(self, text: str) -> None:
        line = self.lines[self._row].ljust(self._column)
        self._column += len(text)
        self.lines[self._row] = line[: self._column - len(text)] + text + line[self._column :]

    def _control(self, numbers: str, command: str) -> None:
        match numbers, command:
            case _, "m" | "h" | "l":
                return  # colours, and whether the cursor is seen
            case "2", "K":
                self.lines[self._row] = ""
            case _, "A":
                self._row = max(0, self._row - int(numbers or 1))
            case (("" | "0"), "J"):
                self.lines[self._row] = self.lines[self._row][: self._column]
                del self.lines[self._row + 1 :]
            case _:
                self.alive.append(f"\x1b[{numbers}{command}")
