"""Measures how well documents of every format are read, over files that it makes.

For each format: the share of the words that went in which come out (tables included), the share of planted
marks whose passage says the right page, slide or rows, and the time for a file, in this process and through
the sandbox. With markitdown installed (it is no dependency), its recall and time beside them.

    python scripts/bench_formats.py [--files 10] [--seed 7] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.parsing.sandbox import Sandbox
from knowledge.passages import split
from knowledge.types import Passage

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
ENGLISH = ("employee", "leave", "policy", "budget", "meeting", "report", "approval", "request", "contract")
PAGES = 4
Reader = Callable[[str, bytes], str]


@dataclass(frozen=True, slots=True)
class Made:
    """A file, the texts that went into it, and its marks: words, each with its page, slide or row."""

    name: str
    data: bytes
    texts: list[str]
    marks: dict[str, int]


def main() -> None:
    """Make the files, read them each way, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    maker = Maker(random.Random(arguments.seed))
    sandbox = Sandbox()
    readers: dict[str, Reader] = {
        "Saseo": lambda name, data: parse(name, data).text,
        "sandboxed": lambda name, data: sandbox.parse(name, data).text,
    }
    if (other := markitdown()) is not None:
        readers["markitdown"] = other
    figures: dict[str, dict[str, float | str]] = {}
    print(f"{arguments.files} files of each format; recall of words, ms for a file")
    for extension, make in maker.formats.items():
        files = [make(f"{number}.{extension}") for number in range(arguments.files)]
        measured = {name: _measured(reader, files) for name, reader in readers.items()}
        columns = [f"{name} {_shown(found)}" for name, found in measured.items()]
        right, marks = _places(files)
        figures[extension] = {}
        for name, found in measured.items():
            if not isinstance(found, str):
                figures[extension] |= {f"{name}, recall": found[0], f"{name}, ms": found[1]}
        if marks:
            figures[extension]["places right"] = right / marks
        print(f"{extension:>6}: " + "; ".join(columns) + (f"; places {right}/{marks}" if marks else ""))
    sandbox.close()
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def markitdown() -> Reader | None:
    """Microsoft's reader of many formats, if it is there."""
    try:
        module: Any = importlib.import_module("markitdown")
    except ImportError:
        return None
    reader = module.MarkItDown()

    def read(name: str, data: bytes) -> str:
        found: str = reader.convert_stream(io.BytesIO(data), file_extension=Path(name).suffix).text_content
        return found

    return read


def _shown(measured: tuple[float, float] | str) -> str:
    return measured if isinstance(measured, str) else f"{measured[0]:.4f} ({measured[1]:.1f} ms)"


def _measured(reader: Reader, files: list[Made]) -> tuple[float, float] | str:
    """Recall and milliseconds for a file, or why there is none."""
    recalls: list[float] = []
    began = time.perf_counter()
    for file in files:
        try:
            recalls.append(_recall(file.texts, reader(file.name, file.data)))
        except Exception as error:  # noqa: BLE001 - another's reader raises what it likes
            return f"– ({type(error).__name__})"
    milliseconds = 1000 * (time.perf_counter() - began) / len(files)
    return sum(recalls) / len(recalls), milliseconds


def _recall(texts: list[str], read: str) -> float:
    wanted, found = (Counter(re.findall(r"\w+", text)) for text in (" ".join(texts), read))
    return sum(min(count, found[word]) for word, count in wanted.items()) / sum(wanted.values())


def _places(files: list[Made]) -> tuple[int, int]:
    """How many marks stand in a passage that says where they are, and how many there are."""
    right = total = 0
    for file in files:
        if not file.marks:
            continue
        try:
            passages = split(parse(file.name, file.data), file.name, lambda *_: [])
        except Unreadable:
            passages = []
        for mark, number in file.marks.items():
            total += 1
            right += any(mark in passage.text and _covers(passage, number) for passage in passages)
    return right, total


def _covers(passage: Passage, number: int) -> bool:
    place = passage.place
    if place is not None and place.slide is not None:
        return place.slide == number
    if place is not None and place.rows is not None:
        return place.rows[0] <= number <= place.rows[1]
    last = place.last_page if place is not None and place.last_page else passage.page
    return passage.page is not None and last is not None and passage.page <= number <= last


