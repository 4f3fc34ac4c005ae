"""What crosses the pipe: text and JSON after their lengths, checked on arrival like a stranger's word."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, get_args

from knowledge.errors import Unreadable
from knowledge.parsing.ocr import Picture
from knowledge.parsing.sandbox.limits import Limits
from knowledge.types import Block, BlockKind, Omission, OmissionReason, ParsedDocument, Place

# What is wanted (a page's number, or all ones for the document's text), bytes of the name, of the content.
_REQUEST = struct.Struct(">III")
_TEXT = 0xFFFFFFFF
_PICTURE = struct.Struct(">I")
_ANSWER = struct.Struct(">II")  # bytes of the text, and of the JSON that says the rest
_SIZE = struct.Struct(">II")
_LARGEST_SIDE = 10_000
_KINDS = frozenset(get_args(BlockKind))
_OMITTED = frozenset(get_args(OmissionReason))
_MOST_OMISSIONS = 50
_LONGEST_OMISSION = 1000
_LARGEST_NUMBER = (1 << 31) - 1  # of a page, row or line: what a database takes
_BYTES_OF_A_CHARACTER = 4  # at most, in UTF-8
_BYTES_OF_A_PIECE = 200  # of JSON, headers of tables included
_COMMAS_OF_A_PIECE = 12
_LONGEST_TITLE = 1000
_LONGEST_DETAIL = 200
_LONGEST_TRACE = 2000
# What the child may say of a document: all else that is wrong, the parent finds out by itself.
REASONS = frozenset(
    (
        "unsupported",
        "empty",
        "binary",
        "encoding",
        "malformed",
        "too_complex",
        "unexpected",
        "encrypted",
        "distribution",
        "needs_ocr",
        "too_deep",
        "not_installed",
    )
)


class Untrustworthy(Exception):
    """The child sent what no sound child sends."""


@dataclass(frozen=True, slots=True)
class Request:
    """A document to read; with `page`, that page of the document before is to be drawn (from 0)."""

    name: str
    data: bytes
    page: int | None = None


def send_request(pipe: BinaryIO, name: str, data: bytes, page: int | None = None) -> None:
    """Ask for a document to be read, or for a page of the one before to be drawn."""
    encoded = name.encode("utf-8", errors="replace")
    pipe.write(_REQUEST.pack(_TEXT if page is None else page, len(encoded), len(data)))
    pipe.write(encoded)
    pipe.write(data)
    pipe.flush()


def receive_request(pipe: BinaryIO) -> Request | None:
    """What is asked for, or None at the end."""
    head = pipe.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    page, name_size, data_size = _REQUEST.unpack(head)
    name = pipe.read(name_size).decode()
    return Request(name, pipe.read(data_size), None if page == _TEXT else page)


def send_picture(pipe: BinaryIO, picture: Picture | None) -> None:
    """Answer with a drawn page, or that there is none."""
    body = _SIZE.pack(picture.width, picture.height) + picture.pixels if picture else b""
    pipe.write(_PICTURE.pack(len(body)))
    pipe.write(body)
    pipe.flush()


def receive_picture(pipe: BinaryIO) -> Picture | None:
    """The drawn page, or None where there is none.

    Raises:
        Untrustworthy: the answer is no picture of its own size, or too large for a page.
        EOFError: the child is gone.
    """
    (size,) = _PICTURE.unpack(_exactly(pipe, _PICTURE.size))
    if size > _LARGEST_SIDE * _LARGEST_SIDE:
        raise Untrustworthy("picture")
    body = _exactly(pipe, size)
    if not body:
        return None
    if len(body) < _SIZE.size:
        raise Untrustworthy("picture")
    width, height = _SIZE.unpack_from(body)
    if not 0 < width <= _LARGEST_SIDE or width * height != len(body) - _SIZE.size:
        raise Untrustworthy("picture")
    return Picture(width, height, body[_SIZE.size :])


def send_document(pipe: BinaryIO, document: ParsedDocument) -> None:
    """Answer with a document."""
    _send(
        pipe,
        {
            "title": document.title,
            "first_line": document.first_line,
            "blocks": [_packed(block) for block in document.blocks],
            "omissions": [[each.reason, each.detail] for each in document.omissions],
        },
        document.text,
    )


def send_failure(pipe: BinaryIO, reason: str, detail: str, trace: str = "") -> None:
    """Answer that the document can't be read. `trace` is for the log and holds none of its content."""
    _send(pipe, {"reason": reason, "detail": detail, "trace": trace})


