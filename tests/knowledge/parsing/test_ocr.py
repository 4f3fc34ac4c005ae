"""Scanned pages: drawn by the confined child, read by a program of its own."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from knowledge.errors import Unreadable
from knowledge.parsing.ocr import Picture, Tesseract, with_texts
from knowledge.parsing.sandbox import Sandbox
from knowledge.types import Omission, ParsedDocument
from tests.documents import archive, pdf, pdf_with_scans, scanned_pdf

PAGE = Picture(2, 1, b"\x00\xff")


def program(folder: Path, body: str) -> str:
    """A stand-in for Tesseract."""
    path = folder / "tesseract"
    path.write_text(
        f"#!{sys.executable}\nimport sys\ndata = sys.stdin.buffer.read()\n{body}\n", encoding="utf-8"
    )
    path.chmod(0o755)
    return str(path)


def reason(tesseract: Tesseract) -> str:
    """Why a page can't be read."""
    with pytest.raises(Unreadable) as caught:
        tesseract.read([(1, PAGE)])
    return str(caught.value.parameters["reason"])


def test_pages_become_text(tmp_path: Path) -> None:
    """The program gets each picture, and both languages; its text has the page's number."""
    body = "assert 'kor+eng' in sys.argv\nsize = data.split(b'\\n')[0].decode()\nprint('제목 쪽\\n\\nsize ' + size)"
    texts = Tesseract(program(tmp_path, body)).read([(1, PAGE), (2, Picture(3, 1, bytes(3)))])
    document = with_texts(ParsedDocument("scan", "", ()), texts)
    assert document.title == "scan"
    assert [(block.page, document.text[block.start : block.end]) for block in document.blocks] == [
        (1, "제목 쪽"),
        (1, "size P5 2 1 255"),
        (2, "제목 쪽"),
        (2, "size P5 3 1 255"),
    ]


def test_a_program_that_fails(tmp_path: Path) -> None:
    """The scan still needs one; pages without letters have no text; one that hangs is given up."""
    assert reason(Tesseract(program(tmp_path, "sys.exit(1)"))) == "needs_ocr"
    assert reason(Tesseract(str(tmp_path / "missing"))) == "needs_ocr"
    assert Tesseract(program(tmp_path, "pass")).read([(1, PAGE)]) == {1: ""}
    assert reason(Tesseract(program(tmp_path, "import time; time.sleep(600)"), seconds=0.3)) == "timed_out"


def test_time_that_is_over_in_the_middle(tmp_path: Path) -> None:
    """What was read until then is kept."""
    body = "import time\ntime.sleep(600 if data.startswith(b'P5 3') else 0)\nprint('read')"
    tesseract = Tesseract(program(tmp_path, body), seconds=5)
    assert tesseract.read([(4, PAGE), (5, Picture(3, 1, bytes(3))), (6, PAGE)]) == {4: "read"}


def test_scanned_pages_among_others(tmp_path: Path) -> None:
    """Only these are recognised, and stand where they belong; without a program they are told of."""
    data = pdf_with_scans(["first page of text", None, "third page of text", None, None])
    plain = Sandbox()
    recognising = Sandbox(ocr=Tesseract(program(tmp_path, "print('recognised')")))
    try:
        document = plain.parse("a.pdf", data)
        assert [block.page for block in document.blocks] == [1, 3]
        assert document.omissions == (Omission("needs_ocr", "2, 4-5"),)
        document = recognising.parse("a.pdf", data)
        assert [(block.page, document.text[block.start : block.end]) for block in document.blocks] == [
            (1, "first page of text"),
            (2, "recognised"),
            (3, "third page of text"),
            (4, "recognised"),
            (5, "recognised"),
        ]
        assert document.omissions == ()
    finally:
        plain.close()
        recognising.close()


def test_a_program_that_fails_among_other_pages(tmp_path: Path) -> None:
    """The text that is there is kept, and the pages are still told of."""
    sandbox = Sandbox(ocr=Tesseract(program(tmp_path, "sys.exit(1)")))
    try:
        document = sandbox.parse("a.pdf", pdf_with_scans(["text of the page", None]))
        assert document.text == "text of the page"
        assert document.omissions == (Omission("needs_ocr", "2"),)
    finally:
        sandbox.close()


def test_languages(tmp_path: Path) -> None:
    """What it lacks is known; all of it if it can't be run."""
    assert Tesseract(program(tmp_path, "print('List of languages (2):\\neng\\nosd')")).lacks() == ["kor"]
    assert Tesseract(program(tmp_path, "print('eng\\nkor')")).lacks() == []
    assert Tesseract(str(tmp_path / "missing")).lacks() == ["kor", "eng"]


def test_the_sandbox_draws_and_the_program_reads(tmp_path: Path) -> None:
    """A scan becomes a document; other files are read as before, and what isn't a PDF isn't drawn."""
    sandbox = Sandbox(ocr=Tesseract(program(tmp_path, "print(len(data) > 100_000)")))
    try:
        document = sandbox.parse("계약서.pdf", scanned_pdf(3))
        assert document.title == "계약서"
        assert [(block.page, document.text[block.start : block.end]) for block in document.blocks] == [
            (1, "True"),
            (2, "True"),
            (3, "True"),
        ]
        assert sandbox.parse("a.pdf", pdf([["text"]])).text == "text"
        with pytest.raises(Unreadable) as caught:
            sandbox.parse("a.zip", archive({"scan.pdf": scanned_pdf()}))
        assert caught.value.parameters["reason"] == "needs_ocr"
        assert sandbox.readers != Sandbox().readers
    finally:
        sandbox.close()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract isn't installed")
def test_the_real_program() -> None:
    """It reads what was drawn as a picture."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    tesseract = Tesseract(shutil.which("tesseract") or "")
    if tesseract.lacks():
        pytest.skip("its Korean or English data isn't installed")
    picture = Image.new("L", (1600, 300), 255)
    text = "Employees receive fifteen days of leave."
    ImageDraw.Draw(picture).text((40, 100), text, fill=0, font=ImageFont.load_default(64))
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawImage(ImageReader(picture), 20, 400, 550, 105)
    canvas.save()
    sandbox = Sandbox(ocr=tesseract)
    try:
        assert sandbox.parse("scan.pdf", stream.getvalue()).text == text
    finally:
        sandbox.close()
