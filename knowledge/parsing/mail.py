"""E-mail: EML (RFC 5322 and MIME) and Outlook's MSG ([MS-OXMSG]), with what is attached."""

from __future__ import annotations

import email
import email.policy
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage, MIMEPart
from functools import partial
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing.archive import add_files
from knowledge.parsing.blocks import DocumentText, one_line
from knowledge.parsing.encoding import decode, normalize
from knowledge.parsing.html import parse_html
from knowledge.parsing.install import not_installed
from knowledge.parsing.read import Read
from knowledge.parsing.text import parse_text
from knowledge.types import ParsedDocument

_HEADERS = ("From", "To", "Cc", "Date")
_MOST_ATTACHMENTS = 500
_LEAST_SHARE = 3  # the plain text has a third of the HTML's words at least, or is no text
_MARKUP = re.compile(rb"<(?P<raw>style|script)\b.*?</(?P=raw)\s*>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
# Properties of a message ([MS-OXPROPS]), each in a stream of its own: 001F is Unicode, 001E of a code page.
_SUBJECT, _SENDER, _SENDER_ADDRESS, _TO, _CC, _BODY, _HTML, _FORMATTED, _HEAD = (
    "0037", "0C1A", "5D01", "0E04", "0E03", "1000", "1013", "1009", "007D"
)  # fmt: skip
_FILE_NAME, _SHORT_NAME, _CONTENT = "3707", "3704", "3701"


def read_eml(data: bytes, stem: str, read: Read, depth: int) -> ParsedDocument:
    """Who wrote to whom and when, the text (else the HTML), and every attachment that can be read.

    Raises:
        Unreadable: `malformed`, `too_complex`, `empty`.
    """
    message = email.message_from_bytes(data, policy=email.policy.default)
    document = DocumentText()
    subject = one_line(_header(message, "Subject"))
    document.paragraph(
        "\n".join(f"{name}: {value}" for name in _HEADERS if (value := _header(message, name)))
    )
    bodies = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    plain, html = (_content(body) if body is not None else b"" for body in bodies)
    if len(plain.split()) * _LEAST_SHARE >= len(_shown(html).split()):
        _add_body(document, plain, is_html=False)
    else:  # the plain text only says that there is another
        _add_body(document, html, is_html=True)
    used = [body for body in bodies if body is not None]
    add_files(document, _attached(message, used), read, depth, required=False)
    return document.finished(subject or stem)


def _shown(html: bytes) -> bytes:
    """About what HTML shows, enough to compare how much it is."""
    return _MARKUP.sub(b" ", html)


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, IndexError):  # a header that isn't well formed
        return ""
    if "\ufffd" in value:  # bytes of an encoding that isn't named, as older Korean programs write them
        raw = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), value)
        with suppress(Unreadable, UnicodeEncodeError):
            value = decode(str(raw).encode("ascii", "surrogateescape"))
    return one_line(value)


def _content(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    charset = part.get_content_charset()
    return decode(content, charset).encode() if content.strip() else b""


def _attached(message: MIMEPart, used: list[MIMEPart]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """All that isn't the text, however deep it lies in parts of parts; an attached message is one file."""
    parts = (part for part in _leaves(message) if not any(part is each for each in used))
    for number, part in enumerate(parts, 1):
        if number > _MOST_ATTACHMENTS:
            raise Unreadable(reason="too_complex", detail=f"> {_MOST_ATTACHMENTS}")
        name = one_line(part.get_filename() or "")
        if part.get_content_type() == "message/rfc822":
            yield name or f"{number}.eml", partial(_bytes_of, part)
        elif isinstance(content := part.get_payload(decode=True), bytes):
            kind = "html" if part.get_content_type() == "text/html" else "txt"
            yield name or f"{number}.{kind}", partial(bytes, content)


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """The parts that hold no others; of those that say the same in several ways, none."""
    for inner in part.iter_parts():
        kind = inner.get_content_type()
        if kind == "multipart/alternative":
            continue
        if inner.is_multipart() and kind != "message/rfc822":
            yield from _leaves(inner)
        else:
            yield inner


def _bytes_of(part: MIMEPart) -> bytes:
    inner: EmailMessage = part.get_content()
    return inner.as_bytes()


def _add_body(document: DocumentText, content: bytes, *, is_html: bool) -> None:
    if not content.strip():
        return
    try:
        inner = parse_html(content, "") if is_html else parse_text(decode(content), "")
    except Unreadable as error:
        if error.parameters["reason"] != "empty":
            raise
    else:
        document.document(inner, deeper=1)


def read_msg(data: bytes, stem: str, read: Read, depth: int) -> ParsedDocument:
    """The same of a message that Outlook saved.

    Raises:
        Unreadable: `malformed`, `too_complex`, `empty`, `not_installed`.
    """
    try:
        import olefile
    except ImportError as error:
        raise not_installed("olefile", error) from error
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        properties = _Properties(file, "")
        document = DocumentText()
        sender = f"{properties.text(_SENDER)} <{properties.text(_SENDER_ADDRESS)}>".replace(" <>", "")
        date = re.search(r"^Date:\s*(.+)$", properties.text(_HEAD), re.MULTILINE | re.IGNORECASE)
        facts = {
            "From": sender,
            "To": properties.text(_TO),
            "Cc": properties.text(_CC),
            "Date": date[1] if date else "",
        }
        document.paragraph(
            "\n".join(f"{name}: {one_line(value)}" for name, value in facts.items() if value.strip())
        )
        if body := properties.text(_BODY).strip():
            _add_body(document, normalize(body).encode(), is_html=False)
        elif html := properties.raw(_HTML):
            _add_body(document, html, is_html=True)
        elif properties.raw(_FORMATTED):
            document.omit("formatted")
        add_files(document, _saved(file), read, depth, required=False)
        return document.finished(one_line(properties.text(_SUBJECT)) or stem)


def _saved(file: Any) -> Iterator[tuple[str, Callable[[], bytes]]]:
    folders = sorted({path[0] for path in file.listdir() if path[0].startswith("__attach_version1.0_")})
    if len(folders) > _MOST_ATTACHMENTS:
        raise Unreadable(reason="too_complex", detail=f"> {_MOST_ATTACHMENTS}")
    for number, folder in enumerate(folders, 1):
        properties = _Properties(file, folder + "/")
        name = one_line(properties.text(_FILE_NAME) or properties.text(_SHORT_NAME))
        if content := properties.raw(_CONTENT):
            yield name or f"{number}.txt", partial(bytes, content)


class _Properties:
    """The properties of a message or of one attachment, whose streams' names begin with `prefix`."""

    def __init__(self, file: Any, prefix: str) -> None:
        self._file = file
        self._prefix = prefix

    def text(self, tag: str) -> str:
        kinds: tuple[tuple[str, Callable[[bytes], str]], ...] = (
            ("001F", lambda raw: raw.decode("utf-16-le", errors="replace")),
            ("001E", lambda raw: decode(raw) if raw.strip(b"\0 \r\n") else ""),
        )
        for kind, decoded in kinds:
            if (raw := self._stream(tag + kind)) is not None:
                return decoded(raw).strip("\0")
        return ""

    def raw(self, tag: str) -> bytes:
        return self._stream(tag + "0102") or self.text(tag).encode()

    def _stream(self, tag: str) -> bytes | None:
        name = f"{self._prefix}__substg1.0_{tag}"
        if not self._file.exists(name):
            return None
        with self._file.openstream(name) as stream:
            return bytes(stream.read())
