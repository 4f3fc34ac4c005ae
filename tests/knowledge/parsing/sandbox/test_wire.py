"""What crosses the pipe: what was sent arrives, and what no sound child sends is refused."""

from __future__ import annotations

import io
import itertools
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Unreadable
from knowledge.parsing.ocr import Picture
from knowledge.parsing.sandbox import Limits
from knowledge.parsing.sandbox.wire import (
    Request,
    Untrustworthy,
    receive_answer,
    receive_picture,
    receive_request,
    send_document,
    send_failure,
    send_picture,
    send_request,
)
from knowledge.types import Block, Omission, ParsedDocument, Place

LIMITS = Limits(characters=1 << 18, pieces=1 << 10)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


NUMBERS = st.integers(1, 10**6)
PLACES = st.builds(
    Place,
    slide=st.none() | NUMBERS,
    sheet=TEXT,
    rows=st.none() | st.tuples(NUMBERS, NUMBERS).map(sorted).map(tuple),
    part=TEXT,
)


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    """A document with blocks of every kind."""
    text = draw(TEXT.filter(bool))
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    blocks = [
        Block(
            draw(st.sampled_from(["heading", "paragraph", "list", "table", "code"])),
            start,
            end,
            level=draw(st.integers(0, 6)),
            page=draw(st.none() | st.integers(1, 10**6)),
            header=draw(TEXT),
            parts=tuple(sorted(draw(st.sets(st.integers(start, end - 1), max_size=3)))),
            place=draw(st.none() | PLACES),
        )
        for start, end in itertools.pairwise(borders)
    ]
    omissions = draw(
        st.lists(st.builds(Omission, st.sampled_from(["needs_ocr", "inside"]), TEXT), max_size=3)
    )
    first_line = draw(st.none() | st.integers(1, 9))
    return ParsedDocument(draw(TEXT), text, tuple(blocks), first_line, tuple(omissions))


def answer(body: bytes, text: bytes = b"some text") -> io.BytesIO:
    """The pipe with an answer in it."""
    return io.BytesIO(struct.pack(">II", len(text), len(body)) + text + body)


@given(documents())
def test_documents_arrive(document: ParsedDocument) -> None:
    """A document comes out as it went in."""
    pipe = io.BytesIO()
    send_document(pipe, document)
    pipe.seek(0)
    assert receive_answer(pipe, LIMITS) == document


@given(TEXT, st.binary(max_size=100))
def test_requests_arrive(name: str, data: bytes) -> None:
    """So do the name and the content of a file, until the pipe ends."""
    pipe = io.BytesIO()
    send_request(pipe, name, data)
    pipe.seek(0)
    assert receive_request(pipe) == Request(name, data)
    assert receive_request(pipe) is None


def test_failures_arrive() -> None:
    """With the place for the log beside the reason."""
    pipe = io.BytesIO()
    send_failure(pipe, "malformed", "detail", "somewhere.py:3")
    pipe.seek(0)
    with pytest.raises(Unreadable) as caught:
        receive_answer(pipe, LIMITS)
    assert caught.value.parameters == {"reason": "malformed", "detail": "detail"}
    assert caught.value.__notes__ == ["somewhere.py:3"]


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | TEXT, st.lists).map(lambda each: json.dumps(each).encode())
)
def test_any_answer_is_refused_or_read(body: bytes) -> None:
    """Nothing that arrives raises anything else."""
    with pytest.raises((Untrustworthy, Unreadable)):
        receive_answer(answer(body), LIMITS)


GOOD = {"title": "t", "first_line": 1, "omissions": [], "blocks": [["paragraph", 0, 9]]}


