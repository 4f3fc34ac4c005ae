"""The answer's language is watched."""

from __future__ import annotations

import pytest

from knowledge.answering.guard import LanguageGuard, han_in
from knowledge.types import Language

PASSAGE = (
    "민법(民法) 제3조. Deploy with `kubectl rollout restart deployment/gateway-api --namespace production`."
)


def accepted(language: Language, text: str, known: str = PASSAGE) -> bool:
    guard = LanguageGuard(language, [known])
    return all(guard.accepts(f"{word} ") for word in text.split(" "))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "연차는 15일입니다 [1]."),
        ("ko", "민법(民法)에 따릅니다 [1]."),
        ("ko", "15 days [1]"),
        ("ko", "kubectl rollout restart deployment/gateway-api --namespace production [1]"),
        ("ko", "다음 명령을 씁니다: kubectl rollout restart deployment/gateway-api --namespace production"),
        ("ko", "CI, CD, API, SDK, VPN, MFA 설정은 보안팀에 요청하세요 [1]."),
        ("en", "Annual leave (연차) is fifteen days for everyone who joined a year ago [1]."),
        ("en", "The civil code (民法) applies."),
        ("en", "15"),
    ],
)
def test_good_answers_pass(language: Language, text: str) -> None:
    """Words of the passages may stand in any script, names and abbreviations too."""
    assert accepted(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "연차는 可以 15일입니다."),
        ("ko", "연차는 15일です."),
        ("ko", "民主 국가"),
        ("ko", "Everybody who joined more than a year ago may take fifteen days off every year."),
        ("en", "You can take 可以 fifteen days."),
        (
            "en",
            "입사한 지 한 해가 지난 구성원은 누구나 해마다 열다섯 날의 휴가를 얻을 수 있으며 남은 것은 이월됩니다.",
        ),
    ],
)
def test_another_language_is_noticed(language: Language, text: str) -> None:
    """One Han character or kana of no source is too much, as is a whole sentence in the other language."""
    assert not accepted(language, text)


def test_han_are_found_in_all_planes() -> None:
    """Compatibility and supplementary characters count; Hangul and kana don't."""
    assert han_in(["民法 豈 𠀀 々", "가나다 カナ abc"]) == frozenset("民法豈𠀀々")


@pytest.mark.parametrize(
    ("language", "text", "is_right"),
    [
        ("en", "도쿄 호텔은 하루 한도가 있습니다 [1].", False),
        ("en", "휴가는 1년에 15일입니다 [1].", False),
        ("ko", "The limit is unknown to everybody here.", False),
        ("en", "김민수 [1]", True),
        ("en", "civil 법률에 따릅니다", True),
        ("ko", "Sapphire [1]", True),
        ("ko", "15 days [1]", True),
        ("en", "연차는 입사한 해에는 한 달에 하루입니다 [1].", False),
        ("ko", "Open Tunnel and choose the gateway Seoul [1].", False),
        ("ko", "`kubectl rollout restart deployment/gateway-api --namespace production` [1]", True),
        ("ko", "```\nkubectl rollout restart deployment/gateway-api --namespace production\n``` [1]", True),
        ("ko", "한도는 Sapphire Reserve 등급입니다 [1].", True),
    ],
)
def test_a_short_answer_is_judged_at_its_end(language: Language, text: str, is_right: bool) -> None:
    """A whole sentence without a letter of the language's script isn't in it; a name or two may be."""
    quoted = "연차는 입사한 해에는 한 달에 하루입니다. Open Tunnel and choose the gateway Seoul."
    guard = LanguageGuard(language, [PASSAGE, quoted])
    assert guard.accepts(text)
    assert guard.accepts_the_whole() is is_right
