"""The door to the parsers: what a file is decides, then its name."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing import extension, parse, supported
from tests import documents

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.MD", ".md"),
        ("archive.tar.gz", ".gz"),
        ("README", ""),
        ("app.log.1", ""),
        ("v1.2 회의록", ""),
        ("회의록.txt", ".txt"),
        (".bashrc", ""),
        ("2024.01.15", ""),
        ("a.", ""),
    ],
)
def test_extensions(name: str, expected: str) -> None:
    """Letters after the last dot; numbers, dates and words with spaces are none."""
    assert extension(name) == expected


@pytest.mark.parametrize(
    "name", ["a.md", "A.TXT", "b.html", "c.csv", "d.py", "Dockerfile", "README", "app.log.2"]
)
def test_supported_names(name: str) -> None:
    """The formats that are read, and names without an extension."""
    assert supported(name)


@pytest.mark.parametrize("name", ["a.doc", "b.hwt", "c.ppt", "d.PNG", "e.exe", "f.mp4"])
def test_unsupported_names(name: str) -> None:
    """Other formats are reported with their extension."""
    assert not supported(name)
    with pytest.raises(Unreadable) as caught:
        parse(name, b"text")
    assert caught.value.parameters == {"reason": "unsupported", "detail": extension(name)}


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (b"HWP Document File V3.00 \x1a", "unsupported", "HWP 3"),
        (OLE + "WordDocument".encode("utf-16-le"), "unsupported", "DOC"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", ""),
        (OLE, "unsupported", "OLE"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 9, "binary", "PNG"),
        (b"\xff\xd8\xff\xe0JFIF", "binary", "JPEG"),
        (b"\x7fELF\x02\x01", "binary", "ELF"),
        (b"\0\0\0\x18ftypmp42", "binary", "MP4"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "binary", "WEBP"),
        (b"BM\x0e\0\0\0" + b"\0" * 8, "binary", "BMP"),
    ],
)
def test_other_formats_under_a_text_name(data: bytes, reason: str, detail: str) -> None:
    """What it looks like is said, whatever the file is called."""
    for name in ("notes.txt", "notes.md", "notes"):
        with pytest.raises(Unreadable) as caught:
            parse(name, data)
        assert caught.value.parameters == {"reason": reason, "detail": detail}


@pytest.mark.parametrize("name", ["a.pdf", "b.hwp", "c.docx", "d.xlsx", "e.zip"])
def test_a_name_that_promises_too_much(name: str) -> None:
    """Text isn't read as what its name says, nor as text: something has gone wrong with the file."""
    with pytest.raises(Unreadable) as caught:
        parse(name, b"text")
    assert caught.value.parameters == {"reason": "malformed", "detail": ""}


def test_words_that_begin_like_a_signature() -> None:
    """A text may begin with BM, MZ or PK."""
    for text in ("BMW has a price", "MZ generation", "PK is a team", "ID3 tags", "II* and III"):
        assert parse("a.txt", text.encode()).text == text


def test_html_under_a_text_name() -> None:
    """A saved page is read as one."""
    assert parse("page.txt", b"\n<!DOCTYPE html>\n<h1>T</h1><p>x").title == "T"


@pytest.mark.parametrize(
    ("name", "data", "kinds"),
    [
        ("a.md", b"# T\n\n- x", ["heading", "list"]),
        ("a.txt", b"# T\n\n- x", ["heading", "paragraph"]),
        ("a.csv", b"a,b\n1,2", ["table"]),
        ("a.tsv", b"a\tb\n1\t2", ["table"]),
        ("a.html", b"<p>x", ["paragraph"]),
        ("a.py", b"x = 1", ["code"]),
        ("Makefile", b"all:\n\techo", ["code"]),
        ("a.log", b"line", ["code"]),
        ("README", b"words", ["paragraph"]),
    ],
)
def test_parsers_by_name(name: str, data: bytes, kinds: list[str]) -> None:
    """Each family of names has its parser."""
    assert [block.kind for block in parse(name, data).blocks] == kinds


def test_the_title_is_the_name_in_nfc() -> None:
    """A name that macOS decomposed is composed, and loses its extension."""
    assert parse(unicodedata.normalize("NFD", "회의록.txt"), b"x").title == "회의록"


def test_a_document_that_shows_nothing_is_empty() -> None:
    """Comments or delimiters alone are nothing to read."""
    for name, data in (
        ("a.md", b"<!-- todo -->\n"),
        ("a.csv", b",,\n,,\n"),
        ("a.txt", b" \n"),
        ("a.md", b"---\n"),
    ):
        with pytest.raises(Unreadable) as caught:
            parse(name, data)
        assert caught.value.key == "error-unreadable-empty"


@given(
    st.sampled_from(["a.md", "a.txt", "a.csv", "a.html", "a.py", "a.log", "a"]),
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))),
)
def test_any_content_is_read_or_unreadable(name: str, data: bytes) -> None:
    """Nothing but Unreadable is raised; blocks are ordered, within the text, and not blank."""
    try:
        document = parse(name, data)
    except Unreadable:
        return
    assert unicodedata.is_normalized("NFC", document.text)
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        assert document.text[block.start : block.end].strip()
        assert all(block.start <= part < block.end for part in block.parts)
        last = block.end


@pytest.mark.parametrize(
    ("name", "library", "data"),
    [
        ("a.hwp", "unhwp", documents.hwp(["x"])),
        ("a.pdf", "pypdfium2", documents.pdf([["x"]])),
        ("a.ods", "python_calamine", documents.opendocument("spreadsheet", "")),
        ("a.rtf", "striprtf.striprtf", b"{\\rtf1 x}"),
        ("a.msg", "olefile", documents.msg("x")),
    ],
)
def test_a_library_that_is_missing(
    name: str, library: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document says what has to be installed, and the others are read."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Unreadable) as caught:
        parse(name, data)
    assert caught.value.parameters == {"reason": "not_installed", "detail": "pip install 'saseo[documents]'"}


def test_a_name_with_line_breaks_gives_a_title_on_one_line() -> None:
    """File systems allow them; a title is shown in lists."""
    assert parse("줄\n바꿈 .txt", "글".encode()).title == "줄 바꿈"
