"""Files inside of a file: ZIP archives, and what is attached to a message."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from zipfile import ZipInfo

from knowledge.errors import Unreadable
from knowledge.parsing.blocks import DocumentText, one_line
from knowledge.parsing.package import Package
from knowledge.parsing.read import Read
from knowledge.types import ParsedDocument, Place

_DEEPEST = 3  # an archive in a message in an archive
_UTF8_NAME = 0x800
_NO_LOSS = frozenset(("binary", "empty"))  # why a file inside isn't read, and nobody misses it
_SKIPPED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def read_zip(data: bytes, stem: str, read: Read, depth: int) -> ParsedDocument:
    """Every file that can be read, each under its name. Nothing is written, so that a path leads nowhere.

    Raises:
        Unreadable: `malformed`, `too_complex`, `encrypted`, `too_deep` (in other files), or, where nothing
        can be read, what keeps most files from it.
    """
    if depth > _DEEPEST:  # told of by what it lies in, of which the rest is read
        raise Unreadable(reason="too_deep", detail=f"> {_DEEPEST}")
    package = Package(data)
    files = ((_name(entry), entry) for entry in package.entries)
    wanted = ((name, entry) for name, entry in files if not any(skipped in name for skipped in _SKIPPED))
    document = DocumentText()
    add_files(document, ((name, partial(package.open, entry)) for name, entry in wanted), read, depth)
    return document.finished(stem)


def add_files(
    document: DocumentText,
    files: Iterable[tuple[str, Callable[[], bytes]]],
    read: Read,
    depth: int,
    *,
    required: bool = True,
) -> None:
    """Add the files that can be read, each as a part with its own heading; the others are omissions.

    Pictures, programs and files without text are passed over.

    Raises:
        Unreadable: `too_complex`, of any file; with `required`, where none can be read, the most frequent.
    """
    outer = document.place
    failures: Counter[tuple[str, str]] = Counter()
    for name, content in files:
        try:
            inner = read(name.rsplit("/", 1)[-1], content(), depth + 1)
        except Unreadable as error:
            reason, detail = str(error.parameters["reason"]), str(error.parameters["detail"])
            if reason == "too_complex":
                raise
            if reason == "needs_ocr":
                document.omit("needs_ocr", f"({name})")  # no page of this file
            elif reason not in _NO_LOSS:
                document.omit("too_deep" if reason == "too_deep" else "inside", name)
            failures[reason, f"({name})" if reason == "needs_ocr" else detail] += 1
            continue
        document.place = Place(part=name)
        document.heading(name, 1)
        document.document(inner, deeper=1)
    document.place = outer
    if required and not document.blocks and failures:
        (reason, detail), _ = failures.most_common(1)[0]
        raise Unreadable(reason=reason, detail=detail)


def _name(entry: ZipInfo) -> str:
    """An entry's name, in CP949 where it isn't said to be UTF-8, as Korean Windows writes it."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            raw = name.encode("cp437")
            name = raw.decode("utf-8") if _is_utf8(raw) else raw.decode("cp949")
        except UnicodeError:
            name = entry.filename
    return one_line(unicodedata.normalize("NFC", name.replace("\\", "/")))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
