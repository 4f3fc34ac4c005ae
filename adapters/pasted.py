"""Texts that people paste, as files. Pure."""

from __future__ import annotations

_TITLE = 60


def is_only_links(text: str) -> bool:
    """Whether a text is made of addresses of web pages and nothing else."""
    words = text.split()
    return bool(words) and all(word.startswith(("https://", "http://")) for word in words)


def as_file(title: str, text: str) -> tuple[tuple[str, bytes], ...]:
    """A text as one Markdown file; without a title its first line is it. Nothing where there is no text."""
    if not text.strip():
        return ()
    first = text.strip().split("\n")[0][:_TITLE]
    name = " ".join((title or first).lstrip("# ").split()) or "text"
    return ((f"{name}.md", f"# {name}\n\n{text.strip()}\n".encode()),)
