"""One answer's events on different screens."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from adapters.console.screen import AnswerScreen
from adapters.console.theme import THEME
from knowledge.types import Answer, Failed, Finished, Found, Replaced, Source, Status, Token

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SOURCE = Source(1, "휴가 규정", "/d/휴가.md", "연차", None, (1, 3), "연차는 15일", 0.5, NOW)


def screen(*, terminal, width=80, height=24, language="ko", term="xterm"):
    """A screen, and what was written to it."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminal,
        width=width,
        height=height,
        theme=THEME,
        color_system=None,
        markup=False,
        highlight=False,
        _environ={"TERM": term},
    )
    return AnswerScreen(console, language, now=lambda: NOW), out


def play(shown, *events):
    """Show events and return the result."""

    async def stream():
        for event in events:
            yield event

    return asyncio.run(shown.show(stream()))


def answer(text="연차는 15일입니다. [1]", mode="model", sources=(SOURCE,)):
    """A finished answer."""
    return Answer(text, "ko", mode, sources)


def test_tokens_stream_and_sources_follow():
    """On a terminal the text comes as it is made, then the sources."""
    shown, out = screen(terminal=True)
    result = play(
        shown,
        Status("searching"),
        Found((SOURCE,)),
        Token("연차는 "),
        Token("15일입니다. [1]"),
        Finished(answer()),
    )
    assert result == answer()
    written = out.getvalue()
    assert written.index("연차는 15일입니다. [1]") < written.index("출처") < written.index("/d/휴가.md")


def test_a_pipe_gets_the_finished_answer_only():
    """Without a terminal nothing moves: no status, no tokens, no escape sequences."""
    shown, out = screen(terminal=False)
    events = [Status("searching"), Found((SOURCE,)), Token("틀린 "), Replaced("맞는", "regenerated")]
    play(shown, *events, Finished(answer()))
    assert out.getvalue().splitlines()[0] == "연차는 15일입니다. [1]"
    assert "\x1b" not in out.getvalue()
    assert "틀린" not in out.getvalue()


def test_a_dumb_terminal_gets_no_escape_sequences():
    """TERM=dumb shows the finished answer, wrapped."""
    shown, out = screen(terminal=True, term="dumb")
    play(shown, Status("searching"), Token("연차는"), Finished(answer()))
    assert "\x1b" not in out.getvalue()
    assert "  연차는 15일입니다. [1]" in out.getvalue()


def test_what_was_withdrawn_is_wiped():
    """A replacement takes the place of what was shown."""
    shown, out = screen(terminal=True)
    play(shown, Token("틀린 답\n"), Replaced("맞는 답", "regenerated"), Finished(answer("맞는 답")))
    before, after = out.getvalue().split("\x1b[J")
    assert "틀린 답" in before
    assert "맞는 답" in after


def test_what_has_scrolled_off_is_revoked_in_words():
    """Text that is higher than the screen can't be wiped; a line says that it no longer counts."""
    shown, out = screen(terminal=True, height=5)
    play(shown, Token("줄\n" * 20), Replaced("새 답", "fallback"), Finished(answer("새 답")))
    assert "\x1b[J" not in out.getvalue()
    assert "취소합니다" in out.getvalue()


def test_an_extractive_answer_is_labelled():
    """A person sees that no model wrote it."""
    shown, out = screen(terminal=True)
    play(shown, Finished(answer(mode="extractive")))
    assert "그대로 옮긴" in out.getvalue()


def test_claims_without_a_source_stand_under_the_answer():
    """A person sees what to check, and why no model wrote it, before the sources."""
    shown, out = screen(terminal=True)
    play(shown, Finished(replace(answer(mode="extractive"), unsupported=("7일",), why_not="busy")))
    assert (
        out.getvalue().index("7일") < out.getvalue().index("너무 많습니다") < out.getvalue().index("출처\n")
    )


def test_a_failure_is_told_with_its_id():
    """The message and the id that the log has."""
    shown, out = screen(terminal=False, language="en")
    assert play(shown, Failed("It broke.", "abc123")) == Failed("It broke.", "abc123")
    assert "It broke." in out.getvalue()
    assert "abc123" in out.getvalue()


def test_events_without_an_end_are_a_bug():
    """A handler that ends without a terminal event is reported, not taken for an answer."""
    shown, _ = screen(terminal=False)
    with pytest.raises(RuntimeError):
        play(shown, Token("half"))


@pytest.mark.parametrize("width", [24, 40, 80])
def test_narrow_terminals(width):
    """Nothing is wider than the terminal."""
    from rich.cells import cell_len

    shown, out = screen(terminal=True, width=width, term="dumb")
    play(shown, Finished(answer("아주 긴 답입니다 " * 20, mode="extractive")))
    assert all(cell_len(line) <= width for line in out.getvalue().splitlines())
