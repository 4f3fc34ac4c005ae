"""What people ask in a town, and how it fared. Runs in the town's process."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from scripts.chat_rows.town import PEOPLE, Town

QUESTIONS, SECONDS, PER_HOUR = 100, 10.0, 20


@dataclass(frozen=True)
class Fared:
    """What became of a burst of questions. `acknowledged` and `seen` are waits, in seconds."""

    acknowledged: list[float]
    seen: list[float]
    answered: int
    doubled: int
    in_order: bool
    seconds: float


async def burst(town: Town, first: int, passages: int) -> Fared:
    """100 questions in ten seconds from 50 people, half of them follow-ups; no two about the same product.

    Args:
        town: with a connected bot.
        first: where among the products the questions begin; other bursts ask about others.
        passages: how many products there are.
    """
    asked_at: dict[str, list[float]] = defaultdict(list)
    acknowledged: list[float] = []
    seen, whole = town.timeline.found, town.timeline.whole

    async def ask(number: int, thread: str, delay: float) -> str:
        await asyncio.sleep(delay)
        product = (first + number * 37) % passages
        at = time.perf_counter()
        text = f"How long is the warranty of product a{product}?"
        thread, seconds = await town.ask(number % PEOPLE, text, thread)
        asked_at[thread].append(at)
        acknowledged.append(seconds)
        return thread

    async def talk(person: int) -> str:
        thread = await ask(person, "", person * SECONDS / QUESTIONS)
        return await ask(PEOPLE + person, thread, SECONDS / 2)

    began = time.perf_counter()
    threads = await asyncio.gather(*map(talk, range(PEOPLE)))
    with suppress(TimeoutError):
        await town.until(lambda: town.timeline.answered >= QUESTIONS)
    took = time.perf_counter() - began
    await asyncio.sleep(1.0)  # for what would be one too many
    posts = town.posts()
    return Fared(
        acknowledged,
        [
            shown - asked
            for thread in threads
            for asked, shown in zip(asked_at[thread], seen[thread], strict=False)
        ],
        town.timeline.answered,
        sum(max(0, posts[thread] - 2) for thread in threads),
        all(whole[thread] == sorted(whole[thread], key=lambda each: each[1]) for thread in threads),
        took,
    )


async def hour(town: Town, number: int, passages: int) -> None:
    """An hour's questions one after the other, and a connection that is lost after them."""
    for person in range(PER_HOUR):
        product = (number * 71 + person) % passages
        await town.ask(person, f"How long is the warranty of product a{product}?")
    await town.until(lambda: town.timeline.answered >= PER_HOUR)
    await town.break_connection(number)
    town.forget()
