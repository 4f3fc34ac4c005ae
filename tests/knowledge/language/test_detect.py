from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import detect


@pytest.mark.parametrize(
    "text",
    [
        "연차는 며칠인가요?",
        "VPN 접속이 안돼요",
        "Kubernetes pod 재시작 방법",
        "Slack에서 the bot을 mention하면 되나요?",
        "'Work from home' 정책이 뭐예요?",
        "for i in range(3):  # 세 번 되풀이한다",
        unicodedata.normalize("NFD", "재택근무 VPN 규정"),
        "휴가",
        "ㅇㅇ",
    ],
)
def test_korean(text):
    """A text whose frame is Korean is Korean, however many foreign words it has."""
    assert detect(text) == "ko"


@pytest.mark.parametrize(
    "text",
    [
        "How many days of leave do I have?",
        "What does 연차 mean?",
        "How do I apply for 연차 휴가 in the portal?",
        "Seoul (서울) is the capital of South Korea, and it is the largest city in the country.",
        "kubectl get pods -n prod",
        "https://wiki.example.com/a?b=1",
        "12,000 / 2026-01-05",
        "thanks ㅋㅋㅋ",
        "",
        "東京都",
    ],
)
def test_english(text):
    """English with Korean words in it is English; so is all that has no Korean words."""
    assert detect(text) == "en"


@given(st.text())
def test_any_text_has_a_language(text):
    """Every text gets one of the two languages, and without Hangul it isn't Korean."""
    language = detect(text)
    assert language in ("ko", "en")
    if text.isascii():
        assert language == "en"


@given(st.text(alphabet="가나다라마바사 ", min_size=1).filter(str.strip))
def test_hangul_alone_is_korean(text):
    """A text of Hangul alone is Korean."""
    assert detect(text) == "ko"
