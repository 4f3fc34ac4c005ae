"""A budget of edits that all running answers share."""

from __future__ import annotations

import asyncio

from adapters.pacing import Pace


def test_turns_are_apart() -> None:
    """The second turn comes only after the pause, the first at once."""

    async def scene():
        pace, over = Pace(0.02), asyncio.Event()
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await pace.turn(over)
        assert await pace.turn(over)
        assert loop.time() - began >= 0.02

    asyncio.run(scene())


def test_an_answer_that_is_over_waits_no_longer() -> None:
    """Whoever waits for a turn is let go when its answer is over, and takes no turn from the others."""

    async def scene():
        pace, over = Pace(3600.0), asyncio.Event()
        assert await pace.turn(asyncio.Event())
        waiting = [asyncio.ensure_future(pace.turn(over)) for _ in range(3)]
        await asyncio.sleep(0)
        over.set()
        assert await asyncio.gather(*waiting) == [False, False, False]

    asyncio.run(scene())


def test_what_cant_wait_makes_the_others_wait() -> None:
    """Finished answers are shown at once and count: edits come later by as many, up to a minute's worth."""

    async def scene():
        now = 0.0
        pace = Pace(3.0, lambda: now)
        for _ in range(4):
            pace.spend()
        waiting = asyncio.ensure_future(pace.turn(asyncio.Event()))
        await asyncio.sleep(0)
        assert pace._line("").next == 12.0
        for _ in range(100):
            pace.spend()
        assert pace._line("").next == 60.0
        waiting.cancel()

    asyncio.run(scene())


def test_places_have_turns_of_their_own() -> None:
    """Where places are apart, a busy one keeps no other waiting, and quiet ones are forgotten."""

    async def scene():
        pace, over = Pace(3600.0, apart=True), asyncio.Event()
        assert await pace.turn(over, "C1")
        assert await pace.turn(over, "C2")
        waiting = asyncio.ensure_future(pace.turn(over, "C1"))
        await asyncio.sleep(0)
        assert not waiting.done()
        over.set()
        assert not await waiting

    async def many():
        pace = Pace(0.0, apart=True)
        for number in range(3000):
            assert await pace.turn(asyncio.Event(), str(number))
        assert len(pace._lines) <= 1000

    asyncio.run(scene())
    asyncio.run(many())
