"""What reads a file inside of a file, given to those who find some."""

from __future__ import annotations

from typing import Protocol

from knowledge.types import ParsedDocument


class Read(Protocol):
    """`knowledge.parsing.parse`, with how deep the file lies in others."""

    def __call__(self, name: str, data: bytes, depth: int = 0) -> ParsedDocument: ...
