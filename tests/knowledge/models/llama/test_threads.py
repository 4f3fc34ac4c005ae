"""The number of threads, against machines that are simulated."""

from __future__ import annotations

import random

import pytest

from knowledge.models.llama.threads import ThreadCount


def quiet(count):
    """Each core helps."""
    return 1 / count


def crowded(count):
    """Every thread beyond the first waits for its core more than it helps."""
    return 1.0 if count == 1 else 0.9 * count


def partly(cores):
    """So many cores are free; beyond them it gets slower."""
    return lambda count: 1 / count if count <= cores else 1 / cores * (1 + count - cores)


def run(threads, machine, steps, seed=0):
    """Seconds spent, with steps that vary by a tenth."""
    rng = random.Random(seed)
    spent = 0.0
    for _ in range(steps):
        seconds = machine(threads.current) * rng.uniform(0.95, 1.05)
        threads.observe(seconds)
        spent += seconds
    return spent


@pytest.mark.parametrize("most", [1, 2, 4, 6, 8, 16])
def test_a_quiet_machine_is_used_whole(most):
    """All threads are used but for short trials, which cost less than three percent."""
    threads = ThreadCount(most)
    run(threads, quiet, 400)
    assert run(threads, quiet, 2000) < 2000 * quiet(most) * 1.03


@pytest.mark.parametrize("most", [2, 4, 8])
def test_a_crowded_machine_gets_fewer(most):
    """Where threads hinder each other one is used, soon."""
    threads = ThreadCount(most)
    run(threads, crowded, 60)
    assert run(threads, crowded, 1000) < 1000 * 1.05


def test_it_finds_the_middle():
    """With four of eight cores free, four threads run."""
    threads = ThreadCount(8)
    run(threads, partly(4), 200)
    assert run(threads, partly(4), 1000) < 1000 * quiet(4) * 1.05


def test_it_notices_when_others_come_and_go():
    """A load that begins is answered within some steps, and one that ends is noticed too."""
    threads = ThreadCount(2)
    run(threads, quiet, 1000)
    run(threads, crowded, 40)
    assert run(threads, crowded, 100) < 100 * 1.1
    run(threads, quiet, 1600)
    assert threads.current == 2 or run(threads, quiet, 10) < 10 * quiet(2) * 1.4


def test_it_never_uses_more_than_it_may():
    """Whatever the machine does, the number stays between one and the most."""
    threads = ThreadCount(6)
    rng = random.Random(1)
    for _ in range(3000):
        assert 1 <= threads.current <= 6
        threads.observe(rng.expovariate(1))
