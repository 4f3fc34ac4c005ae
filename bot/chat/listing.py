"""A document as one line of what a command says."""

from __future__ import annotations

from knowledge import messages
from knowledge.types import Document, Language


def line_of(document: Document, language: Language) -> str:
    """Its number, title, date and scope."""
    date = document.modified_at.date().isoformat()
    scope = messages.text("talk-scope", language, scope=document.scope)
    return f"- `#{document.id}` {document.title} ({date}, {scope})"
