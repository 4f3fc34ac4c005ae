"""RTF, by striprtf: the text, whose structure is then found as in any plain text."""

from __future__ import annotations

from knowledge.errors import Unreadable
from knowledge.parsing.encoding import normalize
from knowledge.parsing.install import not_installed
from knowledge.parsing.text import parse_text
from knowledge.types import ParsedDocument


def read_rtf(data: bytes, stem: str) -> ParsedDocument:
    """Paragraphs, and tables as lines.

    Raises:
        Unreadable: `malformed`, `empty`, `not_installed`.
    """
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError as error:
        raise not_installed("striprtf", error) from error
    # One byte is one character here; what the file says of its code page decides what they mean.
    text = normalize(
        rtf_to_text(  # type: ignore[no-untyped-call, unused-ignore]
            data.decode("latin-1"), encoding="cp1252", errors="replace"
        )
    )
    text = "\n\n".join(line for line in (line.strip() for line in text.split("\n")) if line)
    if not text:
        raise Unreadable(reason="empty", detail="")
    parsed = parse_text(text, stem)
    return ParsedDocument(parsed.title, parsed.text, parsed.blocks, first_line=None)
