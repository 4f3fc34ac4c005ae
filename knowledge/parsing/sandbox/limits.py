"""How much one document may take."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may take before it is given up.

    `seconds` are of the wall clock and `processor_seconds` of all cores together; `memory` is the child's, in
    bytes, its libraries included; `characters` are of the text that comes out, and bound everything else that
    does. After `documents` a child is replaced by a new one.
    """

    seconds: float = 120.0
    processor_seconds: int = 90
    memory: int = 1024 * MEBIBYTE
    characters: int = 20_000_000
    documents: int = 2000

    @property
    def answer(self) -> int:
        """The most bytes that an answer of the child may have.

        Six for a character in JSON (a control character), and the blocks, which are as many as the text's
        lines at most.
        """
        return 8 * self.characters + MEBIBYTE
