"""Where a passage stands, as a citation says it."""

from __future__ import annotations

import pytest

from adapters.wording import position
from knowledge.types import Place


@pytest.mark.parametrize(
    ("page", "lines", "place", "english", "korean"),
    [
        (3, None, None, "p. 3", "3쪽"),
        (3, None, Place(last_page=4), "pp. 3–4", "3–4쪽"),
        (None, (12, 12), None, "line 12", "12행"),
        (None, (12, 18), None, "lines 12–18", "12–18행"),
        (None, None, Place(slide=4), "slide 4", "슬라이드 4"),
        (None, None, Place(sheet="예산"), "sheet “예산”", "‘예산’ 시트"),
        (None, None, Place(sheet="B", rows=(2, 9)), "sheet “B”, rows 2–9", "‘B’ 시트, 2–9행"),
        (None, None, Place(sheet="B", rows=(2, 2)), "sheet “B”, row 2", "‘B’ 시트, 2행"),
        (2, None, Place(part="a.pdf"), "a.pdf, p. 2", "a.pdf, 2쪽"),
        (None, None, Place(part="a\x1b[2J.md"), "a[2J.md", "a[2J.md"),
        (None, None, None, "", ""),
    ],
)
def test_positions(page, lines, place, english: str, korean: str) -> None:
    """Page, slide, sheet and rows, the file inside of the file, or lines; nothing that moves a cursor."""
    assert position(page, lines, "en", place) == english
    assert position(page, lines, "ko", place) == korean
