"""Bytes to a document's text and structure, one module per family of formats."""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Callable
from typing import cast

from knowledge.errors import Unreadable
from knowledge.parsing.code import parse_code
from knowledge.parsing.encoding import decode
from knowledge.parsing.markdown import parse_markdown
from knowledge.parsing.signatures import recognise
from knowledge.parsing.tables import parse_table
from knowledge.parsing.text import parse_log, parse_text
from knowledge.types import ParsedDocument

__all__ = ["Parse", "extension", "is_code", "parse", "supported"]

Parse = Callable[[str, bytes], ParsedDocument]
"""Reads a file's content, given its name: `parse` in this process, `sandbox.Sandbox.parse` in a child."""

_HTML = frozenset((".html", ".htm", ".xhtml"))
_CODE = """
py pyi js mjs cjs jsx ts tsx vue svelte java kt kts scala groovy gradle go rs c h cc cpp cxx hh hpp hxx m mm
cs fs vb swift rb php pl pm lua r jl ex exs erl hrl hs clj cljs ml mli dart zig nim sh bash zsh fish ps1 bat
cmd sql yaml yml toml json jsonl json5 ini cfg conf properties xml xsd proto thrift graphql gql tf tfvars hcl
cmake mk dockerfile css scss less sass nix bicep sol asm f90 pas
"""
_PARSERS: dict[str, Callable[[str, str], ParsedDocument]] = {
    **dict.fromkeys(
        (".txt", ".text", ".rst", ".adoc", ".asciidoc", ".org", ".tex", ".srt", ".vtt"), parse_text
    ),
    **dict.fromkeys((".log", ".out", ".err"), parse_log),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx"), parse_markdown),
    **dict.fromkeys((".csv", ".tsv", ".tab"), parse_table),
    **dict.fromkeys((f".{name}" for name in _CODE.split()), parse_code),
}
_PACKAGES = """
pdf hwp hwpx hml docx docm dotx dotm pptx pptm ppsx potx xlsx xlsm xltx xlsb xls odt ott ods ots odp otp rtf
epub msg zip
"""
# What has a reader of its own; the content decides which.
_FORMATTED = frozenset(f".{name}" for name in _PACKAGES.split())
_BY_NAME = {".eml": "EML", ".ipynb": "Jupyter"}
_EXTENSIONS = _HTML | _FORMATTED | _BY_NAME.keys() | _PARSERS.keys()
_READERS = {
    "PDF": "pdf:read_pdf",
    "HWP": "hwp:read_hwp",
    "HWPX": "hwp:read_hwp",
    "HWPML": "hwpml:read_hwpml",
    "DOCX": "docx:read_docx",
    "PPTX": "pptx:read_pptx",
    "XLSX": "sheets:read_sheets",
    "XLS": "sheets:read_sheets",
    "ODS": "sheets:read_sheets",
    "ODT": "odf:read_odf",
    "ODP": "odf:read_odf",
    "RTF": "rtf:read_rtf",
    "EPUB": "epub:read_epub",
    "Jupyter": "notebook:read_notebook",
}
# These hold other files.
_CONTAINERS = {"EML": "mail:read_eml", "MSG": "mail:read_msg", "ZIP": "archive:read_zip"}
_CODE_NAMES = frozenset(("containerfile", "dockerfile", "gemfile", "jenkinsfile", "makefile", "vagrantfile"))
_EXTENSION = re.compile(r".\.([A-Za-z][A-Za-z0-9_+-]{0,15})$")
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
# What many web applications give as a spreadsheet: a page with a table, or values between tabs.
_SHEET_NAMES = frozenset((".xls", ".xlsx"))
_SHEET_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|meta|style|table)\b", re.IGNORECASE
)
_TABBED = re.compile(rb"[^\0-\x08\n]*\t[^\0-\x08\n]*\n")


def extension(name: str) -> str:
    """A name's extension, small, with its dot; empty where there is none (`README`, `app.log.1`)."""
    match = _EXTENSION.search(name)
    return f".{match[1].lower()}" if match else ""


def supported(name: str) -> bool:
    """Whether a file of this name may be a document. One without an extension may: its content decides."""
    if name[name.rfind(".") :] in _EXTENSIONS:  # nearly always, and a scan asks for every file
        return True
    suffix = extension(name)
    return not suffix or suffix in _EXTENSIONS


def is_code(name: str) -> bool:
    """Whether a file of this name holds source code or configuration, where `#` begins a comment."""
    suffix = extension(name)
    return name.lower() in _CODE_NAMES or suffix == ".ipynb" or _PARSERS.get(suffix) is parse_code


def parse(name: str, data: bytes, depth: int = 0) -> ParsedDocument:
    """Read a file's content.

    What it is decides first (a PDF named `.txt` isn't text, and HTML named `.txt` is HTML), then its name.
    The title is what the format calls one, else the name without its extension.

    Args:
        name: the file's, without its folder.
        data: its content.
        depth: in how many other files it lies.

    Raises:
        Unreadable: `unsupported` or `binary` (`detail` is the format or the extension), `encoding`, `empty`,
        `malformed`, `encrypted`, `distribution`, `needs_ocr`, `not_installed` or `too_complex`.
    """
    suffix = extension(name)
    stem = " ".join(unicodedata.normalize("NFC", name[: len(name) - len(suffix)]).split())
    if found := recognise(data):
        if found.name == "encrypted":
            raise Unreadable(reason="encrypted", detail="")
        if found.kind != "document":
            raise Unreadable(reason=found.kind, detail=found.name)
        return _read(found.name, data, stem, depth)
    if not supported(name):
        raise Unreadable(reason="unsupported", detail=suffix)
    if suffix in _SHEET_NAMES and _SHEET_START.match(data):
        suffix = ".html"
    elif suffix in _SHEET_NAMES and _TABBED.match(data):
        suffix = ".tsv"
    if suffix in _FORMATTED:
        raise Unreadable(reason="malformed" if data.strip() else "empty", detail="")
    if suffix in _BY_NAME:
        return _read(_BY_NAME[suffix], data, stem, depth)
    parser = _PARSERS.get(suffix, parse_code if name.lower() in _CODE_NAMES else parse_text)
    if suffix in _HTML or (parser is parse_text and _HTML_START.match(data)):
        from knowledge.parsing.html import parse_html

        return parse_html(data, stem)
    document = parser(decode(data), stem)
    if not document.blocks:
        raise Unreadable(reason="empty", detail="")
    return document


def _read(format_: str, data: bytes, stem: str, depth: int) -> ParsedDocument:
    """Read what has a reader of its own. Of a damaged file a library may raise anything at all."""
    module, _, function = (_READERS.get(format_) or _CONTAINERS[format_]).partition(":")
    reader = getattr(importlib.import_module(f"knowledge.parsing.{module}"), function)
    arguments = (data, stem, parse, depth) if format_ in _CONTAINERS else (data, stem)
    try:
        return cast("ParsedDocument", reader(*arguments))
    except (Unreadable, MemoryError, RecursionError):
        raise
    except Exception as error:
        raise Unreadable(reason="malformed", detail=f"{format_}, {type(error).__name__}") from error
