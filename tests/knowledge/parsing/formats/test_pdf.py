"""PDF: pages, headings, paragraphs, tables, and what can't be read."""

from __future__ import annotations

import io
import re

import pytest
from reportlab.lib import colors
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.parsing.pdf_lines import Line, hangul_spaces_are_kept, paragraphs, without_furniture
from knowledge.parsing.pdf_tables import find_grids
from knowledge.types import Omission
from tests import documents
from tests.knowledge.parsing.formats import blocks

LONG = "직원은 입사일로부터 1년이 지나면 15일의 연차 휴가를 받는다. Employees may carry five days over. " * 6
TABLE = [["직급", "일수"], ["사원", "15"], ["대리", "16"]]


def line(
    text: str, top: float, *, size: float = 10.0, right: float = 500.0, keeps_space: bool = False
) -> Line:
    return Line(text, size, 50.0, right, top, keeps_space, in_margin=top > 780 or top < 60)


def test_a_document() -> None:
    """Large text is a heading and the title, lines are one paragraph, a ruled table is one; all with their page."""
    data = documents.pdf([["# 휴가 규정", LONG], ["# 둘째 장", "짧은 글."]], table=TABLE)
    document = parse("a.pdf", data)
    assert document.title == "휴가 규정"
    assert [(block.kind, block.level, block.page) for block in document.blocks] == [
        ("heading", 1, 1),
        ("paragraph", 0, 1),
        ("table", 0, 1),
        ("heading", 1, 2),
        ("paragraph", 0, 2),
    ]
    texts = [text for _, text in blocks(document)]
    assert "".join(texts[1].split()) == "".join(LONG.split())
    assert texts[2] == "| 직급 | 일수 |\n| 사원 | 15 |\n| 대리 | 16 |"


def test_the_property_is_the_title_unless_a_program_made_it_up() -> None:
    """`Microsoft Word - final.docx` names no document."""
    assert parse("a.pdf", documents.pdf([["text"]], title="Handbook")).title == "Handbook"
    for title in ("Microsoft Word - final.docx", "untitled", "report_v2.hwp"):
        assert parse("a.pdf", documents.pdf([["text"]], title=title)).title == "a"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (documents.scanned_pdf(2), "needs_ocr"),
        (documents.pdf([["text"]], password="secret"), "encrypted"),
        (documents.pdf([["text"]])[:400], "malformed"),
        (b"%PDF-1.7\n", "malformed"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    """Scans are never indexed as nothing; locked and damaged files are told apart."""
    with pytest.raises(Unreadable) as caught:
        parse("a.pdf", data)
    assert caught.value.parameters["reason"] == reason


def test_merged_cells_keep_their_words() -> None:
    """A text that stands across columns is one text."""
    stream = io.BytesIO()
    rows = [["the whole of the year", "", "note"], ["name", "points", "x"], ["Kim", "95", "y"]]
    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("SPAN", (0, 0), (1, 0)),
        ("ALIGN", (0, 0), (1, 0), "CENTER"),
    ]
    SimpleDocTemplate(stream).build([Table(rows, style=style, colWidths=[70, 70, 70])])
    text = parse("a.pdf", stream.getvalue()).text
    assert text.splitlines()[0] == "| the whole of the year | the whole of the year | note |"
    assert text.splitlines()[1:] == ["| name | points | x |", "| Kim | 95 | y |"]


def test_pages_without_text_among_others() -> None:
    """They are told of: a picture, one that a scanner has stamped, and letters that were made into curves."""
    data = documents.pdf_with_scans(["text of the page", None], stamp="Scanned by X, 대외비")
    assert parse("a.pdf", data).omissions == (Omission("needs_ocr", "2"),)
    assert parse("a.pdf", documents.pdf([["text"], ["more"]])).omissions == ()


def test_damaged_pages_are_told_of() -> None:
    """The others are read."""
    data = documents.pdf([["one"], ["two"], ["three"]])
    last = re.search(rb"/Kids \[ \d+ 0 R \d+ 0 R (\d+) 0 R", data)
    assert last
    document = parse("a.pdf", data.replace(b" %s 0 R" % last[1], b" 9%s 0 R" % last[1][1:]))
    assert document.omissions == (Omission("damaged_pages", "3"),)
    assert document.text == "one\n\ntwo"


