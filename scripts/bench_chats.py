"""How quickly and how surely the librarian answers in Slack and Discord, against local servers of theirs.

    python -m scripts.bench_chats [slack | discord] [--passages 10000] [--hours 24] [--embedder minilm]

A real index, quoted answers (no language model), vectors of an imitation unless a model is named, the real
slack-bolt and discord.py over HTTP and WebSocket on 127.0.0.1, the product's own limits and pace of edits.
The platform and its people are a process of their own, which shares the machine with the bot. Three parts for
each platform: 100 questions in ten seconds from 50 people, half of them follow-ups, no two the same; 100
others while an indexing run is going on; and a day's traffic without pauses, with a lost connection every
hour, for what grows: memory, tasks, threads, open files.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import random
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from bot.chat.limits import Limits
from knowledge import messages
from knowledge.catalog import Catalog
from knowledge.courtesy import quick_turns
from knowledge.embedding import Embedder, open_embedder
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from scripts.chat_rows.elsewhere import PLATFORMS, Elsewhere, Platform
from scripts.chat_rows.load import PER_HOUR, QUESTIONS
from scripts.chat_rows.town import TITLE
from tests.librarian import QuickEmbedder, parts_for
from tests.talk import MANY, a_librarian

_PASSAGES_IN_A_FILE = 25
_FIRST = itertools.count(1_000, 100_000)


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


async def burst(town: Elsewhere, first: int, passages: int) -> None:
    """100 questions in ten seconds; prints how they fared."""
    fared = await town.burst(first, passages)
    print(f"  acknowledged: {_percentiles(fared.acknowledged)} (aim: p99 0.2)")
    print(f"  sources seen: {_percentiles(fared.seen)} (aim: p95 1.0)")
    print(
        f"  answered: {fared.answered} of {QUESTIONS}, {fared.doubled} twice, in order: {fared.in_order}, "
        f"after {fared.seconds:.0f} s"
    )


async def day(town: Elsewhere, hours: int, passages: int) -> None:
    """A day's questions one after the other; prints what there is after each sixth of it."""
    process = psutil.Process()
    for hour in range(hours):
        await town.hour(hour, passages)
        if hour % max(1, hours // 6) == 0 or hour == hours - 1:
            gc.collect()
            memory, tasks = process.memory_info().rss / 2**20, len(asyncio.all_tasks())
            threads, files = threading.active_count(), process.num_fds()
            sockets = Counter(each.status for each in process.net_connections())["ESTABLISHED"]
            print(
                f"  hour {hour + 1:2}: {memory:.0f} MiB, {tasks} tasks, {threads} threads, {files} files, "
                f"of which {sockets} connected sockets"
            )


@asynccontextmanager
async def opened(
    platform: Platform, folder: Path, knowledge: Knowledge, catalog: Catalog, limits: Limits
) -> AsyncIterator[Elsewhere]:
    """A platform with 50 people, and a bot in it while the block lasts."""
    async with Elsewhere(platform, next(_FIRST)) as town:
        adapter = town.adapter()
        librarian = a_librarian(
            folder, knowledge, adapter.directory, limits=limits, catalog=catalog, platform=platform
        )
        running = asyncio.create_task(adapter.run(librarian))
        try:
            await town.connected()
            yield town
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            librarian.close()


def the_embedder(model: str, folder: Path) -> Embedder:
    """A model of this machine, or without a name what needs none."""
    if not model:
        return QuickEmbedder()
    embedder, status = open_embedder("local", model, "cpu", folder)
    if embedder is None:
        raise SystemExit(f"no embedding model: {status}")
    return embedder


async def measure(platform: Platform, place: Path, passages: int, hours: int, model: str) -> None:
    """Index, ask, print."""
    make_files(place / "files", passages, "a")
    make_files(place / "more", passages, "b")
    parts = parts_for(place / "data", Folder(place / "files"), embedder=the_embedder(model, place / "models"))
    knowledge, catalog = Knowledge(parts, owner=True), parts.catalog
    report = await asyncio.to_thread(knowledge.refresh)
    await asyncio.to_thread(knowledge.warm)
    messages.load()  # as the bot does before it connects
    print(f"{platform}: {report.added} documents")
    open_town = partial(opened, platform, place, knowledge, catalog)
    async with open_town(Limits()) as town:
        print("100 questions in ten seconds from 50 people")
        await burst(town, 0, passages)
    async with open_town(Limits()) as town:
        print("100 others while an indexing run is going on")
        over = threading.Event()
        knowledge.register(Folder(place / "more"))
        run = asyncio.ensure_future(asyncio.to_thread(knowledge.refresh, stopped=over.is_set))
        await burst(town, passages // 2, passages)
        print(f"  the run was {'over before' if run.done() else 'still going on'}")
        over.set()
        await run
    if hours:
        async with open_town(MANY) as town:
            print(f"{hours} hours of {PER_HOUR} questions")
            await day(town, hours, passages)
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
    options.add_argument("platform", nargs="?", choices=PLATFORMS, help="one alone; else both")
    options.add_argument("--passages", type=int, default=10_000)
    options.add_argument("--hours", type=int, default=24)
    options.add_argument("--embedder", default="", help="a model of this machine, such as minilm")
    wanted = options.parse_args()
    for platform in [wanted.platform] if wanted.platform else PLATFORMS:
        with tempfile.TemporaryDirectory(prefix="saseo-bench-") as place, quick_turns():  # as the bot does
            asyncio.run(measure(platform, Path(place), wanted.passages, wanted.hours, wanted.embedder))


if __name__ == "__main__":
    main()
