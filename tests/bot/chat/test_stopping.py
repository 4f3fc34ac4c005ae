"""An answer that a person may stop."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.stopping import until_stopped


def test_everything_comes_when_nobody_stops():
    """Without a stop the events are passed on, and the source is closed."""

    async def three():
        for number in range(3):
            yield number

    async def collect():
        return [number async for number in until_stopped(three(), asyncio.Event())]

    assert asyncio.run(collect()) == [0, 1, 2]


def test_a_stop_ends_what_waits():
    """A source that hangs is cancelled at once, and cleans up."""
    cleaned = []

    async def hangs():
        try:
            yield "first"
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    async def collect():
        stop, seen = asyncio.Event(), []
        async for event in until_stopped(hangs(), stop):
            seen.append(event)
            asyncio.get_running_loop().call_soon(stop.set)
        return seen

    assert asyncio.run(collect()) == ["first"]
    assert cleaned == [True]


def test_an_error_is_passed_on():
    """What the source raises reaches the caller."""

    async def breaks():
        yield 1
        raise ValueError("torn")

    async def collect():
        return [event async for event in until_stopped(breaks(), asyncio.Event())]

    with pytest.raises(ValueError, match="torn"):
        asyncio.run(collect())
