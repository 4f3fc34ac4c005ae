"""In which order a machine is measured, and when it is enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.models.llama.points import ROUNDS, Plan, Point, visit

PLAN = Plan((1, 2), (1, 4), (64, 128, 512), 10.0)


def run(plan, seconds):
    """What a machine on which a step takes `seconds(point)` did, and the figures: the last of each point."""
    steps, figures = [], {}

    def step(point):
        steps.append(point)
        return seconds(point)

    for figure, _, _ in visit(plan, step):
        if figure:
            figures[Point(figure.kind, figure.threads, figure.tokens)] = figure
    return steps, figures


def test_every_point_is_measured_in_every_round():
    """A fast machine does all of the plan, and each round goes over all points."""
    steps, figures = run(PLAN, lambda point: 0.05)
    assert set(figures) == set(PLAN.points())
    visits = [point for i, point in enumerate(steps) if i == 0 or steps[i - 1] != point]
    assert visits == PLAN.points() * ROUNDS


def test_the_rate_is_of_the_median_step():
    """One step that something else held up changes nothing."""
    slow = iter([100.0])
    plan = Plan((1,), (1,), (64, 128), 1000.0)
    _, figures = run(plan, lambda point: next(slow, 0.5))
    assert figures[Point("read", 1, 64)].rate == pytest.approx(128)


def test_what_takes_too_long_is_left_out():
    """A slow machine reads the small portion and writes, and leaves out what it has no time for."""
    _, figures = run(PLAN, lambda point: point.tokens / 20 / point.threads)
    assert Point("read", 2, 64) in figures
    assert Point("write", 1, 4) in figures
    assert Point("read", 2, 512) not in figures


@given(st.floats(1e-5, 3), st.floats(0.2, 3))
def test_the_time_is_kept(single, growth):
    """However slow the machine, it ends near the time that was given, but for what had to be tried once."""
    spent = []

    def seconds(point):
        spent.append(single * (1 + growth * (point.tokens - 1) / 64) / point.threads)
        return spent[-1]

    run(PLAN, seconds)
    first = 2 * single * (1 + growth)
    assert sum(spent) <= PLAN.seconds * 1.5 + first


def test_visits_are_counted():
    """Progress begins at one, and ends at all of them."""
    told = [(done, total) for _, done, total in visit(PLAN, lambda point: 0.01)]
    assert told == [(i + 1, len(told)) for i in range(len(told))]
