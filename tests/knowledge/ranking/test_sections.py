"""A section comes before its subsections, unless these have more of what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ranking.sections import Place, sections_first

SECTION = ("Working from home", "3. Applying")
SUB = (*SECTION, "3.1 Who can not work from home")


def place(headings: tuple[str, ...], score: float, *has: int, document: int = 1) -> Place:
    return Place(document, headings, frozenset(has), score)


def named(headings: tuple[str, ...]) -> frozenset[int]:
    """Two terms, `home` and `receipt`."""
    text = " ".join(headings)
    return frozenset(number for number, term in enumerate(("home", "receipt")) if term in text)


def test_a_section_comes_before_its_subsection() -> None:
    """Both have what is asked, so the one whose heading says no more than that comes first; others stay."""
    other = place(("Travel", "2. Applying"), 0.32, 0, document=2)
    assert sections_first([place(SUB, 0.35, 0, 1), other, place(SECTION, 0.31, 0, 1)], named) == [2, 0, 1]


@pytest.mark.parametrize(
    "section",
    [
        place(SECTION, 0.31, 0),  # it has less of the question
        place(SECTION, 0.2, 0, 1),  # it is much weaker
        place(SECTION[:1], 0.34, 0, 1),  # the introduction
        place(("Working from home", "4. Rules"), 0.31, 0, 1),
        place(SECTION, 0.31, 0, 1, document=2),
    ],
)
def test_a_subsection_stays_before_what_has_less_to_say(section: Place) -> None:
    """A section with less of the question, a weaker one, an introduction, another section, another document."""
    assert sections_first([place(SUB, 0.35, 0, 1), section], named) == [0, 1]


def test_a_subsection_that_is_about_what_is_asked_stays_first() -> None:
    """Its heading names a thing of the question that its section's headings don't."""
    sub = place((*SECTION, "3.2 Without a receipt"), 0.35, 0, 1)
    assert sections_first([sub, place(SECTION, 0.31, 0, 1)], named) == [0, 1]


PLACES = st.lists(
    st.builds(
        Place,
        document=st.integers(1, 2),
        headings=st.lists(st.sampled_from("abc"), max_size=4).map(tuple),
        has=st.frozensets(st.integers(0, 2)),
        score=st.floats(0, 1),
    ),
    max_size=12,
)


@given(PLACES)
def test_nothing_is_lost(places: list[Place]) -> None:
    """Whatever comes, the order is one of all candidates."""
    assert sorted(sections_first(places, lambda headings: frozenset(map(len, headings)))) == list(
        range(len(places))
    )
