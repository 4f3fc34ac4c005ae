"""Where a tokenised text that is longer than the model reads is cut."""

from __future__ import annotations

from collections.abc import Sequence


def cut(words: Sequence[int | None], size: int, overlap: int) -> list[tuple[int, int]]:
    """Cut tokens into windows of about equal length that overlap, between words where that is possible.

    Args:
        words: for each token the number of the word it is part of; None is a word of its own.
        size: the most tokens of a window, at least 1.
        overlap: tokens that a window shares with the one before it; at least that many, up to one word more.

    Returns:
        (start, end) of each window, end exclusive. Together they cover every token; no window is longer than
        `size`.
    """
    total = len(words)
    if total <= size:
        return [(0, total)]
    overlap = min(overlap, size // 4)
    windows: list[tuple[int, int]] = []
    start = end = 0
    while total - start > size:
        # As few as hold the rest, of equal length: attention costs less, and no short tail is left over.
        left = -(-(total - start - overlap) // (size - overlap))
        length = -(-(total - start + (left - 1) * overlap) // left)
        lowest = max(start + (size + 1) // 2, end + 1)
        end = _word_start(words, start + min(length + overlap // 2, size), lowest)
        windows.append((start, end))
        start = _word_start(words, end - overlap, lowest=max(start + 1, end - 2 * overlap))
    windows.append((start, total))
    return windows


def _word_start(words: Sequence[int | None], position: int, lowest: int) -> int:
    """The last start of a word up to `position`, but `position` itself where that would be below `lowest`."""
    for at in range(position, lowest - 1, -1):
        if words[at] is None or words[at] != words[at - 1]:
            return at
    return position
