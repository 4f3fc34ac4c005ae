"""What a measurement of this machine tries, and what came out; imports nothing of llama.cpp."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

ROUNDS = 2  # all points in turns, so that a machine that gets slower does so for all of them
_ENOUGH = 50  # steps of one visit


@dataclass(frozen=True, slots=True)
class Point:
    """A step: the threads it runs on, and its tokens: a portion of a prompt, or one for each answer."""

    kind: Literal["read", "write"]
    threads: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured at a point: tokens a second, the median of so many steps."""

    kind: Literal["read", "write"]
    threads: int
    tokens: int
    rate: float
    steps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, all numbers rising.

    Args:
        threads: numbers of threads.
        sequences: answers that are written at once.
        portions: tokens of a prompt in one step, at least two; those of the second are read with each number
            of threads, the rest with the most.
        seconds: for all of it, beside starting the model.
    """

    threads: tuple[int, ...]
    sequences: tuple[int, ...]
    portions: tuple[int, ...]
    seconds: float

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan whose fields these were before JSON made lists of them."""
        threads, sequences, portions = (tuple(data[name]) for name in ("threads", "sequences", "portions"))
        return cls(threads, sequences, portions, data["seconds"])

    def points(self) -> list[Point]:
        """What matters most first, what takes long last."""
        most, shared = self.threads[-1], self.portions[1]
        downwards = self.threads[::-1]
        return [
            Point("read", most, self.portions[0]),
            *(Point("write", threads, count) for threads in downwards for count in self.sequences),
            *(Point("read", threads, shared) for threads in downwards),
            *(Point("read", most, tokens) for tokens in self.portions[2:]),
        ]


def visit(plan: Plan, step: Callable[[Point], float]) -> Iterator[tuple[Figure | None, int, int]]:
    """Measure as much of the plan as its time allows; what is likely to overrun it is left out.

    Args:
        plan: what to measure.
        step: does a step and returns its seconds.

    Yields:
        After each visit: the point's figure with all steps until then (None: left out), visits, and of how
        many.
    """
    points = plan.points()
    share = plan.seconds / (ROUNDS * len(points))
    took: dict[Point, list[float]] = {}
    left = plan.seconds
    for number in range(ROUNDS * len(points)):
        point = points[number % len(points)]
        expected = _expected(point, took)
        if expected is not None and expected > left:
            yield None, number + 1, ROUNDS * len(points)
            continue
        steps = took.setdefault(point, [])
        spent = 0.0
        for _ in range(_ENOUGH):
            steps.append(step(point))
            spent += steps[-1]
            if spent + steps[-1] > share:
                break
        left -= spent
        rate = point.tokens / max(median(steps), 1e-9)
        figure = Figure(point.kind, point.threads, point.tokens, rate, len(steps))
        yield figure, number + 1, ROUNDS * len(points)


def _expected(point: Point, took: dict[Point, list[float]]) -> float | None:
    """The most seconds that a step may take, going by the ones like it; None before any."""
    if point in took:
        return median(took[point])
    like = [
        median(steps) * max(1.0, point.tokens / known.tokens) * max(1.0, known.threads / point.threads)
        for known, steps in took.items()
        if known.kind == point.kind
    ]
    return min(like, default=None)
