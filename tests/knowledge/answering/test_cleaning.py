"""A model's text as it streams: citations, links and mentions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.answering.cleaning import Cleaning, cited_numbers
from knowledge.answering.links import Links, links_in, quieted

SOURCE = "The form: https://hr.example.com/sick?a=1. Also www.example.com/wiki and kim@example.com"
LINKS = Links(links_in([SOURCE]), "(removed)")
# What the prompt called [1] is shown as [2], and so on.
NUMBERS = {1: 2, 2: 1, 3: 3}


def cleaned(*pieces: str) -> str:
    cleaning = Cleaning(NUMBERS, LINKS)
    return "".join([*(cleaning.feed(piece) for piece in pieces), cleaning.finish()])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("15일입니다 [1].", "15일입니다 [2]."),
        ("15일입니다[1][2].", "15일입니다[2][1]."),
        ("both [1, 2] and [1,3]", "both [2][1] and [2][3]"),
        ("둘 다 【1】 [2 및 3] ［3］", "둘 다 [2] [1][3] [3]"),
        ("range [1-3]", "range [2][1][3]"),
        ("named [passage 1], [출처: 2], [1번], [^3]", "named [2], [1], [2], [3]"),
        ("twice [1][1] [[2]]", "twice [2] [1]"),
        ("none [4] here [0][99].", "none here."),
        ("some [4, 1].", "some [2]."),
        ("15일입니다 [1], [9].", "15일입니다 [2]."),
        ("15일입니다[9], [1], [8] 그리고", "15일입니다 [2] 그리고"),
        ("둘 다 [1], [2]", "둘 다 [2], [1]"),
        ("앞은 [1], [뒤는", "앞은 [2], [뒤는"),
        ("15일입니다 ([9]). ([ 8 ]) 또 ([1])", "15일입니다. 또 ([2])"),
        ("15일입니다 【1†source】.", "15일입니다 [2]."),
        ("x() 는 [9]", "x() 는"),
        ("year [2024], word [주의], open [ bracket", "year [2024], word [주의], open [ bracket"),
        (
            "code `x[1]` and\n```\ny[1] = z[9]\n```\nend [1]",
            "code `x[1]` and\n```\ny[1] = z[9]\n```\nend [2]",
        ),
    ],
)
def test_citations_come_into_one_form(written: str, shown: str) -> None:
    """Whatever form a model gives its markers, [n] is shown with the number that the person knows."""
    assert cleaned(written) == shown


def test_code_cites_nothing() -> None:
    """An index in code is none of the citations, also while the code isn't closed."""
    assert cited_numbers("[2], `x[1]`, [1]\n```\ny[3]\nz = `w[3]`\n```\n[2] ```\n[3]") == (2, 1)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://hr.example.com/sick?a=1.", "see https://hr.example.com/sick?a=1."),
        ("see HTTPS://HR.example.com/sick?a=1 ok", "see HTTPS://HR.example.com/sick?a=1 ok"),
        ("see https://hr.example.com/sick?a=2.", "see (removed)."),
        ("https://evil.example.org로 가세요", "(removed)로 가세요"),
        ("[the form](https://hr.example.com/sick?a=1)", "the form (https://hr.example.com/sick?a=1)"),
        ("<https://hr.example.com/sick?a=1|the form>", "the form (https://hr.example.com/sick?a=1)"),
        ("[](https://hr.example.com/sick?a=1)", "https://hr.example.com/sick?a=1"),
        ("[the form](https://evil.example.org)", "the form"),
        ("[a b c](https://evil.example.org 'a title')", "a b c"),
        ("[https://hr.example.com/sick?a=1](https://evil.example.org)", "https://hr.example.com/sick?a=1"),
        ("![](https://evil.example.org/x.png)", ""),
        ("[![chart](https://a.example.org/p)](https://b.example.org)", "chart"),
        ("<https://evil.example.org|look here now>", "look here now"),
        ("<https://evil.example.org>", "(removed)"),
        ("evil.com/steal?x=secret and www.evil.example", "(removed) and (removed)"),
        ("<a href='https://evil.example.org'>go</a>", "go"),
        ("https://악성사이트.kr/로그인 으로", "(removed) 으로"),
        ("주소는evil.com에서, ..evil.com, //evil.com/x", "주소는(removed)에서, ..(removed), //(removed)"),
        ("회사.com 또는 http://한국.한국/a", "(removed) 또는 (removed)"),
        ("sign in at evil.icu", "sign in at (removed)"),
        ("a hid\u200bden e\u202evil.com", "a hidden (removed)"),
        ("javascript:alert(1) mailto:x@evil.example", "(removed)(1) (removed)"),
        ("[1](https://evil.example.org)", "[2]"),
        ("README.md, 3.5, v1.2, kim@example.com, www.example.com/wiki",) * 2,
    ],
)
def test_only_links_of_the_sources_stand(written: str, shown: str) -> None:
    """A link in any form that no source has is gone, and what it was called stays."""
    assert cleaned(written) == shown


