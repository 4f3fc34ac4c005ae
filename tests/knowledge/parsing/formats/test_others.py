"""RTF, books, notebooks, messages and archives."""

from __future__ import annotations

import io
import zipfile

import pytest

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.types import Omission, Place
from tests import documents
from tests.compound import compound
from tests.knowledge.parsing.formats import blocks

PNG = b"\x89PNG\r\n\x1a\n"


def reason(name: str, data: bytes) -> str:
    """Why a document can't be read."""
    with pytest.raises(Unreadable) as caught:
        parse(name, data)
    return str(caught.value.parameters["reason"])


def test_rtf() -> None:
    """Korean by its code page and by Unicode, paragraphs apart."""
    data = rb"{\rtf1\ansi\ansicpg949{\fonttbl{\f0\fcharset129 Batang;}}\f0 First\par \'b0\'a1\'b3\'aa \u54620?\u44397?\par}"
    assert blocks(parse("a.rtf", data)) == [("heading", "First"), ("paragraph", "가나 한국")]
    assert reason("a.rtf", rb"{\rtf1}") == "empty"


def test_a_book() -> None:
    """Its chapters in the order of the spine, and its own title."""
    document = parse(
        "a.epub", documents.epub(["<h1>One</h1><p>text</p>", "<img/>", "<h1>둘</h1><p>글</p>"], title="책")
    )
    assert document.title == "책"
    assert [text for _, text in blocks(document)] == ["One", "text", "둘", "글"]


def test_a_notebook() -> None:
    """Text with its structure, code as code, and what was printed if it's short."""
    cells = [("markdown", "# Title\n\n- a\n- b"), ("code", "print(1)"), ("raw", "raw")]
    document = parse("a.ipynb", documents.notebook(cells, output="1\n"))
    assert document.title == "Title"
    assert blocks(document) == [
        ("heading", "Title"),
        ("list", "- a\n- b"),
        ("code", "print(1)"),
        ("code", "1"),
        ("paragraph", "raw"),
    ]
    assert len(parse("a.ipynb", documents.notebook([("code", "x")], output="y" * 9000)).blocks) == 1
    for wrong in (b"[]", b"{", b"1"):
        assert reason("a.ipynb", wrong) == "malformed"


@pytest.mark.parametrize(("name", "make"), [("a.eml", documents.eml), ("a.msg", documents.msg)])
def test_a_message(name: str, make) -> None:
    """Who wrote to whom, the text, and each attachment that can be read as a part with its own headings."""
    attached = {"회의록.md": b"# Agenda\n\nitem", "photo.png": PNG}
    document = parse(name, make("본문입니다.\n", subject="주간 회의", attached=attached))
    assert document.title == "주간 회의"
    (_, head), *rest = blocks(document)
    assert head.startswith("From: 김민지 <minji@example.com>\nTo: team@example.com")
    assert rest == [
        ("paragraph", "본문입니다."),
        ("heading", "회의록.md"),
        ("heading", "Agenda"),
        ("paragraph", "item"),
    ]
    assert [block.place for block in document.blocks] == [None, None, *[Place(part="회의록.md")] * 3]
    assert [block.level for block in document.blocks] == [0, 0, 1, 2, 0]


def test_a_message_whose_plain_text_is_a_stub() -> None:
    """The HTML is taken where the plain text says next to nothing."""
    html = "<style>p {color: red}</style><p>" + "real words of the message " * 6 + "</p>"
    for stub in (" ", "This message is in HTML.\n"):
        assert blocks(parse("a.eml", documents.eml(stub, html=html)))[1][1].startswith("real words")


def test_headers_in_an_encoding_that_is_not_named() -> None:
    """Older Korean programs write CP949 as it is."""
    data = b"From: a@example.com\nSubject: " + "휴가 안내".encode("cp949") + b"\n\ntext"
    assert parse("a.eml", data).title == "휴가 안내"


def test_attachments_deep_in_a_message() -> None:
    """They are found in parts of parts, and by the names that Korean mailers give them."""
    name = b"=?EUC-KR?B?yN6woS50eHQ=?="
    data = (
        b"From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nbody\n--b\nContent-Type: multipart/mixed; boundary=c\n\n"
        b'--c\nContent-Disposition: attachment; filename="' + name + b'"\n\nattached\n--c--\n--b--\n'
    )
    assert [text for _, text in blocks(parse("a.eml", data))][1:] == ["body", "휴가.txt", "attached"]


