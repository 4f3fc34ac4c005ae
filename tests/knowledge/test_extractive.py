"""What is quoted from a passage."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.extractive import _grown, _mark, split_units


def test_rows_and_items_are_units_of_their_own() -> None:
    """Lines of tables and lists can be quoted one by one; rules and empty rows are none."""
    text = "Limits apply.\n| City | Limit |\n|---|---|\n| Tokyo | 160 |\n- first\n- second"
    units = [text[a:b] for a, b in split_units(text, [(0, 13), (14, len(text))])]
    assert units == ["Limits apply.", "| City | Limit |", "| Tokyo | 160 |", "- first", "- second"]


def test_a_part_grows_towards_the_better_neighbour() -> None:
    """The part holds the best unit and what answers best beside it, and stays short."""
    spans = [(i * 100, i * 100 + 99) for i in range(8)]
    assert _grown(spans, [0.0, 0.1, 0.2, 0.9, 0.5, 0.4, 0.0, 0.0]) == (3, 5)


def test_a_citation_does_not_become_part_of_a_row() -> None:
    """After a table's row or code the citation stands on a line of its own."""
    assert _mark("A sentence.", 2) == " [2]"
    assert _mark("Text\n| a | b |", 1) == "\n[1]"


@given(st.text(alphabet="가나 ab.\n|-*1) ", max_size=200))
def test_units_are_in_order_and_inside_the_text(text: str) -> None:
    """Whatever the text, units don't overlap, stand in order, and are never blank."""
    units = split_units(text, [(0, len(text))] if text else [])
    assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in units)
    assert all(before[1] <= after[0] for before, after in pairwise(units))
