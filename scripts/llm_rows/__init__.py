"""The rows of `bench_llm.py`: each measures a promise about the language model, as a ratio in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scripts.llm_rows.again import again
from scripts.llm_rows.bench import Bench, Found
from scripts.llm_rows.guard import guard
from scripts.llm_rows.loops import alone, busy, prefill
from scripts.llm_rows.memory import memory
from scripts.llm_rows.quoting import quoting
from scripts.llm_rows.replay import replay
from scripts.llm_rows.together import distinct, shared


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement, and between which values its ratio has to lie."""

    measure: Callable[[Bench], Found]
    at_least: float = 0.0
    at_most: float = float("inf")

    def line(self, bench: Bench) -> str:
        """Measure, and say what came out beside what is wanted."""
        found = self.measure(bench)
        within = self.at_least <= found.ratio <= self.at_most and found.holds
        verdict = "no bar" if found.no_bar else "ok" if within else "MISSED"
        why = f" ({found.no_bar})" if found.no_bar else ""
        return f"{found.ratio:8.3f}  {self.bar:16} {verdict:7} {found.told}{why}"

    @property
    def bar(self) -> str:
        """The bar in words."""
        bounds = [f">= {self.at_least}"] if self.at_least else []
        return ", ".join(bounds + ([f"<= {self.at_most}"] if self.at_most < float("inf") else []))


ROWS: Mapping[str, Row] = {
    "alone": Row(alone, at_least=0.95),
    "shared": Row(shared, at_most=0.6),
    "distinct": Row(distinct, at_most=0.7),
    "again": Row(again, at_most=0.2),
    "replay": Row(replay, at_most=0.4),
    "busy": Row(busy, at_least=1.5),
    "prefill": Row(prefill, at_least=1.5),
    "quoting": Row(quoting, at_most=0.5),
    "guard": Row(guard, at_least=0.97),
    "memory": Row(memory, at_least=0.9, at_most=1.1),
}
