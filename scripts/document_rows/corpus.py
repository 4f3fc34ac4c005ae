"""The corpus of `bench_documents.py`: files of every format, Korean and English, whose content is known."""

from __future__ import annotations

import importlib
import random
from collections import defaultdict
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from scripts.document_rows.content import PARAGRAPHS, Content, Made, Spot, Words
from scripts.document_rows.sections import WRITERS, cells

PAGES = 4
SHEETS = ("예산", "People")
_ROWS = 60
DISTINCT = 20  # files of each format; a large corpus repeats them
IN_A_FOLDER = 100


def fill(root: Path, count: int, seed: int, plain: float = 0.5) -> list[Path]:
    """Make a corpus: files of all formats in folders of a hundred, in the order of their names.

    Args:
        root: where.
        count: of files.
        seed: of what is in them.
        plain: the share that is short text in Markdown, each file another; the others are of all formats
            alike, and of each format there are `DISTINCT` contents.
    """
    maker = Maker(random.Random(seed))
    kinds = cycle(maker.formats)
    made: defaultdict[str, list[bytes]] = defaultdict(list)
    paths = []
    due = 0.0
    for number in range(count):
        folder = root / f"team-{number // IN_A_FOLDER:03}"
        folder.mkdir(parents=True, exist_ok=True)
        due += 1 - plain
        if due < 1:
            path, data = folder / f"문서-{number:05}.md", maker.note(number)
        else:
            due -= 1
            path = folder / f"문서-{number:05}.{next(kinds)}"
            same = made[path.suffix]
            if len(same) < DISTINCT:
                same.append(maker.make(path.name).data)
            data = same[number % len(same)]
        path.write_bytes(data)
        paths.append(path)
    return paths


