"""How quickly and how surely the librarian answers in Slack and Discord, against local servers of theirs.

    python -m scripts.bench_chats [slack] [discord] [--passages 10000] [--hours 24]

A real index, quoted answers (no language model), the real slack-bolt and discord.py over HTTP and WebSocket
on 127.0.0.1, the product's own limits and pace of edits. The server runs in the same process, on the same
event loop, so what is measured includes its own work. Three parts for each platform: 100 questions in ten
seconds from 50 people, half of them follow-ups; the same while an indexing run is going on; and a day's
traffic without pauses, with a lost connection every hour, for what grows: memory, tasks, threads, open files.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Literal

import numpy as np
import psutil

from bot.chat.limits import Limits
from knowledge.catalog import Catalog
from knowledge.courtesy import quick_turns
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from scripts.chat_rows import discord, slack
from scripts.chat_rows.discord import DiscordTown
from scripts.chat_rows.slack import SlackTown
from scripts.chat_rows.town import PEOPLE, TITLE, Town
from tests.librarian import QuickEmbedder, parts_for
from tests.talk import MANY, a_librarian

Platform = Literal["slack", "discord"]
PLATFORMS: tuple[Platform, ...] = ("slack", "discord")

_QUESTIONS, _SECONDS = 100, 10.0
_PER_HOUR = 20
_PASSAGES_IN_A_FILE = 25


def make_files(root: Path, passages: int, name: str) -> None:
    """Handbooks, each section about a product that no other has."""
    root.mkdir(parents=True, exist_ok=True)
    words = [
        f"{first}{last}" for first in ("ban", "cor", "del", "fin", "gor") for last in ("ta", "mi", "lu", "re")
    ]
    chance = random.Random(0)
    for number in range(passages // _PASSAGES_IN_A_FILE):
        lines = [f"# {TITLE} {name} {number}"]
        for part in range(_PASSAGES_IN_A_FILE):
            product = f"{name}{number * _PASSAGES_IN_A_FILE + part}"
            text = " ".join(chance.choice(words) for _ in range(120))
            lines.append(
                f"## Product {product}\n\nThe warranty of product {product} is {part + 1} months. {text}."
            )
        (root / f"{name}-{number:04}.md").write_text("\n\n".join(lines))


async def burst(town: Town, passages: int) -> None:
    """100 questions in ten seconds; prints how they fared."""
    asked_at: dict[str, list[float]] = defaultdict(list)
    acknowledged: list[float] = []
    seen, whole = town.timeline.found, town.timeline.whole

    async def ask(person: int, thread: str, delay: float) -> str:
        await asyncio.sleep(delay)
        product = (person * 37 + bool(thread)) % passages
        at = time.perf_counter()
        thread, seconds = await town.ask(person, f"How long is the warranty of product a{product}?", thread)
        asked_at[thread].append(at)
        acknowledged.append(seconds)
        return thread

    async def talk(person: int) -> str:
        thread = await ask(person, "", person * _SECONDS / _QUESTIONS)
        return await ask(person, thread, _SECONDS / 2)

    began = time.perf_counter()
    threads = await asyncio.gather(*map(talk, range(PEOPLE)))
    with suppress(TimeoutError):
        await town.until(lambda: town.timeline.answered >= _QUESTIONS)
    took = time.perf_counter() - began
    await asyncio.sleep(1.0)  # for what would be one too many
    waits = [
        shown - asked
        for thread in threads
        for asked, shown in zip(asked_at[thread], seen[thread], strict=False)
    ]
    posts = town.posts()
    doubled = sum(max(0, posts[thread] - 2) for thread in threads)
    in_order = all(whole[thread] == sorted(whole[thread], key=lambda each: each[1]) for thread in threads)
    print(f"  acknowledged: {_percentiles(acknowledged)} (aim: p99 0.2)")
    print(f"  sources seen: {_percentiles(waits)} (aim: p95 1.0)")
    answered = town.timeline.answered
    print(
        f"  answered: {answered} of {_QUESTIONS}, {doubled} twice, in order: {in_order}, after {took:.0f} s"
    )


async def day(town: Town, hours: int, passages: int) -> None:
    """A day's questions one after the other; prints what there is after each sixth of it."""
    process = psutil.Process()
    for hour in range(hours):
        for number in range(_PER_HOUR):
            product = (hour * 71 + number) % passages
            await town.ask(number, f"How long is the warranty of product a{product}?")
        await town.until(lambda: town.timeline.answered >= _PER_HOUR)
        await town.break_connection(hour)
        town.forget()
        if hour % max(1, hours // 6) == 0 or hour == hours - 1:
            gc.collect()
            memory, tasks = process.memory_info().rss / 2**20, len(asyncio.all_tasks())
            threads, files = threading.active_count(), process.num_fds()
            sockets = Counter(each.status for each in process.net_connections())["ESTABLISHED"]
            print(
                f"  hour {hour + 1:2}: {memory:.0f} MiB, {tasks} tasks, {threads} threads, {files} files, "
                f"of which {sockets} connected sockets"
            )


async def opened(
    platform: Platform,
    folder: Path,
    knowledge: Knowledge,
    catalog: Catalog,
    limits: Limits,
    stack: AsyncExitStack,
) -> Town:
    """A platform with 50 people, and a bot in it until the stack closes."""
    town: SlackTown | DiscordTown
    if platform == "slack":
        town = SlackTown(await stack.enter_async_context(slack.Watched()))
    else:
        town = DiscordTown(await stack.enter_async_context(discord.Watched()))
    adapter = town.adapter()
    librarian = a_librarian(
        folder, knowledge, adapter.directory, limits=limits, catalog=catalog, platform=platform
    )
    running = asyncio.create_task(adapter.run(librarian))

    async def end() -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        librarian.close()

    stack.push_async_callback(end)
    await town.connected()
    return town


async def measure(platform: Platform, place: Path, passages: int, hours: int) -> None:
    """Index, ask, print."""
    make_files(place / "files", passages, "a")
    make_files(place / "more", passages, "b")
    parts = parts_for(place / "data", Folder(place / "files"), embedder=QuickEmbedder())
    knowledge, catalog = Knowledge(parts, owner=True), parts.catalog
    report = await asyncio.to_thread(knowledge.refresh)
    await asyncio.to_thread(knowledge.warm)
    print(f"{platform}: {report.added} documents")

    async def town(limits: Limits, stack: AsyncExitStack) -> Town:
        return await opened(platform, place, knowledge, catalog, limits, stack)

    async with AsyncExitStack() as stack:
        print("100 questions in ten seconds from 50 people")
        await burst(await town(Limits(), stack), passages)
    async with AsyncExitStack() as stack:
        print("the same while an indexing run is going on")
        there = await town(Limits(), stack)
        over = threading.Event()
        knowledge.register(Folder(place / "more"))
        run = asyncio.ensure_future(asyncio.to_thread(knowledge.refresh, stopped=over.is_set))
        await burst(there, passages)
        print(f"  the run was {'over before' if run.done() else 'still going on'}")
        over.set()
        await run
    async with AsyncExitStack() as stack:
        print(f"{hours} hours of {_PER_HOUR} questions")
        await day(await town(MANY, stack), hours, passages)
    await asyncio.to_thread(knowledge.close)


def _percentiles(seconds: list[float]) -> str:
    if not seconds:
        return "never"
    middle, high, top = np.percentile(seconds, [50, 95, 99])
    return f"{len(seconds)} times, p50 {middle:.2f} s, p95 {high:.2f} s, p99 {top:.2f} s"


def main() -> None:
    """Measure in a temporary folder."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("platforms", nargs="*", choices=PLATFORMS)
    options.add_argument("--passages", type=int, default=10_000)
    options.add_argument("--hours", type=int, default=24)
    wanted = options.parse_args()
    for platform in wanted.platforms or PLATFORMS:
        with tempfile.TemporaryDirectory(prefix="saseo-bench-") as place, quick_turns():  # as the bot does
            asyncio.run(measure(platform, Path(place), wanted.passages, wanted.hours))


if __name__ == "__main__":
    main()