def test_files_inside_that_cannot_be_read() -> None:
    """They cost the rest nothing and are told of; pictures aren't missed."""
    locked = bytearray(documents.archive({"a.txt": "x"}))
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    files = {"a.md": b"text", "b.zip": bytes(locked), "c.png": PNG, "scan.pdf": documents.scanned_pdf()}
    wanted = (Omission("inside", "b.zip"), Omission("needs_ocr", "(scan.pdf)"))
    for name, data in (("a.eml", documents.eml("body", attached=files)), ("a.zip", documents.archive(files))):
        document = parse(name, data)
        assert "text" in document.text
        assert document.omissions == wanted
    whole = documents.archive({"a.txt": "some text", "b.txt": "other text"})
    damaged = bytearray(whole)
    damaged[whole.rfind(b"PK\x01\x02") + 16] ^= 0xFF  # the second file's checksum
    document = parse("a.zip", bytes(damaged))
    assert document.text.endswith("some text")
    assert document.omissions == (Omission("inside", "b.txt"),)


@pytest.mark.parametrize("inner", ["FileHeader", "Workbook", "WordDocument"])
def test_a_message_with_another_compound_file(inner: str) -> None:
    """What is attached doesn't make a message what the attachment is."""
    attached = compound({inner: b"HWP Document File".ljust(4096, b"\0"), "DocInfo": bytes(10)})
    assert "본문" in parse("a.msg", documents.msg("본문", attached={"a.bin": attached})).text


def test_a_message_in_outlooks_own_form() -> None:
    """Whose text can't be read says so."""
    data = compound(
        {
            "__substg1.0_0037001F": "제목".encode("utf-16-le"),
            "__properties_version1.0": bytes(32),
            "__substg1.0_10090102": bytes(40),
            "__substg1.0_0C1A001F": "Kim".encode("utf-16-le"),
        }
    )
    assert parse("a.msg", data).omissions == (Omission("formatted"),)


def test_a_message_in_html() -> None:
    """The plain text is taken where there is one, else the HTML."""
    both = parse("a.eml", documents.eml("plain", html="<p>formatted</p>"))
    assert blocks(both)[1] == ("paragraph", "plain")
    only = documents.eml("", html="<h1>Head</h1><p>formatted</p>").replace(b"text/plain", b"text/x-none")
    assert blocks(parse("a.eml", only))[1:] == [("heading", "Head"), ("paragraph", "formatted")]


def test_an_archive() -> None:
    """Every file that can be read, under its path; places inside of it are kept."""
    inner = documents.archive({"deep.txt": "deep text"})
    data = documents.archive(
        {
            "notes/가.md": "# Head\n\ntext",
            "pages.pdf": documents.pdf([["one"], ["two"]]),
            "x.png": PNG,
            "in.zip": inner,
        }
    )
    document = parse("a.zip", data)
    assert [
        (block.page, block.place and block.place.part) for block in document.blocks if block.kind != "heading"
    ] == [
        (None, "notes/가.md"),
        (1, "pages.pdf"),
        (2, "pages.pdf"),
        (None, "in.zip > deep.txt"),
    ]


def test_korean_names_in_archives() -> None:
    """Windows writes them in CP949 and doesn't say so."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("XXXX.txt", "text")
    data = stream.getvalue().replace(b"XXXX", "한글".encode("cp949"))
    assert blocks(parse("a.zip", data))[0] == ("heading", "한글.txt")


def test_an_archive_of_nothing_to_read() -> None:
    """Says why: what it holds most."""
    assert reason("a.zip", documents.archive({"a.png": PNG, "b.png": PNG})) == "binary"
    assert reason("a.zip", documents.archive({})) == "empty"


def test_archives_too_deep_in_others() -> None:
    """They are told of, and what lies around them is read."""
    deep = documents.archive({"deep.md": "deepest"})
    for level in range(5):
        deep = documents.archive({f"{level}.zip": deep, f"{level}.md": f"level {level}"})
    document = parse("a.zip", deep)
    assert [text for kind, text in blocks(document) if kind == "paragraph"] == [
        f"level {n}" for n in (1, 2, 3, 4)
    ]
    assert [each.reason for each in document.omissions] == ["too_deep"]


def test_archives_in_archives_and_nothing_else() -> None:
    """They are refused for that, and not as a format that nobody reads."""
    deep = documents.archive({"deep.md": "deepest"})
    for level in range(5):
        deep = documents.archive({f"{level}.zip": deep})
    assert reason("a.zip", deep) == "too_deep"


def test_a_path_leads_nowhere(tmp_path, monkeypatch) -> None:
    """An archive's paths are names and nothing else: no file is written."""
    monkeypatch.chdir(tmp_path)
    document = parse("a.zip", documents.archive({"../../evil.txt": "text", "/etc/x.txt": "text"}))
    assert [text for kind, text in blocks(document) if kind == "heading"] == ["../../evil.txt", "/etc/x.txt"]
    assert list(tmp_path.iterdir()) == []
