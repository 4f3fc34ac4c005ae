"""Tokens' bytes to text, never cut inside a character."""

from __future__ import annotations

import codecs


class Transcript:
    """The text of an answer as its tokens come.

    Bytes that can't become a character any more turn into U+FFFD; those that still can are held back.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, piece: bytes) -> str:
        """The characters that are complete now."""
        return self._decoder.decode(piece)

    def end(self) -> str:
        """What an answer that stops here still owes: U+FFFD where it stops inside a character."""
        return self._decoder.decode(b"", final=True)
