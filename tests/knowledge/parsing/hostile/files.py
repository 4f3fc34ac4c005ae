"""Files that are made to hurt whoever opens them, each by the name that it would have."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests import documents
from tests.compound import compound
from tests.documents import archive

MEGABYTE = 1 << 20
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_REPEATED = "".join(f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 12))
_LAUGHS = f'<!DOCTYPE x [<!ENTITY a0 "ha">{_REPEATED}]>'
_EXTERNAL = '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'
_REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'
_DEEP = 100_000
_WIDE_CELL = '<w:tc><w:tcPr><w:gridSpan w:val="9999"/></w:tcPr></w:tc>'


def word(body: str, doctype: str = "", **more: str | bytes) -> bytes:
    """A DOCX with this body."""
    content = f'<?xml version="1.0"?>{doctype}<w:document {_W}><w:body>{body}</w:body></w:document>'
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": content, **more})


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _book(doctype: str) -> bytes:
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "b.opf": f"{doctype}<package><title>&a11;</title></package>",
        }
    )


def _odt(doctype: str, inside: str) -> bytes:
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"{doctype}<c><body>{inside}</body></c>",
        }
    )


def _zeros(name: str, size: int = 210 * MEGABYTE, **before: str) -> bytes:
    """A package with one entry that unfolds to nothing but spaces."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for entry, content in before.items():
            made.writestr(entry, content)
        with made.open(name, "w", force_zip64=True) as entry:
            for _ in range(size // MEGABYTE):
                entry.write(b" " * MEGABYTE)
    return stream.getvalue()


def _nested(depth: int) -> bytes:
    data = archive({"a.txt": "text"})
    for _ in range(depth):
        data = archive({"a.zip": data})
    return data


def _wide_nested() -> bytes:
    """Ten times ten times ten archives, each of a text of a megabyte."""
    data = archive({"a.txt": "words and more words " * 50_000})
    for _ in range(3):
        data = archive({f"{n}.zip": data for n in range(10)})
    return data


def _many_entries() -> bytes:
    return archive({f"{n}.txt": "" for n in range(20_001)})


def _liar() -> bytes:
    """An archive whose directory says that its entry is small."""
    data = bytearray(archive({"x": "", "a.txt": "word " * MEGABYTE}))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


def _far_cell() -> bytes:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
    )
    return workbook(sheet)


