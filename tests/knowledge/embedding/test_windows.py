"""Where long texts are cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.embedding.windows import cut


def _words(lengths):
    return [number for number, length in enumerate(lengths) for _ in range(length)]


@given(st.lists(st.integers(1, 30), max_size=80), st.integers(1, 60), st.integers(0, 40))
def test_windows_cover_every_token_and_none_is_too_long(lengths, size, overlap):
    """No token is lost, no window is longer than asked, and each goes further than the one before."""
    words = _words(lengths)
    windows = cut(words, size, overlap)
    assert windows[0][0] == 0
    assert windows[-1][1] == len(words)
    assert all(end - start <= size for start, end in windows)
    assert all(left[0] < right[0] <= left[1] < right[1] for left, right in pairwise(windows))


@given(st.lists(st.integers(1, 4), min_size=60, max_size=200))
def test_windows_keep_short_words_whole_and_overlap(lengths):
    """Windows begin and end between words, share at least the overlap, and none is a small remainder."""
    words = _words(lengths)
    starts = {at for at in range(len(words)) if at == 0 or words[at] != words[at - 1]} | {len(words)}
    windows = cut(words, 50, 8)
    assert all(start in starts and end in starts for start, end in windows)
    assert all(left[1] - right[0] >= 8 for left, right in pairwise(windows))
    assert all(end - start >= 25 for start, end in windows)


def test_a_text_that_fits_is_one_window():
    """Nothing is cut up to the very size, and a text without tokens is one empty window."""
    assert cut(_words([5, 5]), 10, 3) == [(0, 10)]
    assert cut([], 10, 3) == [(0, 0)]


def test_a_word_longer_than_a_window_is_cut_anywhere():
    """A URL or a run of letters without spaces can't hold up the cutting."""
    windows = cut([0] * 100, 20, 4)
    assert windows[-1][1] == 100
    assert max(end - start for start, end in windows) <= 20


def test_tokens_of_no_word_are_words_of_their_own():
    """Where the tokenizer names no word, every place is a boundary."""
    assert cut([None] * 12, 10, 2) == [(0, 8), (6, 12)]
