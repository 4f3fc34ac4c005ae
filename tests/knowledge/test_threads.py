"""The bridge between async code and code that waits."""

from __future__ import annotations

import asyncio
import threading

import pytest

from knowledge.threads import stepwise


async def _three(ended: threading.Event):
    try:
        for number in range(3):
            await asyncio.sleep(0)
            yield number
    finally:
        ended.set()


def test_items_come_in_order_from_one_loop():
    """All of them, as they come, from one event loop in another thread; the generator is closed at the end."""
    ended = threading.Event()
    assert list(stepwise(_three(ended))) == [0, 1, 2]
    assert ended.is_set()


def test_inside_an_event_loop():
    """A caller that is called by an event loop, as in a notebook, can wait for it too."""

    async def calling():
        return list(stepwise(_three(threading.Event())))

    assert asyncio.run(calling()) == [0, 1, 2]


def test_what_it_raises():
    """An error comes after the items before it, as it is."""

    async def failing():
        yield 1
        raise ValueError("no more")

    items = stepwise(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_closing_cancels_what_waits():
    """A caller that has enough isn't held up by a generator that waits for something that never comes."""
    ended = threading.Event()

    async def endless():
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            ended.set()

    items = stepwise(endless())
    assert next(items) == 1
    items.close()
    assert ended.is_set()