def test_what_was_filled_in() -> None:
    """The text of a form's fields is the page's."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(50, 600, "Name:")
    canvas.acroForm.textfield(name="n", value="Hong Gildong", x=100, y=595, width=200, height=20)
    canvas.save()
    assert "Hong Gildong" in parse("a.pdf", stream.getvalue()).text


def test_a_word_that_is_divided() -> None:
    """Is one word again."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(50, 700, "the em-")
    canvas.drawString(50, 686, "ployees may carry over")
    canvas.save()
    assert parse("a.pdf", stream.getvalue()).text == "the employees may carry over"


def test_a_title_in_another_encoding() -> None:
    """Old Korean programs write it in CP949, which the format doesn't know."""
    data = documents.pdf([["text"]], title="x").replace(b"(x)", b"(" + "휴가 규정".encode("cp949") + b")")
    assert parse("a.pdf", data).title == "휴가 규정"
    data = documents.pdf([["text"]], title="x").replace(b"(x)", "(Café à la carte)".encode("latin-1"))
    assert parse("a.pdf", data).title == "Café à la carte"


def test_furniture_is_left_out() -> None:
    """What stands at the edge of most pages is no text, its numbers aside; on few pages nothing is judged."""
    words = ["one", "two", "three", "four"]
    pages = [
        [line("Handbook", 800), line(word, 400), line(f"- {number} -", 30)]
        for number, word in enumerate(words)
    ]
    assert [[each.text for each in page] for page in without_furniture(pages)] == [[word] for word in words]
    assert without_furniture(pages[:2]) == pages[:2]
    totals = [[line("text", 400), line(f"Total: {number}", 300)] for number in range(9)]
    assert without_furniture(totals) == totals


def test_korean_lines_are_joined_as_they_were_broken() -> None:
    """Where the file keeps spaces at line ends, a line without one goes on in the middle of a word."""
    kept = [line("연차 휴가를 ", 100, keeps_space=True), line("미리 신", 86), line("청한다", 72)]
    kept = [Line(each.text.strip(), 10.0, 50.0, 500.0, each.top, each.keeps_space) for each in kept]
    assert hangul_spaces_are_kept([kept])
    assert [each.text for each in paragraphs(kept, {}, spaces_are_kept=True)] == ["연차 휴가를 미리 신청한다"]
    assert [each.text for each in paragraphs(kept, {}, spaces_are_kept=False)] == [
        "연차 휴가를 미리 신 청한다"
    ]


def test_english_lines_are_joined() -> None:
    """With a space, and a divided word without its hyphen."""
    lines = [line("The em-", 100), line("ployees may", 86), line("carry over", 72)]
    assert [each.text for each in paragraphs(lines, {}, spaces_are_kept=True)] == [
        "The employees may carry over"
    ]


def test_a_gap_an_item_and_a_size_part_paragraphs() -> None:
    """Lines far apart, lists and headings aren't run together."""
    lines = [
        line("one", 200),
        line("goes on", 186),
        line("two", 150),
        line("- item", 136),
        line("HEAD", 120, size=18.0),
    ]
    assert [each.text for each in paragraphs(lines, {18.0: 1}, spaces_are_kept=True)] == [
        "one goes on",
        "two",
        "- item",
        "HEAD",
    ]


def test_grids() -> None:
    """Lines that cross are a table; a frame around one cell, a rule and a drawing are none."""
    across = [(0.0, y - 0.5, 100.0, y) for y in (10.0, 30.0, 50.0)]
    down = [(x, 10.0, x + 0.5, 50.0) for x in (0.0, 50.0, 100.0)]
    (grid,) = find_grids(across + down)
    assert (len(grid.xs), len(grid.ys)) == (3, 3)
    assert grid.ys[0] > grid.ys[-1]
    assert find_grids([(0.0, 0.0, 100.0, 100.0)]) == []
    assert find_grids(across) == []
    assert find_grids([(float(n), 0.0, float(n), 900.0) for n in range(5000)]) == []
