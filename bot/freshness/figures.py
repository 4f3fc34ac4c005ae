"""A run's figures in words: how much is done, how fast it goes, and how long it will take."""

from __future__ import annotations

from knowledge.messages import text
from knowledge.pace import Running
from knowledge.types import Language


def figures(running: Running, language: Language) -> str:
    """`120/400 · 15/s · 0:19 left`, as far as it is known."""
    parts = [f"{running.done:,}/{running.total:,}" if running.total else f"{running.done:,}"]
    if (rate := running.rate) is not None:
        parts.append(text("progress-rate", language, rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"))
    if (left := running.left) is not None:
        parts.append(text("progress-left", language, time=clock(left)))
    return " · ".join(parts)


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:02:03`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
