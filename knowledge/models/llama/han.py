"""Barring Chinese from an answer: which tokens would write a Han character that isn't allowed.

Most such tokens hold whole characters. Others are some of a character's bytes; which of those are barred
depends on the bytes that the answer ends with so far. A token is also barred when the bytes it leaves
behind could only become barred characters, so that an answer never runs into a dead end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int64]

# Script=Han of Unicode 16, with the blocks' unassigned places: radicals, iteration marks, numerals, the
# unified ideographs and their extensions (all of planes 2 and 3), compatibility ideographs. The 64
# hexagrams (4DC0 to 4DFF) are among them: they would be the only way out after the byte E4, and no answer
# wants one.
_RANGES = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3005),
    (0x3007, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x16FE2, 0x16FE3),
    (0x16FF0, 0x16FF1),
    (0x20000, 0x3FFFF),
)
HAN = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES) + "]")
"""A Han character."""


class HanTokens:
    """What the guard has to know of a vocabulary, worked out once.

    Args:
        pieces: the bytes of each token.
    """

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._writers: dict[str, list[int]] = {}  # character -> the tokens that hold it whole
        self._early: list[int] = []  # tokens that end inside a character, and don't go on with one
        self._late: list[int] = []  # tokens that begin inside a character
        barred = []
        for token, piece in enumerate(pieces):
            if not piece or piece.isascii():
                continue
            if _continuation(piece[0]):
                self._late.append(token)
            elif tail(piece):
                self._early.append(token)
            elif found := set(HAN.findall(piece.decode("utf-8", "replace"))):
                barred.append(token)
                for character in found:
                    self._writers.setdefault(character, []).append(token)
        self._whole = np.array(barred, np.int64)

    def guard(self, allowed: frozenset[str]) -> Guard:
        """The guard of one answer, in which these Han characters may stand."""
        return Guard(self, allowed)

    def always(self, allowed: frozenset[str]) -> Tokens:
        """The tokens that are barred whatever stands before them."""
        candidates = {token for character in allowed for token in self._writers.get(character, ())}
        free = [token for token in candidates if not self._barred(token, b"", allowed)]
        early = [token for token in self._early if self._barred(token, b"", allowed)]
        whole = np.setdiff1d(self._whole, np.array(free, np.int64), assume_unique=True)
        return np.concatenate([whole, np.array(early, np.int64)])

    def after(self, pending: bytes, allowed: frozenset[str]) -> Tokens:
        """The others that are barred in an answer that ends with the bytes `pending`."""
        return np.array([t for t in self._late if self._barred(t, pending, allowed)], np.int64)

    def piece(self, token: int) -> bytes:
        """A token's bytes."""
        return self._pieces[token]

    def _barred(self, token: int, pending: bytes, allowed: frozenset[str]) -> bool:
        text = pending + self._pieces[token]
        left = tail(text)
        whole = text[: len(text) - len(left)].decode("utf-8", "replace")
        if any(character not in allowed for character in HAN.findall(whole)):
            return True
        return bool(left) and not _has_way_out(left, allowed)


class Guard:
    """Follows one answer and tells what may not come next."""

    def __init__(self, tokens: HanTokens, allowed: frozenset[str]) -> None:
        self._tokens = tokens
        self._allowed = allowed
        self._always = tokens.always(allowed)
        self._by_pending: dict[bytes, Tokens] = {}
        self._pending = b""

    def barred(self) -> Tokens:
        """The tokens that may not come next."""
        # What can't become Han any more (a Hangul syllable's first bytes) decides nothing.
        pending = self._pending if may_be_han(self._pending) else b""
        if pending not in self._by_pending:
            after = self._tokens.after(pending, self._allowed)
            self._by_pending[pending] = np.concatenate([self._always, after])
        return self._by_pending[pending]

    def accept(self, token: int) -> None:
        """This token came."""
        self._pending = tail(self._pending + self._tokens.piece(token))


def tail(text: bytes) -> bytes:
    """The bytes at the end that begin a character and don't end it, as Python's decoder holds them back."""
    for size in (1, 2, 3):
        if size > len(text):
            break
        lead = text[-size]
        if not _continuation(lead):
            return text[-size:] if _begins_character(text[-size:]) else b""
    return b""


def may_be_han(start: bytes) -> bool:
    """Whether a Han character begins with these bytes, the first of a character."""
    if not start:
        return False
    first, last = _span(start)
    return any(low <= last and first <= high for low, high in _RANGES)


def _continuation(byte: int) -> bool:
    return byte & 0xC0 == 0x80


def _begins_character(start: bytes) -> bool:
    """Whether some character is longer than these bytes and begins with them."""
    lead = start[0]
    size = 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 0
    if len(start) >= size:
        return False
    if len(start) == 1:
        return True
    low, high = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F), 0xF0: (0x90, 0xBF), 0xF4: (0x80, 0x8F)}.get(
        lead, (0x80, 0xBF)
    )
    return low <= start[1] <= high


def _has_way_out(start: bytes, allowed: frozenset[str]) -> bool:
    """Whether some character that may be written begins with these bytes."""
    if any(character.encode().startswith(start) for character in allowed):
        return True
    first, last = _span(start)
    return not any(low <= first and last <= high for low, high in _RANGES)


def _span(start: bytes) -> tuple[int, int]:
    """The first and the last code point that begin with these bytes."""
    size = 2 if start[0] < 0xE0 else 3 if start[0] < 0xF0 else 4
    bits = start[0] & (0xFF >> (size + 1))
    for byte in start[1:]:
        bits = bits << 6 | byte & 0x3F
    missing = 6 * (size - len(start))
    return bits << missing, (bits << missing) | ((1 << missing) - 1)
