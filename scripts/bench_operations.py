"""What figures and structured logs cost a question: with both, and with neither, in turns.

    python -m scripts.bench_operations [--passages 10000] [--questions 200] [--rounds 3]

Made-up handbooks, quoted answers (no language model), the embedder of the tests, so that nothing slow hides
the cost. With both, each answer is counted and timed, and what is logged at INFO goes to a file as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import tempfile
import time
from pathlib import Path

from bot import logs
from bot.operations.metrics import Metrics
from bot.settings import Settings
from knowledge.types import EVERYONE, Finished, Handler, Question
from scripts.bench_chats import make_files
from tests.librarian import QuickEmbedder, open_knowledge

AIM = 0.02


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_files(folder / "files", arguments.passages, "a")
        knowledge = open_knowledge(folder / "data", folder / "files", embedder=QuickEmbedder())
        knowledge.refresh()
        logs.configure(Settings(data_dir=folder / "data", log_format="json", log_level="INFO"))
        measured = Metrics(knowledge.status, folder / "data").measured(knowledge.answer)
        asyncio.run(_measure(knowledge.answer, measured, arguments))
        knowledge.close()
        lines = len((folder / "data" / "logs" / "saseo.log").read_text(encoding="utf-8").splitlines())
        print(f"{lines} lines were logged")


async def _measure(plain: Handler, measured: Handler, arguments: argparse.Namespace) -> None:
    ratios: list[float] = []
    for number in range(arguments.rounds + 1):
        seconds: dict[bool, list[float]] = {False: [], True: []}
        for turn in range(arguments.questions):
            product = (turn * 37 + number) % arguments.passages
            for is_measured in (True, False) if turn % 2 else (False, True):
                logging.disable(logging.NOTSET if is_measured else logging.CRITICAL)
                # Another question each time: the same one would be answered from the cache.
                text = f"How long is the warranty of product a{product}{'?' * (2 * number + is_measured + 1)}"
                began = time.perf_counter()
                await _ask(measured if is_measured else plain, text, f"{number}/{turn}/{is_measured}")
                seconds[is_measured].append(time.perf_counter() - began)
        if number:  # the first round warms up
            both, neither = statistics.median(seconds[True]), statistics.median(seconds[False])
            ratios.append(both / neither - 1)
            print(f"with {1000 * both:.2f} ms, without {1000 * neither:.2f} ms, cost {ratios[-1]:+.1%}")
    print(f"median of the rounds: {statistics.median(ratios):+.1%} (aim: at most {AIM:.0%})")


async def _ask(handler: Handler, text: str, key: str) -> None:
    events = [event async for event in handler(Question(text, frozenset({EVERYONE}), key=key))]
    if not isinstance(events[-1], Finished):
        raise SystemExit(f"no answer: {events[-1]}")


if __name__ == "__main__":
    main()
