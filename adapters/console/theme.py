"""The few colours of the terminal: a terminal's own palette, so that they suit light and dark ones."""

from __future__ import annotations

from rich.theme import Theme

THEME = Theme(
    {
        "heading": "bold",
        "name": "cyan",
        "faint": "dim",
        "good": "green",
        "warning": "yellow",
        "bad": "red",
        "cite": "cyan",
    }
)
