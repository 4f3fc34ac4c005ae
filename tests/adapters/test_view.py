"""What a person should see of an answer, at any moment."""

from __future__ import annotations

from functools import reduce

from adapters.messages import Notice
from adapters.view import View
from knowledge.types import Failed, Found, Replaced, Status, Token
from tests.fakes import a_source


def after(*events):
    return reduce(View.after, events, View("ko"))


def test_text_grows_and_may_be_withdrawn():
    """Tokens append; a replacement stands instead of everything before it."""
    assert after(Token("가"), Token("나")).text == "가나"
    assert after(Token("가"), Replaced("다", "fallback"), Token("라")).text == "다라"


def test_the_queue_comes_before_what_was_found():
    """Whoever waits in a queue sees the place; then the titles of what was found."""
    assert "2개" in after(Status("queued", 2)).waiting
    assert "문서 1" in after(Found((a_source(),)), Status("writing")).waiting


def test_notices_are_kept_to_the_end():
    """What was left out is still told with a failure."""
    view = after(Notice("빠진 것"), Failed("안 됩니다", "ab12"))
    assert view.notices == ("빠진 것",)
    assert "ab12" in view.failure
    assert view.answer is None
