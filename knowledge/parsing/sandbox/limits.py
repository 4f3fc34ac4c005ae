"""How much one document may take."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may take before it is given up.

    `seconds` are of the wall clock and `processor_seconds` of all cores together; `memory` is the child's, in
    bytes, its libraries included; `characters` are of the text that comes out, and `pieces` are its blocks
    and their parts, which take many times the memory of their text here. After `documents` a child is
    replaced by a new one. `niceness` is how far it stands back, as of `nice`, for what people wait for.
    """

    seconds: float = 120.0
    processor_seconds: int = 90
    memory: int = 1024 * MEBIBYTE
    characters: int = 20_000_000
    pieces: int = 500_000
    documents: int = 2000
    niceness: int = 10
