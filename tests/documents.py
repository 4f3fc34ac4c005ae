"""Documents of every format, made here: the libraries that write them, or their bytes by hand."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from xml.sax.saxutils import escape

from tests.compound import compound

Table = Sequence[Sequence[str]]


def archive(entries: Mapping[str, bytes | str]) -> bytes:
    """A ZIP file; its first entry isn't compressed, as packages want their `mimetype`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for number, (name, content) in enumerate(entries.items()):
            made.writestr(name, content, zipfile.ZIP_STORED if number == 0 else None)
    return stream.getvalue()


def pdf(pages: Sequence[Sequence[str]], *, title: str = "", table: Table = (), password: str = "") -> bytes:
    """A PDF whose pages hold paragraphs; one that begins with `# ` is large. A table ends the first page."""
    from reportlab.lib import colors
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer
    from reportlab.platypus import Table as Ruled

    font = "HYSMyeongJo-Medium"
    pdfmetrics.registerFont(UnicodeCIDFont(font))
    body = ParagraphStyle("body", fontName=font, fontSize=10, leading=14, spaceAfter=10)
    large = ParagraphStyle("large", parent=body, fontSize=18, leading=24)
    flow = []
    for number, paragraphs in enumerate(pages):
        for text in paragraphs:
            is_large = text.startswith("# ")
            flow.append(Paragraph(escape(text.removeprefix("# ")), large if is_large else body))
        if number == 0 and table:
            style = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), font)]
            flow += [Spacer(1, 10), Ruled([list(row) for row in table], style=style)]
        flow.append(PageBreak())
    stream = io.BytesIO()
    lock = StandardEncryption(password) if password else None
    SimpleDocTemplate(stream, title=title, encrypt=lock).build(flow)
    return stream.getvalue()


def scanned_pdf(pages: int = 2) -> bytes:
    """A PDF whose pages are pictures."""
    return pdf_with_scans([None] * pages)


