"""What goes into a file of the corpus: made-up words, and marks that tell where they stand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import count

KOREAN = (
    "직원",
    "휴가",
    "규정",
    "부서",
    "예산",
    "회의",
    "보고서",
    "승인",
    "신청",
    "계약",
    "출장",
    "비용",
    "정산",
)
PARAGRAPHS = 3  # on a page, or in a section
ENGLISH = ("employee", "leave", "policy", "budget", "meeting", "report", "approval", "request", "contract")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a mark stands: `number` is that of its page, slide, row or line, whatever its format counts.

    What its format doesn't have is None or empty.
    """

    number: int | None = None
    sheet: str = ""
    part: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A file, the texts that went into it, and its marks: words of which each stands once in the file."""

    name: str
    data: bytes
    texts: list[str]
    marks: dict[str, Spot]


class Words:
    """Korean and English text of made-up words, hardly two of them the same."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def sentences(self, number: int) -> str:
        """Running text of so many sentences, half of it Korean."""
        return " ".join(self._sentence() for _ in range(number))

    def _sentence(self) -> str:
        words = self._chance.choice((KOREAN, ENGLISH))
        return " ".join(f"{self._chance.choice(words)}{self.figure(10_000)}" for _ in range(12)) + "."

    def figure(self, below: int) -> int:
        """Any number below that one."""
        return self._chance.randrange(below)


class Content:
    """Collects what goes into one file."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._numbers = count(1)
        self.texts: list[str] = []
        self.marks: dict[str, Spot] = {}

    def paragraph(self, spot: Spot) -> str:
        """Two sentences and a mark."""
        text = f"{self._mark(spot)} {self._words.sentences(2)}"
        self.texts.append(text)
        return text

    def title(self) -> str:
        """A heading that no other is the same as."""
        return self.word(f"{next(self._numbers)}장 Chapter")

    def word(self, text: str) -> str:
        """A text that goes in as it is, and a figure of its own."""
        self.texts.append(f"{text} {self._words.figure(10**6)}")
        return self.texts[-1]

    def row(self, spot: Spot) -> list[str]:
        """Three cells, a mark in the first."""
        cells = [self._mark(spot), self._words.sentences(1), str(self._words.figure(10_000))]
        self.texts += cells
        return cells

    def table(self, spot: Spot, rows: int = 5) -> list[list[str]]:
        """Names of columns, and some rows, all in one place."""
        names = ["품목", "amount", "비고"]
        found = [
            [self._mark(spot), str(self._words.figure(10_000)), self.word("비용 cost")] for _ in range(rows)
        ]
        self.texts += [*names, *(cell for row in found for cell in row[:2])]
        return [names, *found]

    def made(self, name: str, data: bytes) -> Made:
        """The file, with what was collected."""
        return Made(name, data, self.texts, self.marks)

    def _mark(self, spot: Spot) -> str:
        mark = f"mark{next(self._numbers)}x{self._words.figure(10**9)}"
        self.marks[mark] = spot
        return mark
