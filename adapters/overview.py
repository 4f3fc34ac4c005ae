"""What one person may ask about, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from knowledge.types import Scope


@dataclass(frozen=True, slots=True)
class Overview:
    """The documents that one person may read.

    `counts` are how many there are of each scope that has any, the widest scope first. `newest` are titles,
    the one that changed last first. `refreshed_at` is when the folders were last looked through (or None).
    `is_partial`: it couldn't be looked up what else the person may read.
    """

    counts: tuple[tuple[Scope, int], ...]
    newest: tuple[str, ...]
    refreshed_at: datetime | None
    is_partial: bool = False
