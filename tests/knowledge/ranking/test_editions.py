from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ranking.editions import current_first

TITLES = ["Travel policy 2025", "Travel policy 2026", "Leave", "Travel policy 2027"]
SCORES = np.array([0.9, 0.8, 0.85, 0.88])


def order(question, titles=TITLES, scores=SCORES, year=2026):
    """The titles by their scores, best first."""
    found = current_first(question, titles, np.asarray(scores, float), year)
    return [titles[index] for index in np.argsort(-found, kind="stable")]


@pytest.mark.parametrize("question", ["What may a hotel cost?", "호텔비 한도가 얼마죠?"])
def test_the_current_edition_comes_before_the_others(question):
    """Neither last year's rules nor next year's answer a question about today; other documents keep their place."""
    assert order(question) == ["Leave", "Travel policy 2026", "Travel policy 2025", "Travel policy 2027"]


@pytest.mark.parametrize(
    "question",
    [
        "What was the hotel limit in 2025?",
        "What was last year's hotel limit?",
        "What changed in the travel policy?",
        "작년 호텔비 한도는 얼마였죠?",
        "출장 규정이 어떻게 바뀌었나요?",
    ],
)
def test_a_question_about_another_edition_is_left_alone(question):
    """Who names a year, or asks for what was, gets what fits best."""
    assert order(question)[0] == "Travel policy 2025"


def test_an_edition_that_answers_much_better_stays_first():
    """What stands in the old edition alone is still found there."""
    assert order("What may a hotel cost?", scores=[0.9, 0.3, 0.2, 0.1])[0] == "Travel policy 2025"


def test_editions_of_later_years_alone_are_left_alone():
    """Where there is no current edition, none is preferred."""
    titles = ["Holidays 2027", "Holidays 2028"]
    assert order("When is the next holiday?", titles, [0.8, 0.9]) == ["Holidays 2028", "Holidays 2027"]


def test_numbers_that_are_no_years_make_no_editions():
    """The 18th and 19th of something are two things, as are two products."""
    titles = ["제18대 대통령 선거", "제19대 대통령 선거", "Gate 2000"]
    assert order("누가 이겼나요?", titles, [0.9, 0.8, 0.7]) == titles


@given(
    st.lists(st.tuples(st.sampled_from([*TITLES, "", "2026", "2025 Leave"]), st.floats(0, 1)), max_size=12),
    st.text(max_size=20),
)
def test_no_score_rises(candidates, question):
    """Scores stay comparable with the threshold of refusal: they only ever fall, and those of no edition stay."""
    titles = [title for title, _ in candidates]
    scores = np.array([score for _, score in candidates], float)
    found = current_first(question, titles, scores, 2026)
    assert (found <= scores).all()
    assert all(found[i] == scores[i] for i, title in enumerate(titles) if title in ("", "Leave"))