class Maker:
    """Makes files of the formats, by the libraries and the bytes of the tests.

    Each paragraph and each row holds a mark, so that every passage can be held against where it says it is.
    """

    def __init__(self, chance: random.Random) -> None:
        self._words = Words(chance)
        self._documents: Any = importlib.import_module("tests.documents")
        self.formats: dict[str, Callable[[str], Made]] = {
            "pdf": self.pdf,
            "docx": self.docx,
            "pptx": self.pptx,
            "xlsx": self.sheets,
            "ods": self.sheets,
            "csv": self.rows,
            "tsv": self.rows,
            "odp": self.odp,
            "zip": self.parts,
            "eml": self.parts,
            "msg": self.parts,
            **dict.fromkeys(("hwp", "hwpx", "hml", "rtf", "html", "md", "rst", "adoc"), self.sections),
            **dict.fromkeys(("odt", "epub", "ipynb", "py", "txt", "json", "yaml", "toml"), self.sections),
        }

    def make(self, name: str) -> Made:
        """A file of the format that its name says."""
        return self.formats[Path(name).suffix[1:]](name)

    def note(self, number: int) -> bytes:
        """A short document in Markdown that no other is the same as."""
        return f"# 문서 {number}\n\n{self._words.sentences(4)}\n\n{number}번째 document.\n".encode()

    def pdf(self, name: str) -> Made:
        """Pages of paragraphs, and a ruled table on the first."""
        content = Content(self._words)
        pages = [[content.paragraph(Spot(page)) for _ in range(PARAGRAPHS)] for page in range(1, PAGES + 1)]
        data = self._documents.pdf(pages, table=content.table(Spot(1)))
        return content.made(name, data)

    def docx(self, name: str) -> Made:
        """Headings, paragraphs and a table, with the ends of pages that Word leaves in a file."""
        document = importlib.import_module("docx").Document()
        element = importlib.import_module("docx.oxml").OxmlElement
        content = Content(self._words)
        title = ""
        for page in range(1, PAGES + 1):
            title = content.title()
            heading = document.add_heading(title, 1)
            if page > 1:
                heading.runs[0]._r.insert(0, element("w:lastRenderedPageBreak"))  # noqa: SLF001
            for _ in range(PARAGRAPHS):
                document.add_paragraph(content.paragraph(Spot(page, section=title)))
        rows = content.table(Spot(PAGES, section=title))
        table = document.add_table(len(rows), len(rows[0]))
        _fill_cells(table, rows)
        return content.made(name, self._documents.saved(document.save))

    def pptx(self, name: str) -> Made:
        """Slides with lists, notes and a table."""
        deck = importlib.import_module("pptx").Presentation()
        content = Content(self._words)
        for number in range(1, PAGES + 1):
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            slide.shapes.title.text = content.title()
            slide.placeholders[1].text = "\n".join(content.paragraph(Spot(number)) for _ in range(3))
            slide.notes_slide.notes_text_frame.text = content.paragraph(Spot(number))
        rows = content.table(Spot(PAGES))
        frame = deck.slides[PAGES - 1].shapes.add_table(len(rows), len(rows[0]), 0, 0, 5_000_000, 1_000_000)
        _fill_cells(frame.table, rows)
        return content.made(name, self._documents.saved(deck.save))

    def sheets(self, name: str) -> Made:
        """Two sheets of rows under the names of their columns."""
        content = Content(self._words)
        sheets = {
            sheet: [
                [content.word("부서"), "note", "amount"],
                *(content.row(Spot(number, sheet)) for number in range(2, _ROWS)),
            ]
            for sheet in SHEETS
        }
        content.texts += ["note", "amount", *SHEETS]
        if name.endswith(".ods"):
            body = "".join(
                f'<table:table table:name="{sheet}">{cells(rows)}</table:table>'
                for sheet, rows in sheets.items()
            )
            return content.made(name, self._documents.opendocument("spreadsheet", body))
        book = importlib.import_module("openpyxl").Workbook()
        book.remove(book.active)
        for sheet, rows in sheets.items():
            page = book.create_sheet(sheet)
            for row in rows:
                page.append(row)
        return content.made(name, self._documents.saved(book.save))

    def rows(self, name: str) -> Made:
        """Values between commas or tabs, names of columns first; Korean as Excel saves it."""
        content = Content(self._words)
        names = [content.word("부서"), "note", "amount"]
        content.texts += names[1:]
        between = "," if name.endswith(".csv") else "\t"
        lines = [names, *(content.row(Spot(number)) for number in range(2, _ROWS))]
        text = "".join(between.join(line) + "\r\n" for line in lines)
        return content.made(name, text.encode(("utf-8-sig", "cp949")[self._words.figure(2)]))

    def odp(self, name: str) -> Made:
        """Slides with a title and a list."""
        content = Content(self._words)
        body = ""
        for number in range(1, PAGES + 1):
            items = "".join(f"<text:p>{content.paragraph(Spot(number))}</text:p>" for _ in range(3))
            body += (
                f'<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>{content.title()}'
                f"</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box>{items}</draw:text-box>"
                "</draw:frame></draw:page>"
            )
        return content.made(name, self._documents.opendocument("presentation", body))

    def parts(self, name: str) -> Made:
        """Other files in one: an archive's entries, a message's text and attachments."""
        content, made = Content(self._words), self._documents
        inner = {f"{kind}-첨부.{kind}": self.make(f"inner.{kind}") for kind in ("docx", "csv", "md")}
        for part, file in inner.items():
            content.texts += [part, *file.texts]
            content.marks |= {
                mark: Spot(
                    None if part.endswith("md") else spot.number, spot.sheet, part, spot.section
                )  # lines of a file inside aren't counted
                for mark, spot in file.marks.items()
            }
        attached = {part: file.data for part, file in inner.items()}
        if name.endswith(".zip"):
            return content.made(name, made.archive(attached))
        text = "\n\n".join(content.paragraph(Spot()) for _ in range(4))
        subject = content.title()
        make = made.eml if name.endswith(".eml") else made.msg
        return content.made(name, make(text, subject=subject, attached=attached))

    def sections(self, name: str) -> Made:
        """Headings where the format has them, paragraphs below each, and a table where it has tables."""
        content = Content(self._words)
        kind = Path(name).suffix[1:]
        data = WRITERS[kind](self._words, content, self._documents)
        return content.made(name, data)


def _fill_cells(table: Any, rows: list[list[str]]) -> None:
    for texts, row in zip(rows, table.rows, strict=True):
        for text, cell in zip(texts, row.cells, strict=True):
            cell.text = text
