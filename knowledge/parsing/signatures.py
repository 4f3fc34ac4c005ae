"""Formats that are told by their first bytes, whatever the file is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Format:
    """A document in a format that isn't read (`unsupported`), or no document (`binary`)."""

    name: str
    reason: Literal["unsupported", "binary"]


_DOCUMENTS = (
    (b"%PDF-", "PDF"),
    (b"HWP Document File", "HWP"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3\0", "SQLite"),
)
_BINARIES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"8BPS", "Photoshop"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90\0", "EXE"),
    (b"\xca\xfe\xba\xbe", "Java class"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\0asm", "WebAssembly"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"BZh91AY&SY", "BZIP2"),
    (b"\xfd7zXZ\0", "XZ"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"ID3\x03", "MP3"),
    (b"ID3\x04", "MP3"),
    (b"OggS\0", "Ogg"),
    (b"fLaC\0", "FLAC"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"wOFF\0", "font"),
    (b"wOF2\0", "font"),
)
# In the first entries of the archive; their names stand there uncompressed.
_PACKAGES = (
    (b"application/hwp+zip", "HWPX"),
    (b"application/epub+zip", "EPUB"),
    (b"application/vnd.oasis.opendocument", "OpenDocument"),
    (b"word/", "DOCX"),
    (b"xl/", "XLSX"),
    (b"ppt/", "PPTX"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("WordDocument", "DOC"),
    ("Workbook", "XLS"),
    ("PowerPoint Document", "PPT"),
    ("__substg1.0", "MSG"),
)


def recognise(data: bytes) -> Format | None:
    """The format of a file that isn't text, or None if its first bytes say nothing."""
    for signature, name in _DOCUMENTS:
        if data.startswith(signature):
            return Format(name, "unsupported")
    for signature, name in _BINARIES:
        if data.startswith(signature):
            return Format(name, "binary")
    if data.startswith(_OLE):
        return Format(_ole(data), "unsupported")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        packages = (name for mark, name in _PACKAGES if mark in data[:8192])
        return Format(name, "unsupported") if (name := next(packages, "")) else Format("ZIP", "binary")
    return _container(data)


def _ole(data: bytes) -> str:
    if b"HWP Document File" in data[: 1 << 20]:
        return "HWP"
    streams = (name for stream, name in _OLE_STREAMS if stream.encode("utf-16-le") in data[: 1 << 20])
    return next(streams, "OLE")


def _container(data: bytes) -> Format | None:
    """Formats whose name stands behind a length."""
    kind = data[8:12]
    if data.startswith(b"RIFF") and kind in (b"WEBP", b"WAVE", b"AVI "):
        return Format(kind.decode().strip(), "binary")
    if data[4:8] == b"ftyp":
        return Format("HEIC" if kind.startswith((b"hei", b"mif")) else "MP4", "binary")
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data):
        return Format("BMP", "binary")
    return None
