"""Turns: one at a time, the urgent ones first."""

from __future__ import annotations

import threading
from collections.abc import Callable

from knowledge.one_at_a_time import OneAtATime

WAIT = 60.0


def run_beside(*functions: Callable[[], None]) -> None:
    """Run functions in threads of their own, to their ends."""
    threads = [threading.Thread(target=function, daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()


def test_an_urgent_turn_comes_in_the_middle_of_a_long_one() -> None:
    """At its next step; then the long one goes on, before any other that waits."""
    turns, done = OneAtATime(), []
    begun, urgent_done = threading.Event(), threading.Event()

    def long() -> None:
        with turns.turn():
            begun.set()
            while not urgent_done.is_set():
                turns.let_in()
            done.append("long")

    def other() -> None:
        assert begun.wait(WAIT)
        with turns.turn():
            done.append("other")

    def urgent() -> None:
        assert begun.wait(WAIT)
        with turns.turn(urgent=True):
            done.append("urgent")
            urgent_done.set()

    run_beside(long, other, urgent)
    assert done == ["urgent", "long", "other"]


def test_turns_are_never_beside_each_other() -> None:
    """However many come, and whether or not a long one is under way."""
    turns, inside, most = OneAtATime(), [], []

    def step() -> None:
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    def urgent() -> None:
        for _ in range(20):
            with turns.turn(urgent=True):
                step()

    def long() -> None:
        for _ in range(20):
            with turns.turn():
                for _ in range(5):
                    step()
                    turns.let_in()

    run_beside(urgent, urgent, urgent, long, long)
    assert most == [1] * (3 * 20 + 2 * 20 * 5)


def test_a_turn_ends_with_an_error_too() -> None:
    """The next one is had at once."""
    turns = OneAtATime()
    for urgent in (False, True):
        try:
            with turns.turn(urgent=urgent):
                raise OSError
        except OSError:
            continue
    with turns.turn():
        turns.let_in()
