"""Formats that are told by their content, whatever the file is called."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Literal

from knowledge.parsing.compound import root_names


@dataclass(frozen=True, slots=True)
class Format:
    """A document that has a reader, one in a format that isn't read (`unsupported`), or none (`binary`)."""

    name: str
    kind: Literal["document", "unsupported", "binary"] = "document"


_DOCUMENTS = (
    (b"%PDF-", Format("PDF")),
    (b"{\\rtf", Format("RTF")),
    (b"HWP Document File V", Format("HWP 3", "unsupported")),
    (b"SQLite format 3\0", Format("SQLite", "unsupported")),
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
_SIGNATURES = (*_DOCUMENTS, *((signature, Format(name, "binary")) for signature, name in _BINARIES))
# What an archive holds that is a package.
_PACKAGES = (
    (re.compile(r"word/document\d*\.xml", re.IGNORECASE), "DOCX"),
    (re.compile(r"xl/workbook\d*\.(?:xml|bin)", re.IGNORECASE), "XLSX"),
    (re.compile(r"ppt/presentation\d*\.xml", re.IGNORECASE), "PPTX"),
    (re.compile(r"Contents/content\.hpf"), "HWPX"),
)
# What its first entry says it is.
_MEDIA_TYPES = (
    (b"application/hwp+zip", "HWPX"),
    (b"application/epub+zip", "EPUB"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "ODS"),
    (b"application/vnd.oasis.opendocument.text", "ODT"),
    (b"application/vnd.oasis.opendocument.presentation", "ODP"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", Format("encrypted", "unsupported")),
    ("WordDocument", Format("DOC", "unsupported")),
    ("Workbook", Format("XLS")),
    ("Book", Format("XLS")),
    ("PowerPoint Document", Format("PPT", "unsupported")),
    ("__properties_version1.0", Format("MSG")),
)
_PDF_MAY_BEGIN_AT = 1024
_START = 4096


def recognise(data: bytes) -> Format | None:
    """The format of a file that isn't plain text, or None if its content says nothing."""
    begins = (found for signature, found in _SIGNATURES if data.startswith(signature))
    if found := next(begins, None):
        return found
    if data.startswith(_OLE):
        return _ole(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format(_package(data))
    if b"%PDF-1." in data[:_PDF_MAY_BEGIN_AT] and b"\0" in data[:_START]:
        return Format("PDF")
    start = data[:_START].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<") and (b"<HWPML" in start or "<HWPML".encode("utf-16-le") in start):
        return Format("HWPML")
    return _container(data)


def _ole(data: bytes) -> Format:
    """By what lies at its root: a message may hold files of all the other kinds."""
    names = root_names(data)
    if {"FileHeader", "DocInfo"} <= names or (not names and b"HWP Document File" in data):
        return Format("HWP")
    by_root = (format_ for stream, format_ in _OLE_STREAMS if stream in names)
    if found := next(by_root, None):
        return found
    # Of a damaged one, whose directory can't be followed, the names are somewhere.
    anywhere = (format_ for stream, format_ in _OLE_STREAMS if stream.encode("utf-16-le") in data)
    return next(anywhere, Format("OLE", "unsupported"))


def _package(data: bytes) -> str:
    if found := _by_media_type(data[:200]):
        return found
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/") for name in archive.namelist()]
            if "mimetype" in names:  # which should have been the first entry, and not compressed
                with archive.open("mimetype") as stream:
                    if found := _by_media_type(stream.read(200)):
                        return found
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError):
        return "ZIP"  # whose reader says what is wrong with it
    kinds = (kind for pattern, kind in _PACKAGES if any(map(pattern.fullmatch, names)))
    return next(kinds, "ZIP")


def _by_media_type(start: bytes) -> str:
    return next((name for media_type, name in _MEDIA_TYPES if media_type in start), "")


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
