from __future__ import annotations

import pytest

from knowledge.language import Analyzer
from tests.knowledge.ranking.corpus import Corpus


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """One for all tests: Kiwi takes more than a second to load."""
    return Analyzer(workers=1)


TEXTS = (
    "휴가 규정\n연차 휴가는 1년에 15일이며, 남은 연차는 다음 해로 5일까지 이월된다.",
    "재택근무 규정\n재택근무는 일주일에 최대 3일이며 팀장이 승인한다.",
    "VPN 안내\nVPN 접속이 되지 않으면 error 809를 확인하고 UDP 4500번 포트를 연다.",
    "Leave policy\nAnnual leave is 15 days a year. Up to five unused days carry over.",
    "Travel policy\nThe hotel limit in Berlin is 190 dollars a night. Meals are 65 dollars a day.",
    "Security\nPasswords have at least 14 characters. A password manager stores them.",
)


@pytest.fixture(scope="session")
def corpus(analyzer) -> Corpus:
    """Three Korean passages and three English ones."""
    return Corpus(analyzer, TEXTS)