def pdf_with_scans(pages: Sequence[str | None], *, stamp: str = "") -> bytes:
    """A PDF whose pages are a line of text each, or a picture (None) with a stamp of text."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream)
    for number, text in enumerate(pages):
        if text is None:
            shade = Image.new("L", (60, 80), 40 * number % 256)
            canvas.drawImage(ImageReader(shade), 0, 0, 500, 700)
        canvas.drawString(50, 400, stamp if text is None else text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def hwpx(paragraphs: Sequence[str], *, title: str = "", table: Table = ()) -> bytes:
    """An HWPX with plain paragraphs and one table."""
    names = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section"'
    texts = [
        f'<hp:p paraPrIDRef="0"><hp:run><hp:t>{escape(text)}</hp:t></hp:run></hp:p>' for text in paragraphs
    ]
    if table:
        rows = "".join(
            "<hp:tr>"
            + "".join(
                f"<hp:tc><hp:subList><hp:p><hp:run><hp:t>{escape(cell)}</hp:t></hp:run></hp:p></hp:subList>"
                f'<hp:cellAddr colAddr="{column}" rowAddr="{number}"/><hp:cellSpan colSpan="1" rowSpan="1"/></hp:tc>'
                for column, cell in enumerate(row)
            )
            + "</hp:tr>"
            for number, row in enumerate(table)
        )
        size = f'rowCnt="{len(table)}" colCnt="{len(table[0])}"'
        texts.append(f"<hp:p><hp:run><hp:tbl {size}>{rows}</hp:tbl></hp:run></hp:p>")
    return archive(
        {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": '<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:metadata>'
            f"<opf:title>{escape(title)}</opf:title></opf:metadata><opf:manifest>"
            '<opf:item id="header" href="Contents/header.xml" media-type="application/xml"/>'
            '<opf:item id="section0" href="Contents/section0.xml" media-type="application/xml"/></opf:manifest>'
            '<opf:spine><opf:itemref idref="section0"/></opf:spine></opf:package>',
            "Contents/header.xml": '<hh:head xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head"/>',
            "Contents/section0.xml": f"<hs:sec {names}>{''.join(texts)}</hs:sec>",
        }
    )


def hwp(paragraphs: Sequence[str], *, flags: int = 0) -> bytes:
    """An HWP 5 with plain paragraphs, uncompressed (HWP 5.0 file format: FileHeader, DocInfo, BodyText)."""

    def record(tag: int, level: int, data: bytes) -> bytes:
        size = min(len(data), 0xFFF)
        head = struct.pack("<I", tag | level << 10 | size << 20)
        return head + (struct.pack("<I", len(data)) if size == 0xFFF else b"") + data

    body = b""
    for text in paragraphs:
        content = f"{text}\r".encode("utf-16-le")
        body += record(66, 0, struct.pack("<IIHBBHHHI", len(content) // 2, 0, 0, 0, 0, 1, 0, 0, 0))
        body += record(67, 1, content) + record(68, 1, struct.pack("<II", 0, 0))
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags) + bytes(216)
    properties = record(16, 0, struct.pack("<HHHHHHHIII", 1, 1, 1, 1, 1, 1, 1, 0, 0, 0))
    return compound({"FileHeader": header, "DocInfo": properties, "BodyText/Section0": body})


def hwpml(paragraphs: Sequence[str], *, title: str = "", table: Table = (), heading: str = "") -> bytes:
    """An HWPML with an outline heading, paragraphs and a table."""
    texts = [f'<P ParaShape="1"><TEXT><CHAR>{escape(heading)}</CHAR></TEXT></P>'] if heading else []
    texts += [f'<P ParaShape="0"><TEXT><CHAR>{escape(text)}</CHAR></TEXT></P>' for text in paragraphs]
    rows = "".join(
        "<ROW>"
        + "".join(
            f'<CELL ColSpan="1" RowSpan="1"><PARALIST><P><TEXT><CHAR>{escape(cell)}</CHAR></TEXT></P></PARALIST></CELL>'
            for cell in row
        )
        + "</ROW>"
        for row in table
    )
    texts.append(f"<P><TEXT><TABLE>{rows}</TABLE><CHAR/></TEXT></P>" if table else "")
    shapes = '<PARASHAPE Id="0" HeadingType="None"/><PARASHAPE Id="1" HeadingType="Outline" Level="0"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><HWPML Version="2.8"><HEAD><DOCSUMMARY><TITLE>{escape(title)}</TITLE>'
        f"</DOCSUMMARY><MAPPINGTABLE><PARASHAPELIST>{shapes}</PARASHAPELIST></MAPPINGTABLE></HEAD>"
        f"<BODY><SECTION Id='0'>{''.join(texts)}</SECTION></BODY></HWPML>"
    ).encode()


_OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def opendocument(kind: str, body: str, *, title: str = "") -> bytes:
    """An OpenDocument of a kind (`text`, `presentation`, `spreadsheet`) with this body."""
    content = f"<office:document-content {_OFFICE}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": content,
            "meta.xml": f"<office:document-meta {_OFFICE}><office:meta><dc:title>{escape(title)}</dc:title></office:meta></office:document-meta>",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )


def epub(chapters: Sequence[str], *, title: str = "Book") -> bytes:
    """A book whose chapters are the insides of HTML bodies."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{escape(title)}</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{
                f"OEBPS/c{n}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
                for n, body in enumerate(chapters)
            },
        }
    )


def notebook(cells: Sequence[tuple[str, str]], *, output: str = "") -> bytes:
    """A notebook of (kind, source) cells; code cells have printed `output`."""
    made = [
        {
            "cell_type": kind,
            "source": source.splitlines(keepends=True),
            **({"outputs": [{"output_type": "stream", "text": [output]}]} if kind == "code" else {}),
        }
        for kind, source in cells
    ]
    return json.dumps({"nbformat": 4, "cells": made}).encode()


def eml(
    body: str, *, subject: str = "Subject", attached: Mapping[str, bytes] | None = None, html: str = ""
) -> bytes:
    """A message, with files attached to it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "김민지 <minji@example.com>",
        "team@example.com",
        subject,
    )
    message["Date"] = "Mon, 02 Sep 2024 10:00:00 +0900"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in (attached or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def msg(body: str, *, subject: str = "Subject", attached: Mapping[str, bytes] | None = None) -> bytes:
    """A message as Outlook saves it."""
    texts = {
        "0037": subject,
        "0C1A": "김민지",
        "5D01": "minji@example.com",
        "0E04": "team@example.com",
        "1000": body,
    }
    streams = {f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in texts.items()}
    streams["__properties_version1.0"] = bytes(32)
    for number, (name, data) in enumerate((attached or {}).items()):
        folder = f"__attach_version1.0_#{number:08X}"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = data
    return compound(streams)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What a library's document saves into a stream."""
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()
