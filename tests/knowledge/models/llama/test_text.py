"""Text as its tokens come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.llama.text import Transcript


@given(st.text(), st.lists(st.integers(1, 5), min_size=1))
def test_characters_come_whole_however_they_are_cut(text, sizes):
    """Bytes in any portions give the same text, with no character in two parts and none replaced."""
    raw, at, i, parts, transcript = text.encode(), 0, 0, [], Transcript()
    while at < len(raw):
        parts.append(transcript.add(raw[at : at + sizes[i % len(sizes)]]))
        at += sizes[i % len(sizes)]
        i += 1
    assert "".join(parts) + transcript.end() == text


@given(st.lists(st.binary(max_size=4)))
def test_what_is_no_text_is_replaced(pieces):
    """Bytes that can't become a character are U+FFFD, as Python decodes the whole."""
    transcript = Transcript()
    told = "".join(transcript.add(piece) for piece in pieces) + transcript.end()
    assert told == b"".join(pieces).decode("utf-8", "replace")


def test_a_character_is_not_given_up_too_early():
    """As long as it can still be completed nothing is told."""
    transcript = Transcript()
    assert [transcript.add(bytes([byte])) for byte in "한".encode()] == ["", "", "한"]
