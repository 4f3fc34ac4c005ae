"""Hangul documents: HWP 5, HWPX and HWPML."""

from __future__ import annotations

import io
import zipfile

import pytest

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from tests import documents
from tests.knowledge.parsing.formats import blocks

TEXTS = ["휴가 규정", "직원은 입사 1년 뒤에 연차 15일을 받는다.", "The handbook applies to everyone."]
TABLE = [["직급", "일수"], ["사원", "15"], ["대리", "16"]]
ROWS = "| 직급 | 일수 |\n| 사원 | 15 |\n| 대리 | 16 |"


def reason(name: str, data: bytes) -> str:
    """Why a document can't be read."""
    with pytest.raises(Unreadable) as caught:
        parse(name, data)
    return str(caught.value.parameters["reason"])


@pytest.mark.parametrize("make", [documents.hwp, documents.hwpx, documents.hwpml])
def test_paragraphs(make) -> None:
    """Every paragraph comes out as it went in, in its order."""
    assert blocks(parse("a.hwp", make(TEXTS))) == [("paragraph", text) for text in TEXTS]


@pytest.mark.parametrize("make", [documents.hwpx, documents.hwpml])
def test_tables_and_title(make) -> None:
    """A table's rows stand between pipes under its names, and the title is the document's."""
    document = parse("a.hwpx", make(["본문"], title="취업 규칙", table=TABLE))
    assert blocks(document) == [("paragraph", "본문"), ("table", ROWS)]
    assert document.blocks[-1].header == "| 직급 | 일수 |"
    assert document.title == "취업 규칙"


def test_a_name_is_the_title_without_one() -> None:
    """As for every format."""
    assert parse("휴가 규정.hwp", documents.hwp(["본문"])).title == "휴가 규정"


def test_outline_levels_are_headings() -> None:
    """A paragraph of the outline is a heading, unless it's as long as text."""
    document = parse("a.hml", documents.hwpml(["본문"], heading="1. 개요"))
    assert [(block.kind, block.level) for block in document.blocks] == [("heading", 1), ("paragraph", 0)]
    assert parse("a.hml", documents.hwpml([], heading="긴 글 " * 40)).blocks[0].kind == "paragraph"


def test_locked_documents() -> None:
    """A distribution document and one with a password are refused by name, whatever notice they carry."""
    notice = "이 문서는 상위 버전의 배포용 문서입니다."
    assert reason("a.hwp", documents.hwp([notice], flags=0x04)) == "distribution"
    assert reason("a.hwp", documents.hwp([notice], flags=0x02)) == "encrypted"


def test_a_locked_package() -> None:
    """An HWPX whose manifest says that it is encrypted needs its password."""
    stream = io.BytesIO(documents.hwpx(TEXTS))
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("META-INF/manifest.xml", "<m><encryption-data/></m>")
    assert reason("a.hwpx", stream.getvalue()) == "encrypted"


def test_a_document_without_text() -> None:
    """Is empty, and one that is cut off is damaged."""
    assert reason("a.hwp", documents.hwp([])) == "empty"
    assert reason("a.hwpx", documents.hwpx([])) == "empty"
    assert reason("a.hwpx", documents.hwpx(TEXTS)[:300]) == "malformed"
    assert reason("a.hml", documents.hwpml(TEXTS)[:-20]) == "malformed"


def test_a_text_about_the_format_is_no_document_of_it() -> None:
    """HWPML begins with its own element."""
    assert parse("a.md", b"# Formats\n\nA file with <HWPML Version> is one.").title == "Formats"


def test_content_decides_before_the_name() -> None:
    """A Hangul document is one under any name."""
    for name in ("a.txt", "a", "a.pdf"):
        assert parse(name, documents.hwp(TEXTS)).text.startswith("휴가 규정")
