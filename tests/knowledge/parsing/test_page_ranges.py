"""Page numbers as a person writes them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.page_ranges import numbers, ranges


def test_ranges() -> None:
    """Numbers that follow each other are one range."""
    assert ranges([1, 3, 4, 5, 9]) == "1, 3-5, 9"
    assert ranges([]) == ""


@given(st.sets(st.integers(1, 2000)))
def test_there_and_back(pages: set[int]) -> None:
    """The numbers of a range are those that it was made of."""
    assert numbers(ranges(sorted(pages))) == sorted(pages)


@given(st.text())
def test_any_text(text: str) -> None:
    """What is none gives none."""
    numbers(text)
    assert numbers(f"{text}: 3-5") == []


def test_more_pages_than_any_document_has() -> None:
    """A stranger's range takes no memory."""
    assert numbers("1-999999, 1-999999") == []
