"""Which questions are the same."""

from __future__ import annotations

import pytest

from knowledge.answering.identity import identity
from tests.librarian import ANALYZER


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("연차는 며칠인가요?", "연차가 며칠이에요"),
        ("연차는 며칠인가요?", "혹시 연차는 며칠인지 알려 주세요!"),
        ("How many days of leave do I have?", "how many days of leave do we have"),
    ],
)
def test_politeness_and_endings_change_nothing(one: str, other: str) -> None:
    """The same question asked in another tone has the same identity."""
    assert identity(one, ANALYZER) == identity(other, ANALYZER) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("연차는 며칠인가요?", "병가는 며칠인가요?"),
        ("환불이 되나요?", "환불이 안 되나요?"),
        ("서울에서 부산까지 얼마예요?", "부산에서 서울까지 얼마예요?"),
        ("Can I carry leave over?", "Can I not carry leave over?"),
    ],
)
def test_what_turns_a_question_round_counts(one: str, other: str) -> None:
    """Another thing, a negation, another order: another question."""
    assert identity(one, ANALYZER) != identity(other, ANALYZER)


@pytest.mark.parametrize("text", ["그럼 신입은요?", "and what about it?", "그건 언제까지예요?", "?!", ""])
def test_what_leans_on_something_else_has_none(text: str) -> None:
    """It means another thing in another talk."""
    assert identity(text, ANALYZER) == ""
