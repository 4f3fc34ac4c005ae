"""What figures and structured logs cost a question, and what becomes of running answers when it is to stop.

    python -m scripts.bench_operations [--passages 10000] [--questions 200] [--rounds 3]
    python -m scripts.bench_operations --stop [--seconds 5]

The first asks with both, and with neither, in turns. Made-up handbooks, quoted answers (no language model),
the embedder of the tests, so that nothing slow hides the cost. With both, each answer is counted and timed,
and what is logged at INFO goes to a file as JSON. The second stops a desk with ten answers, one of which ends
in every fifth of the time that it is given, and starts another on the same catalog.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import logging
import statistics
import tempfile
import time
from pathlib import Path

from bot import logs
from bot.operations.metrics import Metrics
from bot.settings import Settings
from knowledge.types import EVERYONE, Answer, Finished, Found, Handler, Question, Token
from scripts.bench_chats import make_files
from tests.fakes import FakeKnowledge, a_message, a_source
from tests.librarian import QuickEmbedder, open_knowledge
from tests.talk import FakeSurface, a_desk, a_librarian

AIM = 0.02
_ANSWERS = 10


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--seconds", type=float, default=5.0, help="SHUTDOWN_SECONDS")
    arguments = parser.parse_args()
    if arguments.stop:
        with tempfile.TemporaryDirectory() as temporary:
            asyncio.run(_stop(Path(temporary), arguments.seconds))
        return
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


async def _stop(folder: Path, seconds: float) -> None:
    knowledge, surface = FakeKnowledge(), FakeSurface()
    for number in range(_ANSWERS):
        answer = Answer(f"answer {number} [1]", "en", "extractive", (a_source(),))
        wait = functools.partial(asyncio.sleep, (number + 0.5) * seconds / 5)
        knowledge.answers[f"question {number}?"] = (
            Found((a_source(),)),
            Token("so far"),
            wait,
            Finished(answer),
        )  # type: ignore[assignment]
    desk = a_desk(a_librarian(folder, knowledge, closing_seconds=seconds), surface)
    for number in range(_ANSWERS):
        await desk.receive(a_message(f"question {number}?", message=str(number), thread=str(number)))
    began = time.perf_counter()
    await desk.close()
    took = time.perf_counter() - began
    last = [shown[-1] for shown in surface.posts.values()]
    finished = sum(view.end is not None for view in last)
    announced = sum(view.end is None and bool(view.waiting) for view in last)
    again = a_desk(a_librarian(folder, knowledge), surface)
    again.resume(await again.left_behind())
    await again.settle()
    wanted = sorted(f"answer {number} [1]" for number in range(_ANSWERS))
    is_each_once = sorted(surface.answers) == wanted
    print(f"{_ANSWERS} running answers, {seconds:g} s to stop: it took {took:.1f} s")
    print(f"{finished} finished, {announced} announced, {_ANSWERS - finished - announced} without a word")
    print(f"after the next start: {len(surface.posts)} messages, each answer once: {is_each_once}")


async def _ask(handler: Handler, text: str, key: str) -> None:
    events = [event async for event in handler(Question(text, frozenset({EVERYONE}), key=key))]
    if not isinstance(events[-1], Finished):
        raise SystemExit(f"no answer: {events[-1]}")


if __name__ == "__main__":
    main()
