from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord.markup import inline, length, pieces, plain

_SPAN = re.compile(r"\\[!-/:-@\[-`{-~]|(`+)(?:[^\n]*?[^`\n])\1(?!`)")
_FENCED = re.compile(r"^```[^\n`]*\n.*?^```$", re.DOTALL | re.MULTILINE)
ALIVE = re.compile(r"<[@#:/ta]|\w://|\]\(|@(?:everyone|here)|discord\.gg/|/invite/", re.IGNORECASE)

fragments = st.sampled_from(
    [
        "```", "```python\n", "~~~", "`", "``", "**", "*", "_", "~~", "||", "\\", "<@1>", "<@&2>", "<#3>", "<:a:4>",
        "<t:1:R>", "</ask:5>", "@everyone", "@here", "https://evil.example/a_b", "discord.gg/abc", "[여기](https://evil.example)",
        "[a](<https://evil.example>)", "](", "\n", "\n\n", "# ", "> ", ">>> ", "- ", "1. ", "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "연차는 15일입니다. ", "plain words ", "😀", "\t", "\u202e", "C:\\문서\\a", "x" * 2500, "가 " * 900,
    ]
)  # fmt: skip
texts = st.one_of(st.text(max_size=300), st.lists(fragments, max_size=30).map("".join))


def outside_code(text: str) -> str:
    """What Discord would look for mentions and links in: no code, no escaped character."""
    return _SPAN.sub("", _FENCED.sub("", text))


@settings(deadline=None)
@given(texts)
@example("```0`")
@example("\\<@1>")
@example("\\\\<@1>")
@example("a ` b\n```\nc ` https://evil.example\n```")
@example("``` <@1> ```")
@example("[a](https://evil.example")
@example("`x` <@1> `")
@example("**`**https://evil.example`")
def test_nothing_in_an_answer_pings_or_links(text: str) -> None:
    """Whatever a text holds, no mention, link, invitation or emoji of it is alive."""
    for piece in pieces(text):
        assert not ALIVE.search(outside_code(piece)), piece
    assert not ALIVE.search(outside_code(plain(text)))
    assert not ALIVE.search(outside_code(inline(text.replace("\n", " "))))


@settings(deadline=None)
@given(texts, st.sampled_from([200, 2000, 4000]))
def test_every_piece_fits_and_every_fence_is_closed(text: str, limit: int) -> None:
    """No piece is over the limit or empty, and a code block is closed where its piece ends."""
    for piece in pieces(text, limit):
        assert 0 < length(piece) <= limit
        assert len(re.findall(r"^```", piece, re.MULTILINE)) % 2 == 0, piece


@settings(deadline=None)
@given(st.lists(st.text("abc가나다 0.,!", min_size=1, max_size=120), max_size=60), st.booleans())
def test_nothing_is_lost(lines: list[str], in_code: bool) -> None:
    """All words arrive, in order, in code as outside it."""
    text = "\n".join(lines)
    shown = "\n".join(pieces(f"```\n{text}\n```" if in_code else text, 300))
    assert re.sub(r"[\s`\\]", "", shown) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**굵게**는 그대로", "**굵게**는 그대로"),
        ("[휴가](https://a.example/b)", "휴가 (https\\://a.example/b)"),
        ("snake_case와 2*3*4", "snake\\_case와 2\\*3\\*4"),
        ("#### 작은 제목", "**작은 제목**"),
        ("# 제목", "# 제목"),
        ("* 하나", "- 하나"),
        (">>> 모두", "> 모두"),
        ("`a_b`와 `<@1>`", "`a_b`와 `<@1>`"),
        ("C:\\문서", "C:\\\\문서"),
        ("1~3일, ~~취소~~", "1~3일, \\~\\~취소\\~\\~"),
    ],
)
def test_markdown_looks_as_it_was_meant(markdown: str, shown: str) -> None:
    """What Discord knows stays, what it would misread is escaped."""
    assert inline_of(markdown) == shown


def test_a_table_becomes_columns() -> None:
    """Discord knows no tables: one is shown in a code block, in columns that Korean letters keep."""
    (piece,) = pieces("| 이름 | 일수 |\n|---|---:|\n| 연차 | 15 |\n| a | b |")
    assert piece == "```\n이름  일수\n연차  15\na     b\n```"


def test_a_code_block_is_opened_again_in_the_next_piece() -> None:
    """A long code block goes on in the next message, with its language."""
    code = "\n".join(f"line {number}" for number in range(400))
    found = pieces(f"before\n```python\n{code}\n```\nafter")
    assert len(found) > 1
    assert all(piece.startswith("```python\n") for piece in found[1:-1])
    assert all(piece.endswith("\n```") for piece in found[:-1])
    assert found[-1].endswith("after")


def inline_of(line: str) -> str:
    """One line as it is sent."""
    (piece,) = pieces(line)
    return piece