@pytest.mark.parametrize(
    "change",
    [
        {"title": 1},
        {"title": "\ud800"},
        {"title": "\0"},
        {"first_line": "1"},
        {"first_line": 10**10},
        {"omissions": [["invented", ""]]},
        {"omissions": [["inside", 1]]},
        {"omissions": [["inside", "\0"]]},
        {"blocks": {}},
        {"blocks": [["paragraph", 0, 10]]},
        {"blocks": [["paragraph", -1, 9]]},
        {"blocks": [["paragraph", 3, 3]]},
        {"blocks": [["paragraph", 0, 5], ["paragraph", 4, 9]]},
        {"blocks": [["poem", 0, 9]]},
        {"blocks": [["paragraph", 0, "9"]]},
        {"blocks": [["heading", 0, 9, 7, None, "", []]]},
        {"blocks": [["heading", 0, 9, 1, 0, "", []]]},
        {"blocks": [["heading", 0, 9, 1, "1", "", []]]},
        {"blocks": [["heading", 0, 9, 1, True, "", []]]},
        {"blocks": [["heading", 0, 9, 1, 1 << 40, "", []]]},
        {"blocks": [["heading", 0, 9, 1, None, "\ud800", []]]},
        {"blocks": [["table", 0, 9, 0, None, "", [], None, "", [1, 1 << 40], ""]]},
        {"blocks": [["table", 0, 9, 0, None, "", [], None, "\0", None, ""]]},
        {"blocks": [["heading", 0, 9, 1, None, 3, []]]},
        {"blocks": [["table", 0, 9, 0, None, "", [], None, "sheet"]]},
        {"blocks": [["table", 0, 9, 0, None, "", [], 0, "", None, ""]]},
        {"blocks": [["table", 0, 9, 0, None, "", [], None, "", [2, 1], ""]]},
        {"blocks": [["table", 0, 9, 0, None, "", [], None, "", [1], ""]]},
        {"blocks": [["list", 0, 9, 0, None, "", [9]]]},
        {"blocks": [["list", 0, 9, 0, None, "", ["1"]]]},
    ],
)
def test_documents_that_are_none(change: dict[str, Any]) -> None:
    """A field of another type or outside its range makes the whole answer untrustworthy."""
    assert receive_answer(answer(json.dumps(GOOD).encode()), LIMITS).text == "some text"
    with pytest.raises(Untrustworthy):
        receive_answer(answer(json.dumps(GOOD | change).encode()), LIMITS)


@pytest.mark.parametrize("reason", ["permission", "vanished", "invented", "crashed"])
def test_reasons_that_are_not_the_childs(reason: str) -> None:
    """What only the parent can know, the child doesn't say."""
    body = json.dumps({"reason": reason, "detail": "", "trace": ""}).encode()
    with pytest.raises(Untrustworthy):
        receive_answer(answer(body), LIMITS)


def test_a_pipe_that_ends() -> None:
    """A child that dies in the middle of an answer is noticed."""
    whole = answer(json.dumps(GOOD).encode()).getvalue()
    for size in range(len(whole)):
        with pytest.raises(EOFError):
            receive_answer(io.BytesIO(whole[:size]), LIMITS)


@pytest.mark.parametrize("text", [b"\xff", b"a\0b", b"\xed\xa0\x80"])
def test_text_that_no_database_takes(text: bytes) -> None:
    """It would end the run for the documents beside it."""
    with pytest.raises(Untrustworthy):
        receive_answer(answer(json.dumps(GOOD).encode(), text), LIMITS)


def test_deep_nesting() -> None:
    """It exhausts nothing."""
    with pytest.raises(Untrustworthy):
        receive_answer(answer(b"[" * 100_000), LIMITS)


@pytest.mark.parametrize(
    "answered", [answer(b"[" + b"[]," * 15_000), answer(b"x" * 300_000), answer(b"{}", b"x" * (5 << 18))]
)
def test_answers_that_would_take_much_memory(answered: io.BytesIO) -> None:
    """Too many values, too many bytes, too much text: none is looked at."""
    with pytest.raises(Unreadable) as caught:
        receive_answer(answered, LIMITS)
    assert caught.value.parameters["reason"] == "too_complex"


def test_pictures_arrive() -> None:
    """A drawn page comes out as it went in, and so does that there is none."""
    pipe = io.BytesIO()
    send_picture(pipe, Picture(3, 2, b"abcdef"))
    send_picture(pipe, None)
    pipe.seek(0)
    assert receive_picture(pipe) == Picture(3, 2, b"abcdef")
    assert receive_picture(pipe) is None


@pytest.mark.parametrize(
    "body",
    [b"x", struct.pack(">II", 3, 2) + b"abcde", struct.pack(">II", 0, 0), struct.pack(">II", 99_999, 0)],
)
def test_pictures_that_are_none(body: bytes) -> None:
    """The size must be that of the bytes, and a page's."""
    with pytest.raises(Untrustworthy):
        receive_picture(io.BytesIO(struct.pack(">I", len(body)) + body))