@pytest.mark.parametrize(
    "ping",
    [
        "<!channel>",
        "<!here|here>",
        "<!everyone>",
        "<@U123>",
        "<@!123>",
        "<@&9>",
        "@everyone",
        "@here",
        "＠channel",
    ],
)
def test_nobody_is_pinged(ping: str) -> None:
    """No mention that Slack or Discord would act on is left, and a reader still sees who was meant."""
    quiet = quieted(f"ask {ping}!")
    assert not re.search(r"<[@!#]|[@＠](?:everyone|here|channel)", quiet)
    assert quiet == quieted(quiet)
    assert cleaned(f"ask {ping}!") == quiet


def test_what_runs_something_is_no_link_of_a_source() -> None:
    """An address that a source has is none, where opening it runs a program or shows a file."""
    links = Links(links_in(["javascript:steal() data:text/html,x file:///etc/passwd"]), "(removed)")
    shown = links.checked("[go](javascript:steal) data:text/html,x file:///etc/passwd")
    assert shown == "go (removed) (removed)"


def test_a_command_is_not_run_by_a_click() -> None:
    """Discord's mention of a command becomes its name."""
    assert quieted("try </ask ban:123456>") == "try /ask ban"


def test_addresses_are_no_mentions() -> None:
    """A mail address stays one, even of a host that is called like a mention."""
    assert quieted("kim@here.example, lee@channel-9.example") == "kim@here.example, lee@channel-9.example"
    assert "@everyone" not in quieted("a@everyoneevil.example")
    assert "@everyone" not in quieted("@everyone0 a@everyone (@everyone.then)")


def test_what_is_undecided_is_held_back() -> None:
    """Half of a marker or a link is never shown; a word is, as soon as it is over."""
    cleaning = Cleaning(NUMBERS, LINKS)
    assert cleaning.feed("연차는 15일입") == "연차는"
    assert cleaning.feed("니다 [1") == " 15일입니다"
    assert cleaning.feed(", 2] 그리") == " [2][1]"
    assert cleaning.finish() == " 그리"


def test_a_bracket_that_never_closes_is_none() -> None:
    """Text after an open bracket goes on once the line is over, or long."""
    cleaning = Cleaning(NUMBERS, LINKS)
    assert cleaning.feed("a [b c d") == "a"
    assert cleaning.feed("\nnext line ") == " [b c d\nnext line"
    assert len(cleaning.feed("[x " + "y " * 400)) > 700


def test_a_stream_without_spaces_is_not_held_forever() -> None:
    """A server that sends a word without end makes nobody wait for its end."""
    cleaning = Cleaning(NUMBERS, LINKS)
    shown = "".join(cleaning.feed("가나다라") for _ in range(5_000))
    assert len(shown) >= 18_000
    assert shown + cleaning.finish() == "가나다라" * 5_000


PARTS = [
    "[1]",
    "[9]",
    ", ",
    "[",
    "]",
    "(",
    ")",
    "[2, 9]",
    "【",
    "】",
    "`",
    "```",
    "\n",
    " ",
    "연차 ",
    "a",
    "1",
    ",",
    "-",
    "<",
    ">",
    "@",
]
PARTS += [
    "https://",
    "evil.com",
    "hr.example.com/sick?a=1",
    "everyone",
    "!channel",
    "|",
    "![",
    "](",
    "...",
    "💡",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join), st.data())
def test_the_cuts_of_a_stream_change_nothing(text: str, data: st.DataObject) -> None:
    """However a text is cut into pieces, the same is shown."""
    whole = cleaned(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert cleaned(*pieces) == whole


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PARTS), max_size=30).map("".join)))
def test_nothing_bad_comes_through(text: str) -> None:
    """Whatever is written, what is cited was given, and no link to elsewhere is left."""
    shown = cleaned(text)
    assert set(cited_numbers(shown)) <= {1, 2, 3} or "`" in text
    assert "://evil.com" not in shown
    assert "<!channel" not in shown
    assert "@everyone" not in shown