def receive_answer(pipe: BinaryIO, limits: Limits) -> ParsedDocument:
    """The document that the child read.

    Args:
        pipe: from the child.
        limits: of a document. JSON can take thirty times its bytes in memory: its commas are counted first.

    Raises:
        Unreadable: the child says so (one of `REASONS`), or the answer is too large (`too_complex`).
        Untrustworthy: the answer is no answer.
        EOFError: the child is gone.
    """
    text_size, size = _ANSWER.unpack(_exactly(pipe, _ANSWER.size))
    pieces = limits.pieces + 100  # a failure is told by more than one piece's bytes
    if text_size > _BYTES_OF_A_CHARACTER * limits.characters or size > _BYTES_OF_A_PIECE * pieces:
        raise Unreadable(reason="too_complex", detail="")
    raw, body = _exactly(pipe, text_size), _exactly(pipe, size)
    if body.count(b",") > _COMMAS_OF_A_PIECE * pieces:
        raise Unreadable(reason="too_complex", detail="")
    try:
        text = _storable(raw.decode())
        answer = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Untrustworthy(type(error).__name__) from error
    match answer:
        case {
            "title": str(title),
            "first_line": first,
            "blocks": list(found),
            "omissions": list(omitted),
        } if _is_number(first):
            title, omissions = _storable(title[:_LONGEST_TITLE]), _omissions(omitted)
            return ParsedDocument(title, text, _blocks(found, len(text)), first, omissions)
        case {"reason": str(reason), "detail": str(detail), "trace": str(trace)} if reason in REASONS:
            told = Unreadable(reason=reason, detail=_storable(detail[:_LONGEST_DETAIL]))
            told.add_note(trace[:_LONGEST_TRACE])
            raise told
        case _:
            raise Untrustworthy("answer")


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    return body


def _send(pipe: BinaryIO, answer: dict[str, Any], text: str = "") -> None:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")
    content = text.encode("utf-8", errors="replace")
    pipe.write(_ANSWER.pack(len(content), len(body)))
    pipe.write(content)
    pipe.write(body)
    pipe.flush()


def _storable(text: str) -> str:
    """The same text, if a database takes it: one that doesn't would end the run for all other documents."""
    if "\0" in text:
        raise Untrustworthy("zero")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Untrustworthy("surrogate") from error
    return text


def _packed(block: Block) -> list[Any]:
    """A block as a list; the fields that most blocks lack only where there are any."""
    packed: list[Any] = [block.kind, block.start, block.end]
    if block.level or block.page or block.header or block.parts or block.place:
        packed += [block.level, block.page, block.header, block.parts]
    if (place := block.place) is not None:
        packed += [place.slide, place.sheet, place.rows, place.part]
    return packed


def _blocks(found: list[Any], size: int) -> tuple[Block, ...]:
    blocks: list[Block] = []
    last = 0
    for packed in found:
        block = _block(packed)
        if not last <= block.start < block.end <= size:
            raise Untrustworthy("span")
        if not all(block.start <= part < block.end for part in block.parts):
            raise Untrustworthy("part")
        last = block.end
        blocks.append(block)
    return tuple(blocks)


def _omissions(found: list[Any]) -> tuple[Omission, ...]:
    omissions: list[Omission] = []
    for packed in found[:_MOST_OMISSIONS]:
        match packed:
            case [str(reason), str(detail)] if reason in _OMITTED:
                omissions.append(Omission(reason, _storable(detail[:_LONGEST_OMISSION])))  # type: ignore[arg-type]
            case _:
                raise Untrustworthy("omission")
    return tuple(omissions)


def _block(packed: Any) -> Block:
    match packed:
        case [str(kind), int(start), int(end)] if kind in _KINDS:
            return Block(kind, start, end)  # type: ignore[arg-type]
        case [str(kind), int(start), int(end), int(level), page, str(header), list(parts), *place] if (
            kind in _KINDS
            and 0 <= level <= 6
            and _is_number(page)
            and all(isinstance(part, int) for part in parts)
        ):
            where = _place(place) if place else None
            return Block(kind, start, end, level, page, _storable(header), tuple(parts), where)  # type: ignore[arg-type]
        case _:
            raise Untrustworthy("block")


def _place(packed: list[Any]) -> Place:
    match packed:
        case [slide, str(sheet), None, str(part)] if _is_number(slide):
            return Place(slide, _storable(sheet), None, _storable(part))
        case [slide, str(sheet), [int(first), int(last)], str(part)] if (
            _is_number(slide) and 0 < first <= last <= _LARGEST_NUMBER
        ):
            return Place(slide, _storable(sheet), (first, last), _storable(part))
        case _:
            raise Untrustworthy("place")


def _is_number(value: Any) -> bool:
    return value is None or (type(value) is int and 0 < value <= _LARGEST_NUMBER)
