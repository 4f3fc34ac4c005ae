"""What the tests of the formats share."""

from __future__ import annotations

from knowledge.types import ParsedDocument


def blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    """Kind and text of every block."""
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
