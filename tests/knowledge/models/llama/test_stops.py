"""Ending an answer before a stop text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.llama.stops import StopFilter

LETTERS = st.text(alphabet="ab가", max_size=12)


@given(st.lists(LETTERS, max_size=8), st.lists(LETTERS.filter(bool), max_size=3))
def test_the_text_up_to_the_first_stop_text(pieces, stops):
    """However the text is cut: what comes before the first stop text, whole; nothing is held back at the end."""
    stopped = StopFilter(stops)
    shown = "".join(stopped.push(piece) for piece in pieces)
    has_stopped = stopped.has_stopped
    shown += stopped.rest()
    text = "".join(pieces)
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    assert has_stopped == bool(found)
    if not found:
        assert shown == text
    else:
        assert text.startswith(shown)
        assert not any(stop in shown for stop in stops)


def test_nothing_is_held_back_without_need():
    """Text that can't become a stop text is shown at once."""
    stopped = StopFilter(["\n\n"])
    assert stopped.push("연차는") == "연차는"
    assert stopped.push(" 15일\n") == " 15일"
    assert stopped.push("입니다") == "\n입니다"
