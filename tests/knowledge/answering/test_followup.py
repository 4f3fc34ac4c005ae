"""Questions that go on from the one before, on the sample handbook."""

from __future__ import annotations

import pytest

from knowledge.answering.followup import Understood, goes_on, topic, understood
from knowledge.service import Knowledge
from knowledge.types import Turn
from tests.librarian import ANALYZER, EVERYBODY


def ask(knowledge: Knowledge, *questions: str) -> Understood:
    """Understand the last of some questions, after the others."""
    *before, last = questions
    history = [Turn(each, "…") for each in before]
    return understood(knowledge.retrieve, ANALYZER, last, EVERYBODY, history)


def best(found: Understood) -> str:
    """Where the best passage stands: its file and its heading."""
    first = found.found.candidates[0]
    return f"{first.document.uri.rpartition('/')[2]} > {first.passage.heading_path[-1]}"


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("3년 넘게 다녔는데 연차 며칠이에요?", "그럼 1년 미만은요?", "휴가-규정.md > 1.1"),
        ("병가는 며칠까지 유급인가요?", "진단서는?", "휴가-규정.md > 2. 병가"),
        ("남은 연차는 이월되나요?", "언제까지 써야 하나요?", "휴가-규정.md > 1.4 이월"),
        ("배우자 출산휴가는 며칠인가요?", "나눠서 쓸 수 있나요?", "휴가-규정.md > 3.1 배우자"),
        ("방문객 주차 요금이 얼마예요?", "그럼 월 정기 주차는?", "주차-안내.html > 주차 구역과 요금"),
        ("법인카드로 고객 식사할 때 한도가 얼마인가요?", "회식은?", "법인카드-사용-기준.md > 2.1"),
        ("How much is the primary on-call paid on a weekday?", "And the secondary?", "on-call.md > Pay"),
        ("How much is the primary on-call paid on a weekday?", "what about weekends?", "on-call.md > Pay"),
        ("How long must a password be?", "How often does it have to be changed?", "passwords-and-mfa.md"),
        (
            "I lost my security key, what do I do?",
            "Does it cost anything?",
            "passwords-and-mfa.md > Lost key",
        ),
        ("How long does a silence of alerts last?", "Who removes them?", "on-call.md > Silences"),
    ],
)
def test_a_follow_up_finds_what_the_talk_is_about(
    handbook: Knowledge, before: str, after: str, where: str
) -> None:
    """Together with the question before, the right passage comes first and is answered from."""
    found = ask(handbook, before, after)
    assert best(found).startswith(where)
    assert before in found.context
    assert found.found.is_answerable


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("연차는 며칠인가요?", "법인카드 한도는?", "법인카드-사용-기준.md"),
        ("연차는 며칠인가요?", "그럼 주차는 어떻게 신청해요?", "주차-안내.html"),
        ("What is the hotel limit for London?", "And taxis?", "travel-policy-2026.md > 5.2 Taxis"),
        ("How much is the primary on-call paid?", "How do I register a visitor?", "visitors.html"),
        (
            "연차는 며칠인가요?",
            "고객 또는 협력사와 식사할 때 법인카드 한도가 얼마인가요?",
            "법인카드-사용-기준.md",
        ),
    ],
)
def test_a_new_topic_is_found_for_itself(handbook: Knowledge, before: str, after: str, where: str) -> None:
    """What was asked before doesn't draw a question back that is about something else."""
    assert best(ask(handbook, before, after)).startswith(where)


def test_a_follow_up_of_a_follow_up_keeps_the_topic(handbook: Knowledge) -> None:
    """The last question that stands by itself stays in mind."""
    found = ask(handbook, "3년 넘게 근무한 구성원의 연차 일수는 며칠인가요?", "그럼 5년은?", "10년은요?")
    assert best(found).startswith("휴가-규정.md > 1.1")


@pytest.mark.parametrize(
    "text", ["ㅁㄴㅇㄹ", "ㅋㅋㅋㅋ", "???", "asdf qwer", "뷁뷁은?", "그럼 화성 탐사선은?", "and blorptastic?"]
)
def test_what_names_nothing_of_the_documents_is_no_follow_up(handbook: Knowledge, text: str) -> None:
    """Rubbish and words that stand nowhere aren't answered with what was asked before."""
    found = ask(handbook, "연차는 며칠인가요?", text)
    assert not found.found.is_answerable
    assert found.found.candidates, "the nearest are still shown"


@pytest.mark.parametrize("text", ["왜요?", "더 자세히 알려 주세요", "Why?", "그건 누가 정했어요?"])
def test_what_names_nothing_and_points_back_goes_on(handbook: Knowledge, text: str) -> None:
    """It is about what was asked before."""
    assert ask(handbook, "입사 3년이 지난 구성원의 연차는 며칠인가요?", text).found.is_answerable


def test_a_link_is_not_searched_for(handbook: Knowledge) -> None:
    """What only ties a question to the one before it weighs nothing in the search."""
    linked, bare = (ask(handbook, "연차는 며칠인가요?", text) for text in ("그렇다면 신입은?", "신입은?"))
    assert linked.found.question == bare.found.question == "신입은?"
    assert linked.found.candidates == bare.found.candidates


def test_without_history_a_question_stands_alone(handbook: Knowledge) -> None:
    """However short it is."""
    assert ask(handbook, "그럼 주차는?").context == ""


def test_a_wish_for_another_language_repeats_the_question(handbook: Knowledge) -> None:
    """With nothing else said, what was asked before is searched again."""
    found = ask(handbook, "병가는 며칠까지 유급인가요?", "")
    assert best(found).startswith("휴가-규정.md > 2. 병가")


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("그럼 신입은?", True),
        ("그건 왜 그래요?", True),
        ("더 자세히 알려 주세요", True),
        ("and for part-timers?", True),
        ("Why?", True),
        ("Does she have to sign it before the trip to Lisbon begins?", True),
        ("배우자 출산휴가를 나누어 쓰려면 신청을 언제 해야 하나요?", False),
        ("How many days before a trip abroad must the manager approve the request?", False),
    ],
)
def test_what_may_lean_on_the_question_before(text: str, leans: bool) -> None:
    """Openers, words that point back, and questions that name next to nothing."""
    assert goes_on(text, ANALYZER) is leans


def test_the_topic_is_the_last_whole_question_and_the_last_of_all() -> None:
    """What lies between them is left out."""
    whole = "배우자 출산휴가를 나누어 쓰려면 신청을 언제 해야 하나요?"
    assert topic([], ANALYZER) == ""
    assert topic(["왜?"], ANALYZER) == "왜?"
    assert topic([whole, "왜?", "그럼 신입은?"], ANALYZER) == f"{whole} 그럼 신입은?"
