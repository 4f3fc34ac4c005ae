"""What crosses the pipe: JSON after its length, checked on arrival like a stranger's word."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, get_args

from knowledge.errors import Unreadable
from knowledge.types import Block, BlockKind, ParsedDocument, Place

_REQUEST = struct.Struct(">II")  # bytes of the name, bytes of the content
_ANSWER = struct.Struct(">I")
_KINDS = frozenset(get_args(BlockKind))
_LONGEST_TITLE = 1000
_LONGEST_DETAIL = 200
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
        "not_installed",
    )
)


class Untrustworthy(Exception):
    """The child sent what no sound child sends."""


def send_request(pipe: BinaryIO, name: str, data: bytes) -> None:
    """Ask for a document to be read."""
    encoded = name.encode("utf-8", errors="replace")
    pipe.write(_REQUEST.pack(len(encoded), len(data)))
    pipe.write(encoded)
    pipe.write(data)
    pipe.flush()


def receive_request(pipe: BinaryIO) -> tuple[str, bytes] | None:
    """The name and content to read, or None at the end."""
    head = pipe.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    name_size, data_size = _REQUEST.unpack(head)
    return pipe.read(name_size).decode(), pipe.read(data_size)


def send_document(pipe: BinaryIO, document: ParsedDocument) -> None:
    """Answer with a document."""
    _send(
        pipe,
        {
            "title": document.title,
            "text": document.text,
            "first_line": document.first_line,
            "blocks": [_packed(block) for block in document.blocks],
        },
    )


def send_failure(pipe: BinaryIO, reason: str, detail: str, trace: str = "") -> None:
    """Answer that the document can't be read. `trace` is for the log and holds none of its content."""
    _send(pipe, {"reason": reason, "detail": detail, "trace": trace})


def receive_answer(pipe: BinaryIO, most: int) -> ParsedDocument:
    """The document that the child read.

    Args:
        pipe: from the child.
        most: bytes of an answer that is still taken.

    Raises:
        Unreadable: the child says so (one of `REASONS`), or the answer is larger than `most` (`too_complex`).
        Untrustworthy: the answer is no answer.
        EOFError: the child is gone.
    """
    head = pipe.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        raise EOFError
    (size,) = _ANSWER.unpack(head)
    if size > most:
        raise Unreadable(reason="too_complex", detail="")
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Untrustworthy(type(error).__name__) from error
    match answer:
        case {
            "text": str(text),
            "title": str(title),
            "first_line": int() | None as first,
            "blocks": list(found),
        }:
            return ParsedDocument(title[:_LONGEST_TITLE], text, _blocks(found, len(text)), first)
        case {"reason": str(reason), "detail": str(detail), "trace": str(trace)} if reason in REASONS:
            told = Unreadable(reason=reason, detail=detail[:_LONGEST_DETAIL])
            told.add_note(trace)
            raise told
        case _:
            raise Untrustworthy("answer")


def _send(pipe: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="replace")
    pipe.write(_ANSWER.pack(len(body)))
    pipe.write(body)
    pipe.flush()


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
            return Block(kind, start, end, level, page, header, tuple(parts), where)  # type: ignore[arg-type]
        case _:
            raise Untrustworthy("block")


def _place(packed: list[Any]) -> Place:
    match packed:
        case [slide, str(sheet), None, str(part)] if _is_number(slide):
            return Place(slide, sheet, None, part)
        case [slide, str(sheet), [int(first), int(last)], str(part)] if (
            _is_number(slide) and 0 < first <= last
        ):
            return Place(slide, sheet, (first, last), part)
        case _:
            raise Untrustworthy("place")


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int) and value > 0)
