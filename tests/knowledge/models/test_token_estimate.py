"""Counting tokens without a tokenizer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.token_estimate import estimate_tokens

# As Qwen 2.5's own tokenizer counts them.
COUNTED = [
    (
        "연차는 며칠인가요? 입사 1년 이상인 구성원의 연차는 15일입니다. 사용하지 않은 연차는 5일까지 이월됩니다.",
        43,
    ),
    ("Employees with a year of service have 15 days of annual leave a year.", 17),
    ("  1. kubectl get pods -n prod | grep api", 14),
    ("年次有給休暇", 6),
    ("The password expires every 90 days; choose the gateway Seoul-2.", 16),
    ("체험 기간은 30일이고, 태그 10개와 게이트웨이 1대를 빌려 드립니다.", 37),
    ("| 높음 | 한 구역의 측정값이 끊김 | 1영업일 | 4시간 | 2시간 |", 35),
    ("🙂🙂", 2),
]


@pytest.mark.parametrize(("text", "counted"), COUNTED)
def test_never_too_low_and_not_far_too_high(text, counted):
    """At least what the tokenizer counts; of ordinary text, less than twice that."""
    assert counted <= estimate_tokens(text)
    if counted > 10:
        assert estimate_tokens(text) < 2 * counted


@given(st.text())
def test_any_text(text):
    """A count for whatever a document holds, never more than its bytes and one."""
    assert 0 <= estimate_tokens(text) <= 1 + len(text.encode("utf-8", "surrogatepass"))


@given(st.text(), st.text())
def test_more_text_is_more_tokens(text, more):
    """A text takes no fewer tokens than a part of it, give or take the space where they meet."""
    assert estimate_tokens(text) <= estimate_tokens(text + more) + 1