class Maker:
    """Makes files of the formats, by the libraries and the bytes of the tests."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._documents: Any = importlib.import_module("tests.documents")
        self.formats: dict[str, Callable[[str], Made]] = {
            "pdf": self.pdf,
            "docx": self.docx,
            "pptx": self.pptx,
            "xlsx": self.xlsx,
            **dict.fromkeys(("hwp", "hwpx", "hml", "odt", "epub", "ipynb", "eml", "msg"), self.plain),
        }

    def plain(self, name: str) -> Made:
        """Paragraphs, in the formats that the tests make from them."""
        made, texts = self._documents, self._texts(12)
        body = "\n\n".join(texts)
        inside = "".join(f"<p>{text}</p>" for text in texts)
        make: dict[str, Callable[[], bytes]] = {
            ".hwp": lambda: made.hwp(texts),
            ".hwpx": lambda: made.hwpx(texts, table=[texts[:2], texts[2:4]]),
            ".hml": lambda: made.hwpml(texts, table=[texts[:2], texts[2:4]]),
            ".odt": lambda: made.opendocument("text", inside.replace("p>", "text:p>")),
            ".epub": lambda: made.epub([inside]),
            ".ipynb": lambda: made.notebook([("markdown", body)]),
            ".eml": lambda: made.eml(body, attached={"a.md": texts[0].encode()}),
            ".msg": lambda: made.msg(body, attached={"a.md": texts[0].encode()}),
        }
        return Made(name, make[Path(name).suffix](), texts, {})

    def pdf(self, name: str) -> Made:
        """Pages of paragraphs, with a mark on each, and a table."""
        pages = [[*self._texts(4), self._mark(page)] for page in range(1, PAGES + 1)]
        table = [["품목", "amount"], *([self._word(), str(row)] for row in range(5))]
        texts = [text for page in pages for text in page] + [cell for row in table for cell in row]
        marks = {page[-1]: number for number, page in enumerate(pages, 1)}
        return Made(name, self._documents.pdf(pages, table=table), texts, marks)

    def docx(self, name: str) -> Made:
        """Paragraphs and a table."""
        document = importlib.import_module("docx").Document()
        texts = self._texts(12)
        for text in texts:
            document.add_paragraph(text)
        table = document.add_table(3, 3)
        for number in range(9):
            texts.append(self._word())
            table.cell(number // 3, number % 3).text = texts[-1]
        return Made(name, self._documents.saved(document.save), texts, {})

    def pptx(self, name: str) -> Made:
        """Slides with lists and notes, each with a mark."""
        deck = importlib.import_module("pptx").Presentation()
        texts: list[str] = []
        marks: dict[str, int] = {}
        for number in range(1, PAGES + 1):
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            title, *items = [f"slide {number}", *self._texts(3), self._mark(number)]
            slide.shapes.title.text, slide.placeholders[1].text = title, "\n".join(items)
            slide.notes_slide.notes_text_frame.text = f"notes {self._word()}"
            texts += [title, *items, slide.notes_slide.notes_text_frame.text]
            marks[items[-1]] = number
        return Made(name, self._documents.saved(deck.save), texts, marks)

    def xlsx(self, name: str) -> Made:
        """A long sheet, with a mark in every twentieth row."""
        book = importlib.import_module("openpyxl").Workbook()
        rows = [
            ["부서", "note", "mark"],
            *([self._word(), self._text(), self._mark(n)] for n in range(2, 200)),
        ]
        for row in rows:
            book.active.append(row)
        marks = {row[2]: number for number, row in enumerate(rows, 1) if number % 20 == 0}
        return Made(name, self._documents.saved(book.save), [cell for row in rows for cell in row], marks)

    def sentences(self, count: int) -> str:
        """Running text of so many sentences, half of it Korean."""
        return " ".join(self._texts(count))

    def _texts(self, count: int) -> list[str]:
        return [f"{self._text()} {self._text()}" for _ in range(count)]

    def _text(self) -> str:
        words = self._chance.choice((KOREAN, ENGLISH))
        return (
            " ".join(f"{self._chance.choice(words)}{self._chance.randrange(10_000)}" for _ in range(12)) + "."
        )

    def _word(self) -> str:
        return f"{self._chance.choice(KOREAN)}{self._chance.randrange(10_000)}"

    def _mark(self, number: int) -> str:
        return f"mark{number}x{self._chance.randrange(10**9)}"


if __name__ == "__main__":
    main()