def workbook(sheet: str, strings: str = "") -> bytes:
    """An XLSX with this sheet."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = "".join(
        f'<Relationship Id="r{n}" Type="{relation}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")), 1
        )
    )
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relation}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": strings or f'<sst xmlns="{main}"/>',
        }
    )


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF of these objects, the first of them the catalog."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def _stream(content: bytes, *, deflate: bool = False) -> bytes:
    packed = zlib.compress(content) if deflate else content
    head = b"<</Length %d%s>>" % (len(packed), b"/Filter/FlateDecode" if deflate else b"")
    return head + b"stream\n" + packed + b"\nendstream"


def page_of(
    content: bytes, box: bytes = b"0 0 500 700", *, deflate: bool = False, resources: bytes = b""
) -> bytes:
    """A PDF with one page of this content."""
    font = b"<</Font<</F 5 0 R>>%s>>" % resources
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources %s>>" % (box, font),
            _stream(content, deflate=deflate),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 5>>stream\n/X Do\nendstream",
        ]
    )


def _many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 3 0 R>>"
    head = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        _stream(b""),
    ]
    return pdf_of([*head, *[page] * count])


def _looped_pages() -> bytes:
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>"])


def _deep_mail(depth: int) -> bytes:
    head = b"From: a@example.com\nMIME-Version: 1.0\n"
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number)
        for number in range(depth)
    )
    return head + parts + b"Content-Type: text/plain\n\ntext\n"


def _mails_in_mails(depth: int) -> bytes:
    data = documents.eml("innermost")
    for _ in range(depth):
        data = documents.eml("outer", attached={"inner.eml": data})
    return data


def _looped_compound(data: bytes) -> bytes:
    """Every sector of a compound file follows itself."""
    made = bytearray(data)
    (sector,) = struct.unpack_from("<I", made, 76)
    place = 512 * (sector + 1)
    made[place : place + 512] = struct.pack("<128I", *range(128))
    return bytes(made)


def _looped_directory() -> bytes:
    made = bytearray(documents.msg("text"))
    (sector,) = struct.unpack_from("<I", made, 48)
    start = 512 * (sector + 1)
    for entry in range(4):
        struct.pack_into("<III", made, start + 128 * entry + 68, 0, 1, 0)
    return bytes(made)


def _merged_table() -> bytes:
    cell = (
        '<CELL ColSpan="65000" RowSpan="65000"><PARALIST><P><TEXT><CHAR>x</CHAR></TEXT></P></PARALIST></CELL>'
    )
    rows = f"<ROW>{cell * 50}</ROW>" * 50
    return (
        f"<HWPML><BODY><SECTION><P><TEXT><TABLE>{rows}</TABLE></TEXT></P></SECTION></BODY></HWPML>".encode()
    )


FILES: dict[str, Callable[[], bytes]] = {
    # XML
    "laughs.docx": lambda: word(_paragraph("&a11;"), _LAUGHS),
    "external.docx": lambda: word(_paragraph("&a11;"), _EXTERNAL),
    "remote.docx": lambda: word(_paragraph("x"), _REMOTE),
    "laughs16.docx": lambda: archive(
        {
            "word/document.xml": f'<?xml version="1.0" encoding="utf-16"?>{_LAUGHS}<d>&a11;</d>'.encode(
                "utf-16"
            )
        }
    ),
    "laughs.odt": lambda: _odt(_LAUGHS, "&a11;"),
    "external.odt": lambda: _odt(_EXTERNAL, "&a11;"),
    "laughs.epub": lambda: _book(_LAUGHS),
    "external.epub": lambda: _book(_EXTERNAL),
    "laughs.hml": f"{_LAUGHS}<HWPML><BODY><SECTION>&a11;</SECTION></BODY></HWPML>".encode,
    "external.hml": f"{_EXTERNAL}<HWPML><P>&a11;</P></HWPML>".encode,
    "laughs.xlsx": lambda: workbook(f"{_LAUGHS}<worksheet><sheetData>&a11;</sheetData></worksheet>"),
    "laughs.pptx": lambda: archive({"ppt/presentation.xml": f"{_LAUGHS}<p>&a11;</p>"}),
    "laughs.hwpx": lambda: archive(
        {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": "<x/>",
            "Contents/section0.xml": f"{_LAUGHS}<s>&a11;</s>",
        }
    ),
    "deep.docx": lambda: word("<w:sdt>" * _DEEP + "</w:sdt>" * _DEEP),
    "deep.odt": lambda: _odt("", "<section>" * _DEEP + "</section>" * _DEEP),
    "deep-list.odt": lambda: _odt("", "<list><list-item>" * _DEEP + "</list-item></list>" * _DEEP),
    "deep.pptx": lambda: archive(
        {
            "ppt/presentation.xml": '<p xmlns:r="http://x/relationships"><sldId r:id="a"/></p>',
            "ppt/_rels/presentation.xml.rels": '<r><Relationship Id="a" Type="x/slide" Target="s.xml"/></r>',
            "ppt/s.xml": "<grpSp>" * _DEEP + "</grpSp>" * _DEEP,
        }
    ),
    "deep.hml": lambda: (
        b"<HWPML><BODY><SECTION>"
        + b"<P><TABLE>" * _DEEP
        + b"</TABLE></P>" * _DEEP
        + b"</SECTION></BODY></HWPML>"
    ),
    "attributes.docx": lambda: word("<w:p " + " ".join(f'a{n}="x"' for n in range(100_000)) + "/>"),
    "open.docx": lambda: word("<w:p>" * 1000),
    "style-loop.docx": lambda: word(
        '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>',
        **{
            "word/styles.xml": f'<w:styles {_W}><w:style w:styleId="a"><w:basedOn w:val="a"/></w:style></w:styles>'
        },
    ),
    "wide.docx": lambda: word("<w:tbl>" + ("<w:tr>" + _WIDE_CELL * 100 + "</w:tr>") * 100 + "</w:tbl>"),
    "merged.hml": _merged_table,
    "slide-loop.pptx": lambda: archive(
        {
            "ppt/presentation.xml": '<p xmlns:r="http://x/relationships"><sldId r:id="a"/></p>',
            "ppt/_rels/presentation.xml.rels": '<r><Relationship Id="a" Type="x/slide" Target="../../../etc/passwd"/></r>',
        }
    ),
    # packages
    "bomb.docx": lambda: _zeros("word/document.xml"),
    "bomb.odt": lambda: _zeros("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
    "bomb.xlsx": lambda: _zeros("xl/workbook.xml"),
    "bomb.hwpx": lambda: _zeros("Contents/section0.xml", mimetype="application/hwp+zip"),
    "bomb.zip": lambda: _zeros("a.txt"),
    "nested.zip": lambda: _nested(40),
    "wide-nested.zip": _wide_nested,
    "many.zip": _many_entries,
    "liar.zip": _liar,
    "traversal.zip": lambda: archive({"../" * 50 + "etc/passwd.txt": "text", "C:\\x\\..\\y.txt": "text"}),
    "half.zip": lambda: archive({"a.txt": "text " * 10_000})[:80],
    "empty.zip": lambda: b"PK\x05\x06" + bytes(18),
    "signature.zip": lambda: b"PK\x03\x04",
    "far.xlsx": _far_cell,
    "strings.xlsx": lambda: workbook(
        '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>4294967295</v></c></row></sheetData></worksheet>'
    ),
    # PDF
    "pages.pdf": lambda: _many_pages(10_000),
    "looped.pdf": _looped_pages,
    "form-loop.pdf": lambda: page_of(b"/X Do", resources=b"/XObject<</X 6 0 R>>"),
    "unfolds.pdf": lambda: page_of(b" " * (100 * MEGABYTE), deflate=True),
    "states.pdf": lambda: page_of(b"q " * 2_000_000, deflate=True),
    "letters.pdf": lambda: page_of(
        b"BT /F 9 Tf " + b"(aaaaaaaaaaaaaaaaaaaa) Tj 0 -9 Td " * 4_000 + b"ET", deflate=True
    ),
    "lines.pdf": lambda: page_of(b"0 0 m 9 9 l S " * 300_000, deflate=True),
    "boxes.pdf": lambda: page_of(b"".join(b"%d %d 9 9 re S " % (n % 500, n // 9) for n in range(1900))),
    "vast.pdf": lambda: page_of(b"BT /F 1e30 Tf (x) Tj ET", b"0 0 1e38 1e38"),
    "arrays.pdf": lambda: page_of(b"[" * 1_000_000),
    "names.pdf": lambda: b"%PDF-1.7\n" + b"<<" * 500_000,
    "xref.pdf": lambda: b"%PDF-1.7\nxref\n0 99999999\ntrailer\n<</Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF",
    # compound files
    "fat-loop.hwp": lambda: _looped_compound(documents.hwp(["text"])),
    "fat-loop.msg": lambda: _looped_compound(documents.msg("text " * 5000)),
    "directory-loop.msg": _looped_directory,
    "record.hwp": lambda: compound(
        {
            "FileHeader": b"HWP Document File".ljust(36, b"\0") + bytes(220),
            "DocInfo": b"\xff" * 4096,
            "BodyText/Section0": b"\x42\x00\xf0\xff\xff\xff\xff\xff" * 64,
        }
    ),
    "unfolds.hwp": lambda: compound(
        {
            "FileHeader": b"HWP Document File".ljust(32, b"\0")
            + struct.pack("<II", 0x05000300, 1)
            + bytes(216),
            "DocInfo": _raw_deflate(bytes(4096)),
            "BodyText/Section0": _raw_deflate(bytes(200 * MEGABYTE)),
        }
    ),
    # text
    "deep.eml": lambda: _deep_mail(300),
    "mails.eml": lambda: _mails_in_mails(8),
    "headers.eml": lambda: b"".join(b"X-%d: %s\n" % (n, b"x" * 900) for n in range(5000)) + b"\ntext",
    "encoded.eml": lambda: b"Subject: " + b"=?utf-8?q?=41?= " * 5_000 + b"\n\ntext",
    "address.eml": lambda: b"From: " + b"(" * 20_000 + b"\nTo: " + b"a@b," * 20_000 + b"\n\ntext",
    "deep.ipynb": lambda: b'{"cells":' + b"[" * 1_000_000,
    "odd.ipynb": lambda: json.dumps(
        {"cells": [{"cell_type": 1, "source": {"a": 1}, "outputs": [3]}, 7]}
    ).encode(),
    "groups.rtf": lambda: b"{\\rtf1" + b"{" * 500_000 + b"x" + b"}" * 500_000 + b"}",
    "binary.rtf": lambda: b"{\\rtf1\\bin4294967295 x}",
    "words.rtf": lambda: b"{\\rtf1" + b"\\a" * 300_000 + b"}",
    "unicode.rtf": lambda: b"{\\rtf1\\uc99999999 " + b"\\u-1 ?" * 20_000 + b"}",
    "deep.html": lambda: b"<div>" * 300_000,
    "quotes.csv": lambda: b'"' + b"a,b\n" * 100_000,
    "marks.txt": ("a" + "\u0301" * 300_000).encode,
    "stars.md": lambda: b"*a " * 200_000,
    "brackets.md": lambda: b"[" * 200_000,
    "quotes.md": lambda: b"> " * 50_000 + b"x",
    "blank.py": lambda: b"x\n" + b"\n" * 2_000_000 + b"y",
}


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
