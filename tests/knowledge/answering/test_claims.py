"""What in an answer its sources don't say: found when it is there, and only then."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.answering.claims import Cited, Claims
from knowledge.language import detect
from knowledge.service import Knowledge
from knowledge.types import Language
from tests.librarian import ANALYZER

CLAIMS = Claims(ANALYZER)


def unsupported(answer: str, *sources: str, question: str = "") -> tuple[str, ...]:
    cited = [Cited(source, detect(source)) for source in sources]
    return CLAIMS.unsupported(answer, detect(answer), cited, [question])


LEAVE = (
    "휴가 규정 > 1.1 부여 일수\n| 근속 기간 | 연차 일수 |\n| 3년 이상 5년 미만 | 17일 |\n"
    "사용하지 않은 연차는 다음 해로 최대 5일까지 이월됩니다. 이월된 연차는 3월 31일까지 사용해야 합니다."
)
CARD = "법인카드 사용 기준\n- 고객 또는 협력사와의 식사: 1인당 5만 원 이하\n- 야근 식대: 20시 이후 퇴근 시 1인당 1만 2천 원"
PARKING = "주차 안내\n| 방문객 | 지하 2층 | 3시간 무료, 이후 10분당 500원 |\n하반기 신청은 2026년 6월 1일부터 6월 12일까지입니다."
TRAVEL = (
    "Travel policy 2026. Valid for trips that start on or after 1 January 2026. Claims are due within 21 days.\n"
    "| City group | Cities | Limit per night |\n| A | London, New York | USD 260 |\n"
    "First and last day: 75% of the allowance. Seat choice up to USD 40 a leg."
)
ON_CALL = (
    "On-call. A shift lasts one week and starts on Monday at 10:00 Korean time. Primary, weekday: KRW 40,000 a day.\n"
    "Acknowledge a page within 10 minutes. Open alerts of gateway-api with `kubectl get pods -n edge` on Seoul-2."
)


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("3년이 넘으셨으니 올해 연차는 17일입니다 [1].", LEAVE),
        ("네, 최대 닷새가 아니라 5일까지 내년으로 이월할 수 있습니다 [1].", LEAVE),
        ("이월된 연차는 3월 31일(03-31)까지 쓰셔야 합니다 [1].", LEAVE),
        ("다음 두 가지를 기억하세요.\n1. 17일을 받습니다 [1].\n2. 5일까지 이월됩니다 [1].", LEAVE),
        ("문서에는 “사용하지 않은 연차는 다음 해로 최대 5일까지 이월됩니다”라고 적혀 있습니다 [1].", LEAVE),
        ("'이월된  연차는 … 사용해야' 합니다. \"이월된 연차는 … 사용해야 합니다\" [1].", LEAVE),
        ("1인당 50,000원 이하입니다 [1].", CARD),
        ("오후 8시 이후에 퇴근하면 12,000원까지 됩니다 [1].", CARD),
        ("1만2천원, 곧 1.2만 원입니다 [1].", CARD),
        ("세 시간까지 무료이고 그 뒤에는 10분에 500원입니다 [1].", PARKING),
        ("2026-06-01부터 2026.6.12.까지 신청합니다 [1].", PARKING),
        ("6월 1일에 시작합니다 [1].", PARKING),
        ("You have three weeks (21 days) to hand in claims [1].", TRAVEL),
        ("The London limit is $260, i.e. 260 dollars a night [1].", TRAVEL),
        ("It applies from January 1, 2026 [1].", TRAVEL),
        ("You get seventy-five percent of the allowance on the first day [1].", TRAVEL),
        ("런던은 1박에 260달러까지입니다 [1].", TRAVEL),
        ("2026년 1월 1일 이후 출장부터 적용됩니다 [1].", TRAVEL),
        ("평일에는 하루에 4만 원을 받습니다 [1].", ON_CALL),
        ("월요일 오전 10시에 시작해 7일 동안 합니다 [1].", ON_CALL),
        ("Shifts start Mondays at 10 a.m. and last 7 days [1].", ON_CALL),
        ("Run `kubectl get pods -n edge` on seoul-2 for the Gateway-API alerts [1].", ON_CALL),
        ("```bash\nkubectl get pods -n edge\n```\n[1]", ON_CALL),
        ("A Travel Policy (TP) sets the limit for New York [1].", TRAVEL),
        ("Visitors park free for 3 hours; the Facilities Team registers the car [1].", PARKING),
    ],
)
def test_what_the_sources_say_is_no_alarm(answer: str, source: str) -> None:
    """However numbers, dates and amounts are written, in either language, and whatever names are in the other."""
    assert unsupported(answer, source) == ()


@pytest.mark.parametrize(
    ("answer", "source", "claim"),
    [
        ("연차는 18일입니다 [1].", LEAVE, "18일"),
        ("17주까지 쓸 수 있습니다 [1].", LEAVE, "17주"),
        ("4월 30일까지 쓰셔야 합니다 [1].", LEAVE, "4월 30일"),
        ("다섯 달까지 이월됩니다 [1].", LEAVE, "다섯 달"),
        ("“이월된 연차는 언제든지 사용할 수 있습니다”라고 되어 있습니다 [1].", LEAVE, "“이월된 연차는 언제든지 사용할 수 있습니다”"),
        ("김서연 팀장에게 물어보세요 [1].", LEAVE, "김서연"),
        ("Workday에서 신청하세요 [1].", LEAVE, "Workday"),
        ("1인당 5천 원입니다 [1].", CARD, "5천 원"),
        ("1인당 5만 달러입니다 [1].", CARD, "5만 달러"),
        ("오후 9시부터 됩니다 [1].", CARD, "오후 9시"),
        ("2025년 6월 1일부터입니다 [1].", PARKING, "2025년 6월 1일"),
        ("Claims are due within 21 weeks [1].", TRAVEL, "21 weeks"),
        ("The limit is USD 620 [1].", TRAVEL, "620"),
        ("You get 57% [1].", TRAVEL, "57%"),
        ("Ask Maria Santos in London [1].", TRAVEL, "Maria Santos"),
        ('It says "claims are due within one day of the trip" [1].', TRAVEL, '"claims are due within one day of the trip"'),
        ("It starts on Saturday [1].", ON_CALL, "Saturday"),
        ("It starts at 11:00 [1].", ON_CALL, "11:00"),
        ("Log in to Seoul-3 [1].", ON_CALL, "Seoul-3"),
        ("Write to oncall@example.com [1].", ON_CALL, "oncall@example.com"),
        ("Call 02-555-0199 [1].", ON_CALL, "02-555-0199"),
        ("Run `kubectl delete pods -n edge` [1].", ON_CALL, "kubectl delete pods -n edge"),
        ("주 2회 교대합니다 [1].", ON_CALL, "2"),
    ],
)  # fmt: skip
def test_what_no_source_says_is_told(answer: str, source: str, claim: str) -> None:
    """A wrong number, unit, date, time, name, address, quotation or command is named as it stands."""
    assert claim in unsupported(answer, source)


def test_what_the_person_said_is_no_claim() -> None:
    """Numbers and names of the question may stand in its answer."""
    question = "김서연 님이 4년 근무했는데 연차가 며칠인가요?"
    assert unsupported("김서연 님은 4년 근무하셨으니 17일입니다 [1].", LEAVE, question=question) == ()


def test_any_of_the_cited_sources_will_do() -> None:
    """An answer that puts two sources together is held against both."""
    assert unsupported("17일이고 [1] 식대는 5만 원입니다 [2].", LEAVE, CARD) == ()
    assert unsupported("17일이고 식대는 5만 원입니다 [1].", LEAVE) == ("5만 원",)


def test_a_claim_is_told_once_and_short() -> None:
    """The same number twice is one claim; a long quotation is cut; there are not too many."""
    assert unsupported("18일, 다시 18일입니다 [1].", LEAVE) == ("18일",)
    long = "「" + "없는 말을 길게 늘어놓습니다 " * 20 + "」"
    assert len(unsupported(long, LEAVE)[0]) <= 61
    assert len(unsupported(" ".join(f"{n}일" for n in range(100, 200)), LEAVE)) == 8


def sentences(knowledge: Knowledge) -> list[tuple[str, Cited]]:
    """Every sentence of the handbook, with the passage that it stands in."""
    found = []
    for document in knowledge.documents():
        for passage in knowledge.passages(document):
            source = Cited(f"{document.title}\n{passage.full_text}", passage.language)
            spans = ANALYZER.sentences(passage.text, passage.language)
            found += [(passage.text[start:end], source) for start, end in spans]
    return found


def test_no_sentence_of_the_handbook_alarms_about_itself(handbook: Knowledge) -> None:
    """An answer in a document's own words is never doubted: tables, code, lists and dates included."""
    for sentence, source in sentences(handbook)[::4]:
        assert CLAIMS.unsupported(sentence, source.language, [source], []) == (), sentence


def test_changed_numbers_in_the_handbook_are_noticed(handbook: Knowledge) -> None:
    """One number of a sentence made another: nearly always told (it may stand elsewhere in the passage)."""
    changed = noticed = 0
    for sentence, source in sentences(handbook)[::4]:
        number = re.search(r"(?<![\d,.])\d{2,4}(?![\d,.])", sentence)
        if number is None:
            continue
        wrong = f"{sentence[: number.start()]}{int(number[0]) + 37}{sentence[number.end() :]}"
        changed += 1
        noticed += bool(CLAIMS.unsupported(wrong, source.language, [source], []))
    assert changed > 50
    assert noticed >= 0.95 * changed


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_can_be_checked(answer: str, source: str) -> None:
    """Whatever is written, checking ends in claims that stand in the answer, and finds none in itself."""
    languages: list[Language] = ["ko", "en"]
    for language in languages:
        for claim in CLAIMS.unsupported(answer, language, [Cited(source, language)], []):
            assert claim.strip()
