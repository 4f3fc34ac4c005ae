"""Every reader's entry under damaged and made-up content: a document, or a reason why there is none."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.parsing.signatures import recognise
from knowledge.types import ParsedDocument
from tests import documents
from tests.knowledge.parsing.hostile.files import page_of, word, workbook

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
TABLE = [["직급", "일수"], ["사원", "15"]]
TEXT = "# 제목\n\n글과 **굵은** 글, [링크](x) `code`\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def _office(make: Callable[[], Any], fill: Callable[[Any], object]) -> bytes:
    made = make()
    fill(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@functools.cache
def samples() -> dict[str, bytes]:
    """A whole document of every format."""
    return {
        "a.hwp": documents.hwp(["휴가 규정", "연차 15일"]),
        "a.hwpx": documents.hwpx(["휴가 규정"], table=TABLE),
        "a.hml": documents.hwpml(["본문"], heading="개요", table=TABLE),
        "a.pdf": page_of(b"BT /F 9 Tf 50 600 Td (hello) Tj ET 0 0 m 9 9 l S"),
        "b.pdf": documents.pdf([["# 휴가 규정", "글"]], table=TABLE),
        "a.docx": _office(docx.Document, lambda made: made.add_heading("제목", 1)),
        "a.pptx": _office(pptx.Presentation, lambda made: made.slides.add_slide(made.slide_layouts[0])),
        "a.xlsx": _office(openpyxl.Workbook, lambda made: made.active.append(["a", "b"])),
        "a.odt": documents.opendocument("text", "<text:h>h</text:h><text:p>x</text:p>"),
        "a.odp": documents.opendocument("presentation", "<draw:page><text:p>x</text:p></draw:page>"),
        "a.rtf": rb"{\rtf1\ansi\ansicpg949 \'b0\'a1 text \u54620?\par}",
        "a.epub": documents.epub(["<h1>One</h1><p>text</p>"]),
        "a.ipynb": documents.notebook([("markdown", TEXT), ("code", "print(1)")], output="1"),
        "a.eml": documents.eml("글", attached={"a.md": TEXT.encode()}),
        "a.msg": documents.msg("글", attached={"a.md": TEXT.encode()}),
        "a.zip": documents.archive({"a.md": TEXT, "b.csv": "a,b\n1,2"}),
        "a.md": TEXT.encode(),
        "a.html": b"<html><table><tr><td colspan=2>a<td>b</table><ul><li>x<ul><li>y</ul></ul><pre>z</pre>",
        "a.csv": 'a,b\n1,"x\ny"\n'.encode("cp949"),
    }


def check(name: str, data: bytes) -> ParsedDocument | None:
    """Read it; what comes out is sound."""
    try:
        document = parse(name, data)
    except (Unreadable, RecursionError):  # the sandbox's child tells of the second as `too_complex`
        return None
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        assert document.text[block.start : block.end].strip()
        assert all(block.start <= part < block.end for part in block.parts)
        last = block.end
    assert document.blocks
    return document


@pytest.mark.parametrize("name", samples())
def test_the_samples_are_whole(name: str) -> None:
    """What is damaged below can be read as it is."""
    if name != "a.pptx":  # its one slide has no text
        assert check(name, samples()[name])


@pytest.mark.parametrize("name", samples())
@FEW
@given(data=st.data())
def test_damaged_documents(name: str, data: st.DataObject) -> None:
    """Bytes changed, cut out, doubled or cut off."""
    damaged = bytearray(samples()[name])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(len(damaged) - 1, 0)))
        match data.draw(st.sampled_from(["change", "cut", "double", "end"])):
            case "change":
                damaged[place : place + 1] = data.draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del damaged[place : place + data.draw(st.integers(1, 40))]
            case "double":
                damaged[place:place] = damaged[place : place + 40]
            case _:
                del damaged[place:]
    check(name, bytes(damaged))


XML = st.recursive(
    st.text(st.characters(categories=["L", "N", "Zs"]), max_size=8),
    lambda inner: st.builds(
        lambda tag, attributes, children: f"<{tag}{attributes}>{''.join(children)}</{tag.split(' ')[0]}>",
        st.sampled_from(
            [
                "w:p",
                "w:r",
                "w:t",
                "w:tbl",
                "w:tr",
                "w:tc",
                "w:tcPr",
                "w:pPr",
                "w:numPr",
                "w:txbxContent",
                "w:sdt",
                "w:footnoteReference",
                "w:br",
            ]
        ),
        st.sampled_from(["", ' w:val="9"', ' w:val="-1"', ' w:id="2"', ' w:type="page"']),
        st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@FEW
@given(st.lists(XML, max_size=5).map("".join))
def test_word_documents_of_any_shape(body: str) -> None:
    """Elements where none belongs."""
    check("a.docx", word(body))
    text_tags = body.replace("w:", "text:")
    check("a.odt", documents.opendocument("text", text_tags.replace("text:tbl", "table:table")))


CELLS = st.builds(
    lambda place, kind, value: f'<c r="{place}"{kind}><v>{value}</v></c>',
    st.sampled_from(["A1", "B2", "C900", "", "ZZ", "A0", "1A"]),
    st.sampled_from(["", ' t="s"', ' t="b"', ' t="e"', ' t="inlineStr"', ' s="7"']),
    st.sampled_from(["1", "-1", "1e400", "x", "99999999999", ""]),
)


@FEW
@given(st.lists(CELLS, max_size=8).map("".join))
def test_sheets_of_any_shape(cells: str) -> None:
    """Cells that are nowhere, values that are none."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'
    check("a.xlsx", workbook(sheet))


OPERATORS = st.sampled_from(
    [
        b"BT",
        b"ET",
        b"/F 9 Tf",
        b"(text) Tj",
        b"9 9 Td",
        b"0 0 1 1 re",
        b"S",
        b"q",
        b"Q",
        b"1 0 0 -1 0 0 cm",
        b"9 Tr",
        b"(",
        b"<<",
    ]
)


@FEW
@given(
    st.lists(OPERATORS, max_size=30).map(b" ".join),
    st.sampled_from([b"0 0 9 9", b"9 9 0 0", b"0 0 0 0", b"-1 -1"]),
)
def test_pages_of_any_content(content: bytes, box: bytes) -> None:
    """Operators in any order, boxes of any size."""
    check("a.pdf", page_of(content, box))


@settings(max_examples=300)
@given(
    st.sampled_from(
        [b"", b"PK\x03\x04", b"%PDF-", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<HWPML"]
    ),
    st.binary(max_size=300),
    st.sampled_from(["a.pdf", "a.hwp", "a.docx", "a.zip", "a.eml", "a.ipynb", "a.rtf", "a.msg", "a"]),
)
def test_anything_after_a_signature(signature: bytes, rest: bytes, name: str) -> None:
    """Recognising never fails, and no reader raises anything of its own."""
    recognise(signature + rest)
    check(name, signature + rest)
