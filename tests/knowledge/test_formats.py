"""Documents of several formats on their whole way: from a folder to a source that says where it stands."""

from __future__ import annotations

from pathlib import Path

import pptx
import pytest

from knowledge.parsing.sandbox import Sandbox
from knowledge.types import Place
from tests import documents
from tests.fakes import HashEmbedder
from tests.librarian import EVERYBODY, open_knowledge


def deck() -> bytes:
    made = pptx.Presentation()
    for title in ("Opening", "Travel budget of the platypus team"):
        made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = title
    return documents.saved(made.save)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A share with documents of several formats, and some that can't be read."""
    place = tmp_path / "docs"
    place.mkdir()
    for name, data in {
        "규정.hwp": documents.hwp(["직원은 연차 휴가를 십오일 받는다."]),
        "guide.pdf": documents.pdf([["# Guide", "Introduction."], ["The wombat rule applies to laptops."]]),
        "deck.pptx": deck(),
        "mail.eml": documents.eml(
            "see attached", attached={"a.md": b"# Quokka\n\nThe quokka plan is approved."}
        ),
        "locked.hwp": documents.hwp(["x"], flags=0x04),
        "scan.pdf": documents.scanned_pdf(),
        "broken.docx": b"PK\x03\x04 nothing",
    }.items():
        (place / name).write_bytes(data)
    return place


def test_every_source_says_where_it_stands(tmp_path: Path, folder: Path) -> None:
    """Read in the sandbox, kept in the catalog, found, and cited with page, slide or part; the rest is reported."""
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=HashEmbedder(), sandbox=Sandbox())
    try:
        report = knowledge.refresh()
        assert report.added == 4
        assert {Path(each.uri).name: each.error.parameters["reason"] for each in report.problems} == {
            "locked.hwp": "distribution",
            "scan.pdf": "needs_ocr",
            "broken.docx": "malformed",
        }
        for words, name, page, place in (
            ("wombat laptops", "guide.pdf", 1, Place(last_page=2)),
            ("platypus travel", "deck.pptx", None, Place(slide=2)),
            ("quokka plan", "mail.eml", None, Place(part="a.md")),
            ("연차 휴가", "규정.hwp", None, None),
        ):
            best = knowledge.retrieve(words, EVERYBODY).candidates[0]
            assert (Path(best.document.uri).name, best.passage.page, best.passage.place) == (
                name,
                page,
                place,
            )
        assert knowledge.refresh().unchanged == 4
    finally:
        knowledge.close()
