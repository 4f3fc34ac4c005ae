"""How fast a run goes and how long it takes, told from where it is."""

from __future__ import annotations

from knowledge.pace import Pace


def test_the_rate_is_that_of_the_stage() -> None:
    """What came before the stage doesn't count, and before a second has passed nothing is told."""
    pace = Pace()
    assert pace.follow("scanning", 0, 0, 4.0).rate is None
    assert pace.follow("reading", 0, 100, 10.0).left is None
    assert pace.follow("reading", 5, 100, 10.5).rate is None
    run = pace.follow("reading", 20, 100, 14.0)
    assert (run.rate, run.left) == (5.0, 16.0)
    assert pace.follow("reading", 100, 100, 30.0).left is None


def test_a_stage_that_goes_on_keeps_its_beginning() -> None:
    """Between two batches of reading there is indexing, which begins anew with each batch."""
    pace = Pace()
    pace.follow("reading", 0, 100, 0.0)
    pace.follow("reading", 10, 100, 5.0)
    pace.follow("indexing", 0, 50, 5.0)
    pace.follow("indexing", 50, 50, 9.0)
    assert pace.follow("reading", 10, 100, 10.0).rate == 1.0
    assert pace.follow("indexing", 0, 50, 20.0).seconds == 0.0
