from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.words import normalized, words


def found(text):
    """Whole and parts of each word."""
    return [(word.whole, word.parts) for word in words(normalized(text))]


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("v2.3.1", "2.3.1", ("2", "3", "1")),
        ("ERR_CONN_42", "err_conn_42", ("err", "conn", "42")),
        ("snake_case", "snake_case", ("snake", "case")),
        ("getUserName", "getusername", ("get", "user", "name")),
        ("e-mail", "email", ("mail",)),
        ("on-call", "oncall", ("on", "call")),
        ("3,000", "3000", ()),
        ("1,250,000", "1250000", ()),
        ("500MB", "500mb", ("500", "mb")),
        ("2026-01-05", "20260105", ("2026", "1", "5")),
        ("007", "7", ()),
        ("U.S.", "us", ()),
        ("C++", "c++", ()),
        ("C#", "c#", ()),
        ("Tesla's", "tesla", ()),
        ("don't", "don't", ()),
        ("Beyoncé", "beyonce", ()),
        ("ＶＰＮ", "vpn", ()),
        ("19th", "19th", ()),
    ],
)
def test_forms(text, whole, parts):
    """A word is found as a whole, and by its parts where it has any."""
    assert found(text) == [(whole, parts)]


def test_hangul_is_left_out():
    """Particles glued to a foreign word, and Korean words, are none of these words."""
    assert found("Slack에서 3,000원을 GitHub로") == [("slack", ()), ("3000", ()), ("github", ("git", "hub"))]


def test_capitals():
    """Words tell whether they began with a capital or were all capitals."""
    assert [(word.capital, word.shouted) for word in words("Ask IT about it")] == [
        (True, False),
        (True, True),
        (False, False),
        (False, False),
    ]


def test_invisible_characters_and_laughter():
    """Soft hyphens, zero-width spaces and letters that stand alone don't break or make words."""
    assert found("pass\u00adword\u200b ㅋㅋㅋ") == [("password", ())]


@given(st.text())
def test_words_of_any_text(text):
    """The words of any text are in its order, in lower case and without spaces."""
    before = -1
    for word in words(normalized(text)):
        assert word.start > before
        before = word.start
        for form in (word.whole, *word.parts):
            assert not any(character.isspace() for character in form)
            assert len(form) <= 64 or form in word.parts
