"""Markdown to mrkdwn: nothing lost, no limit broken, no fence left open, no mention alive."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.markup import inline, sections
from tests.adapters.slack.workspace import LIVE

_LINES = st.lists(
    st.one_of(
        st.text(max_size=200),
        st.sampled_from(
            [
                "```python",
                "```",
                "~~~",
                "| 이름 | 값 |",
                "|---|---|",
                "| <@U2> | `a|b` |",
                "## 제목",
                "- 항목 **굵게**",
                "> 인용",
                "@here <!channel> @everyone <@U123> <https://evil.example|x>",
                "[글](https://evil.example/a?b=c&d=e)",
                "한" * 400,
                "&<>" * 200,
                "x ``` y",
            ]
        ),
    ),
    max_size=40,
)
_SKELETON = re.compile(r"[가-힣A-Za-z0-9]+")


@given(_LINES, st.integers(100, 3000))
@settings(max_examples=300, deadline=None)
def test_any_text_fits_and_is_whole(lines, limit) -> None:
    """Every piece fits, has its code blocks closed, keeps every word in order, and pings or links nothing."""
    text = "\n".join(lines)
    pieces = sections(text, limit)
    for piece in pieces:
        assert 0 < len(piece) <= limit
        assert piece.count("```") % 2 == 0
        assert not LIVE.search(piece)
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", piece)
    if "~~~" not in text and not re.search(r"^\s*```+.", text, re.MULTILINE):
        shown = html.unescape("".join(pieces))
        assert "".join(_SKELETON.findall(shown)) == "".join(_SKELETON.findall(_plain(text)))


def _plain(text: str) -> str:
    """The text without what marks it up."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text.replace("\r", "\n"))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**굵게** 보통", "*굵게* 보통"),
        ("**연차**는 15일", "*연차*\u200b는 15일"),
        ("# 제목 **하나**", "*제목 하나*"),
        ("- 하나\n  * 둘", "• 하나\n  • 둘"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("[규정](https://a.example)", "규정 (https://a.example)"),
        ("@here", "@\u200bhere"),
        ("<@U024BE7LD>", "&lt;@\u200bU024BE7LD&gt;"),
        ("값 2*3*4 그대로", "값 2*3*4 그대로"),
        ("```py\nx = '**a**'\n```", "```\nx = '**a**'\n```"),
        ("```\n열린 채", "```\n열린 채\n```"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown: str, expected: str) -> None:
    """What both can say looks the same; what Slack can't say stays readable."""
    assert sections(markdown) == [expected]


def test_a_table_stands_in_columns() -> None:
    """Slack has no tables: the columns line up in a code block, Korean counted twice as wide."""
    (piece,) = sections("| 이름 | 일수 |\n|---|---|\n| 연차 | 15 |\n| leave | 3 |")
    assert piece == "```\n이름   일수\n연차   15\nleave  3\n```"


def test_a_code_block_goes_on_in_the_next_piece() -> None:
    """A block that is too long is closed and opened again, at a line's end."""
    pieces = sections("```\n" + "\n".join(f"line {number}" for number in range(40)) + "\n```", 100)
    assert len(pieces) > 3
    assert all(piece.startswith("```\n") and piece.endswith("\n```") for piece in pieces)


def test_a_line_has_no_line_breaks_of_its_own() -> None:
    """A title with markup in it stays one harmless line."""
    assert inline("**<!channel>**") == "*&lt;!channel&gt;*"
