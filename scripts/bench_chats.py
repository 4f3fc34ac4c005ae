"""How quickly and how surely the librarian answers in Slack, against a local server that speaks its protocol.

    python -m scripts.bench_chats [--passages 10000] [--hours 24]

A real index, quoted answers (no language model), the real slack-bolt over HTTP and WebSocket on 127.0.0.1,
the product's own limits and pace of edits. The server runs in the same process, on the same event loop, so
what is measured includes its own work. Three parts: 100 questions in ten seconds from 50 people, half of them
follow-ups; the same while an indexing run is going on; and a day's traffic without pauses, with a lost
connection every hour, for what grows: memory, tasks, threads, open files.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import random
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from adapters.slack.adapter import SlackAdapter
from adapters.slack.connections import SocketConnection
from adapters.slack.render import UP
from bot.chat.limits import Limits
from knowledge.catalog import Catalog
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from tests.adapters.slack import workspace
from tests.adapters.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.librarian import QuickEmbedder, parts_for
from tests.talk import MANY, a_librarian

_PEOPLE, _CHANNELS, _QUESTIONS, _SECONDS = 50, 10, 100, 10.0
_PER_HOUR = 20
_PASSAGES_IN_A_FILE = 25
_TITLE = "Handbook"
_FIRST = itertools.count(1_000, 100_000)  # message numbers of each Slack


@dataclass
class Watched(FakeSlack):
    """Notes when people could see what: `found` and `whole` by thread, in seconds of the process's clock."""

    found: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    whole: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        super().__init__()
        self._has_sources: set[str] = set()
        self._is_whole: set[str] = set()

    def _do(self, method: str, authorization: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = super()._do(method, authorization, arguments)
        if method in ("chat.postMessage", "chat.update"):
            ts, now = str(answer["ts"]), time.perf_counter()
            message = self.workspace.channels[arguments["channel"]].messages[ts]
            thread = str(message.get("thread_ts") or "")
            if ts not in self._has_sources and _TITLE in workspace.seen(message):
                self._has_sources.add(ts)
                self.found[thread].append(now)
            if ts not in self._is_whole and UP in workspace.buttons(message):
                self._is_whole.add(ts)
                self.whole[thread].append((now, ts))
        return answer


def make_files(root: Path, passages: int, name: str) -> None:
    """Handbooks, each section about a product that no other has."""
    root.mkdir(parents=True, exist_ok=True)
    words = [
        f"{first}{last}" for first in ("ban", "cor", "del", "fin", "gor") for last in ("ta", "mi", "lu", "re")
    ]
    chance = random.Random(0)
    for number in range(passages // _PASSAGES_IN_A_FILE):
        lines = [f"# {_TITLE} {name} {number}"]
        for part in range(_PASSAGES_IN_A_FILE):
            product = f"{name}{number * _PASSAGES_IN_A_FILE + part}"
            text = " ".join(chance.choice(words) for _ in range(120))
            lines.append(
                f"## Product {product}\n\nThe warranty of product {product} is {part + 1} months. {text}."
            )
        (root / f"{name}-{number:04}.md").write_text("\n\n".join(lines))


async def burst(slack: Watched, passages: int) -> None:
    """100 questions in ten seconds; prints how they fared."""
    asked_at: dict[str, list[float]] = defaultdict(list)
    acknowledged: list[float] = []

    async def ask(person: int, thread: str, delay: float) -> str:
        await asyncio.sleep(delay)
        channel = f"C{person % _CHANNELS + 1}"
        more = {"thread_ts": thread} if thread else {}
        product = (person * 37 + bool(thread)) % passages
        text = f"<@{workspace.BOT}> How long is the warranty of product a{product}?"
        message = slack.workspace.say(f"U{person + 1}", channel, text, **more)
        asked_at[thread or message["ts"]].append(time.perf_counter())
        event = {**message, "channel": channel, "channel_type": "channel", "event_ts": message["ts"]}
        began = time.perf_counter()
        twins = (event, {**event, "type": "app_mention"})  # as Slack sends a mention: twice
        await asyncio.gather(*(slack.deliver("events_api", slack.event(each)) for each in twins))
        acknowledged.append(time.perf_counter() - began)
        return str(message["ts"])

    async def talk(person: int) -> str:
        step = _SECONDS / _QUESTIONS
        thread = await ask(person, "", person * step)
        await ask(person, thread, _SECONDS / 2)
        return thread

    began = time.perf_counter()
    threads = await asyncio.gather(*map(talk, range(_PEOPLE)))
    with suppress(TimeoutError):
        await slack.until(lambda: sum(len(slack.whole[thread]) for thread in threads) >= _QUESTIONS)
    await asyncio.sleep(1.0)  # for what would be one too many
    seen = [
        shown - asked
        for thread in threads
        for asked, shown in zip(asked_at[thread], slack.found[thread], strict=False)
    ]
    counts = Counter(len(slack.whole[thread]) for thread in threads)
    placeholders = Counter(
        str(each.get("thread_ts"))
        for channel in slack.workspace.channels.values()
        for each in channel.messages.values()
        if each["user"] == workspace.BOT
    )
    doubled = sum(max(0, placeholders[thread] - 2) for thread in threads)
    in_order = all(
        slack.whole[thread] == sorted(slack.whole[thread], key=lambda each: each[1]) for thread in threads
    )
    print(f"  acknowledged: {_percentiles(acknowledged)} (aim: p99 0.2)")
    print(f"  sources seen: {_percentiles(seen)} (aim: p95 1.0)")
    print(f"  answered: {sum(n * c for n, c in counts.items())} of {_QUESTIONS}, {doubled} twice, "
          f"in order: {in_order}, after {time.perf_counter() - began:.0f} s")  # fmt: skip


async def day(slack: Watched, hours: int, passages: int) -> None:
    """A day's questions one after the other; prints what there is after each sixth of it."""
    process = psutil.Process()
    for hour in range(hours):
        wanted = sum(map(len, slack.whole.values())) + _PER_HOUR
        for number in range(_PER_HOUR):
            text = (
                f"<@{workspace.BOT}> How long is the warranty of product a{(hour * 71 + number) % passages}?"
            )
            message = slack.workspace.say(f"U{number + 1}", "C1", text)
            event = {**message, "channel": "C1", "channel_type": "channel", "event_ts": message["ts"]}
            await slack.deliver("events_api", slack.event({**event, "type": "app_mention"}))
        await slack.until(partial(_has_answered, slack, wanted))
        await slack.disconnect(politely=hour % 2 == 0)
        await slack.until(
            partial(_has_connected, slack, hour + 3)
        )  # signing in, connecting, and once an hour
        for channel in slack.workspace.channels.values():
            channel.messages.clear()
        if hour % max(1, hours // 6) == 0 or hour == hours - 1:
            gc.collect()
            memory, tasks = process.memory_info().rss / 2**20, len(asyncio.all_tasks())
            threads, files = threading.active_count(), process.num_fds()
            print(f"  hour {hour + 1:2}: {memory:.0f} MiB, {tasks} tasks, {threads} threads, {files} files")


def _has_answered(slack: Watched, wanted: int) -> bool:
    return sum(map(len, slack.whole.values())) >= wanted


def _has_connected(slack: Watched, times: int) -> bool:
    return slack.calls["apps.connections.open"] >= times and bool(slack.connections)


async def connected(
    folder: Path, knowledge: Knowledge, catalog: Catalog, limits: Limits, stack: AsyncExitStack
) -> Watched:
    """A Slack with 50 people, and a bot in it until the stack closes."""
    slack = await stack.enter_async_context(Watched())
    # Each has messages of its own: those of the one before are claimed.
    slack.workspace = workspace.Workspace(_clock=itertools.count(next(_FIRST)))
    people = {f"U{number + 1}" for number in range(_PEOPLE)}
    for person in people:
        slack.workspace.add_user(person, locale="en-US")
    for number in range(_CHANNELS):
        slack.workspace.add_channel(f"C{number + 1}", people)
    adapter = SlackAdapter(BOT_TOKEN, SocketConnection(APP_TOKEN, slack.base_url), slack.base_url)
    librarian = a_librarian(folder, knowledge, adapter.directory, limits=limits, catalog=catalog)
    running = asyncio.create_task(adapter.run(librarian))

    async def end() -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        librarian.close()

    stack.push_async_callback(end)
    await slack.until(lambda: slack.connections)
    return slack


async def measure(place: Path, passages: int, hours: int) -> None:
    """Index, ask, print."""
    make_files(place / "files", passages, "a")
    make_files(place / "more", passages, "b")
    parts = parts_for(place / "data", Folder(place / "files"), embedder=QuickEmbedder())
    knowledge, catalog = Knowledge(parts, owner=True), parts.catalog
    report = await asyncio.to_thread(knowledge.refresh)
    await asyncio.to_thread(knowledge.warm)
    print(f"{report.added} documents")
    async with AsyncExitStack() as stack:
        print("100 questions in ten seconds from 50 people")
        await burst(await connected(place, knowledge, catalog, Limits(), stack), passages)
    async with AsyncExitStack() as stack:
        print("the same while an indexing run is going on")
        slack = await connected(place, knowledge, catalog, Limits(), stack)
        over = threading.Event()
        knowledge.register(Folder(place / "more"))
        run = asyncio.ensure_future(asyncio.to_thread(knowledge.refresh, stopped=over.is_set))
        await burst(slack, passages)
        print(f"  the run was {'over before' if run.done() else 'still going on'}")
        over.set()
        await run
    async with AsyncExitStack() as stack:
        print(f"{hours} hours of {_PER_HOUR} questions")
        await day(await connected(place, knowledge, catalog, MANY, stack), hours, passages)
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
    options.add_argument("--passages", type=int, default=10_000)
    options.add_argument("--hours", type=int, default=24)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="saseo-bench-") as place:
        asyncio.run(measure(Path(place), wanted.passages, wanted.hours))


if __name__ == "__main__":
    main()
