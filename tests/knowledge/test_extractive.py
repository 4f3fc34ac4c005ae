"""What is quoted from a passage."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.extractive import _cut, _grown, _mark
from knowledge.models.units import Kind, Unit, split_units, units_of
from knowledge.parsing import is_code


def test_rows_and_items_are_units_of_their_own() -> None:
    """Lines of tables and lists can be quoted one by one; rules and empty rows are none."""
    text = "Limits apply.\n| City | Limit |\n|---|---|\n| Tokyo | 160 |\n- first\n- second"
    units = [text[a:b] for a, b in split_units(text, [(0, 13), (14, len(text))])]
    assert units == ["Limits apply.", "| City | Limit |", "| Tokyo | 160 |", "- first", "- second"]


def test_a_part_grows_towards_the_better_neighbour() -> None:
    """The part holds the best unit and what answers best beside it in its paragraph, and stays short."""
    units = [Unit(i * 100, i * 100 + 99, "text", 0) for i in range(8)]
    assert _grown(" " * 800, units, [0.0, 0.1, 0.2, 0.9, 0.5, 0.4, 0.0, 0.0], 3) == (3, 5)


def test_a_part_does_not_grow_over_a_heading_or_into_what_says_nothing() -> None:
    """Another paragraph is quoted with the best one only if it has nearly as much of what is asked."""
    kinds: list[Kind] = ["text", "text", "heading", "text"]
    units = [Unit(i * 150, i * 150 + 149, kind, i) for i, kind in enumerate(kinds)]
    text = " " * 600
    assert _grown(text, units, [0.1, 0.9, -1.0, 0.9], 1) == (1, 1)
    assert _grown(text, units, [0.8, 0.9, -1.0, 0.9], 1) == (0, 1)
    assert _grown(text[:148] + ":" + text, units, [0.1, 0.9, -1.0, 0.9], 1) == (0, 1)


def test_a_cell_that_ends_a_sentence_does_not_end_its_row() -> None:
    """A row is quoted whole, whatever is written in its cells."""
    text = "| Product | Covers it? |\n|---|---|\n| Tag | Yes. Always. |"
    cut = text.index("?") + 1
    units = split_units(text, [(0, cut), (cut + 1, len(text) - 11), (len(text) - 10, len(text))])
    assert [text[a:b] for a, b in units] == ["| Product | Covers it? |", "| Tag | Yes. Always. |"]


def test_what_is_too_long_to_quote_is_cut_at_a_line() -> None:
    """A whole function of a program isn't quoted."""
    assert _cut("short") == "short"
    assert _cut("line of code\n" * 100) == "\n".join(["line of code"] * 26)


def test_units_know_their_table_and_their_paragraph() -> None:
    """A table's header is no unit but its rows' own; a blank line or a heading begins another block."""
    text = "Limits.\n\n| City | Limit |\n|---|---|\n| Tokyo | 160 |\n| Rome | 120 |\n\n## More\nNone."
    units = units_of(text, [(0, len(text))])
    assert [(text[u.start : u.end], u.kind, u.block) for u in units] == [
        ("Limits.", "text", 0),
        ("| Tokyo | 160 |", "row", 1),
        ("| Rome | 120 |", "row", 1),
        ("## More", "heading", 2),
        ("None.", "text", 2),
    ]
    assert text[slice(*(units[1].header or (0, 0)))] == "| City | Limit |\n|---|---|"


def test_a_comment_is_no_heading() -> None:
    """In source code `#` begins what is worth quoting."""
    text = "def leave():\n    # Fifteen days a year.\n    return 15"
    code = units_of(text, [(0, len(text))], is_code=True)
    assert [(text[unit.start : unit.end].strip(), unit.kind) for unit in code] == [
        ("def leave():", "text"),
        ("# Fifteen days a year.", "text"),
        ("return 15", "text"),
    ]
    assert [is_code(name) for name in ("a.py", "b.yaml", "Dockerfile", "e.ipynb", "c.md", "d.txt")] == [
        True
    ] * 4 + [False] * 2


def test_a_table_that_goes_on_has_its_header_elsewhere() -> None:
    """The first row of a later part of a table isn't taken for its header, and a lone row is a unit."""
    text = "| Tokyo | 160 |\n| Rome | 120 |"
    assert [unit.header for unit in units_of(text, [(0, len(text))], has_header=True)] == [None, None]
    assert [unit.kind for unit in units_of("| a | b |", [(0, 9)])] == ["row"]


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
