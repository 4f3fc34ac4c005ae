"""The language in which an answer is wanted."""

from __future__ import annotations

import pytest

from knowledge.answering.wanted import Wanted, wanted
from knowledge.types import EVERYONE, Language, Question


def read(text: str, language: Language | None = None) -> Wanted:
    return wanted(Question(text, frozenset({EVERYONE}), language=language))


@pytest.mark.parametrize(
    ("text", "language", "searched"),
    [
        ("연차는 며칠인가요?", "ko", "연차는 며칠인가요?"),
        ("How many days of leave?", "en", "How many days of leave?"),
        ("연차는 며칠인가요? 영어로 답해줘", "en", "연차는 며칠인가요?"),
        ("연차가 며칠인지 영어로 알려 주세요.", "en", "연차가 며칠인지"),
        ("연차 며칠? 영어로 부탁드려요", "en", "연차 며칠?"),
        ("병가 규정을 영문으로 요약해 줘", "en", "병가 규정을"),
        ("연차 며칠이야 (영어로)", "en", "연차 며칠이야"),
        ("영어로", "en", ""),
        ("How long is sick leave? Answer in Korean.", "ko", "How long is sick leave?"),
        ("How long is sick leave? Please reply in Korean, please", "ko", "How long is sick leave?"),
        ("sick leave days, in Korean please", "ko", "sick leave days"),
        ("How long is sick leave? In Korean.", "ko", "How long is sick leave?"),
        ("answer me in English: 연차는 며칠?", "en", "연차는 며칠?"),
    ],
)
def test_a_request_for_a_language_is_understood(text: str, language: Language, searched: str) -> None:
    """The request decides the answer's language, and is no part of what is searched."""
    assert read(text) == Wanted(searched, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("영어로 된 계약서는 어디 있나요?", "ko"),
        ("보고서는 영어로 작성해야 하나요?", "ko"),
        ("영어로 회의하는 팀은?", "ko"),
        ("Is the contract available in Korean?", "en"),
        ("Do I have to answer customers in Korean?", "en"),
        ("Who can write invoices in Korean?", "en"),
    ],
)
def test_questions_about_a_language_are_no_request(text: str, language: Language) -> None:
    """Documents in a language and customers who speak it are asked about like anything else."""
    assert read(text) == Wanted(text, language)


def test_a_forced_language_wins() -> None:
    """The setting of a channel or a person stands above the text."""
    assert read("연차는 며칠인가요? 한국어로 답해줘", "en").language == "en"
