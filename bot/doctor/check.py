"""One line of the check-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from knowledge.errors import SaseoError
from knowledge.messages import describe, text
from knowledge.types import Language

Level = Literal["ok", "warn", "fail"]
GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at (`doctor-NAME`), how it is, what was found, and the fix if any.

    `found` and `fix` are message keys; `error` stands for both when something of our own tree was raised.
    """

    name: str
    level: Level
    found: str = ""
    fix: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    error: SaseoError | None = None

    def sentence(self, language: Language) -> str:
        """What was found."""
        return describe(self.error, language) if self.error else text(self.found, language, **self.parameters)

    def remedy(self, language: Language) -> str:
        """What to do, or nothing."""
        return text(self.fix, language, **self.parameters) if self.fix else ""


def gigabytes(size: float) -> str:
    """Bytes, as people read them."""
    return f"{size / GIGABYTE:.1f} GB"
