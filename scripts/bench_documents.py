"""Measures reading and keeping fresh, over a corpus of all formats in Korean and English that it makes.

    python -m scripts.bench_documents parsing    files a second through the sandbox, beside markitdown's
    python -m scripts.bench_documents recall     the words that come out, and the places that passages give
    python -m scripts.bench_documents changes    a run over 100 changed files, against what it must do
    python -m scripts.bench_documents watching   seconds from the end of a write until the text answers
    python -m scripts.bench_documents latency    p95 of retrieval while a run indexes, against quiet
    python -m scripts.bench_documents hostile    the hostile set: each file's outcome, time, and who lives on

`--files` is the corpus's size, `--json FILE` keeps the figures. `--place FOLDER` keeps the corpus and the
index of `changes`, and goes on with what an earlier run left there.

But in `watching`, vectors are made up (no model's time is in these figures); words are analysed as ever.
`--other` is the Python of an environment with markitdown (`pip install 'markitdown[all]'`), which is no
dependency. `--samples` is a folder of real files, each with what a person reads in it beside it, in a text
file of the same name and `.txt` (`a.hwp.txt`).
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from knowledge.courtesy import quick_turns
from knowledge.errors import Unreadable
from knowledge.parsing.sandbox import Limits, Sandbox
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE
from scripts.bench_refresh import timed
from scripts.document_rows.corpus import fill
from scripts.document_rows.fresh import changes, librarian, watching
from scripts.document_rows.speed import parsing, recalled

SCOPES = frozenset((EVERYONE,))
QUESTION = "휴가 규정 {} budget"
Figures = dict[str, Any]


def main() -> None:
    """Run one measurement and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=sorted(MEASUREMENTS))
    parser.add_argument("--files", type=int, help="of the corpus; as many as take some minutes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--place", type=Path, help="a folder for the corpus, kept (`changes`)")
    parser.add_argument("--other", help="the Python of an environment with markitdown")
    parser.add_argument("--samples", type=Path, help="real files, with their texts beside them")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    arguments.files = arguments.files or FILES.get(arguments.what, 1_000)
    with tempfile.TemporaryDirectory(prefix="saseo-bench-") as place:
        figures = MEASUREMENTS[arguments.what](arguments.place or Path(place), arguments)
    for name, value in figures.items():
        print(f"{name:<58} {value:.3f}" if isinstance(value, float) else f"{name:<58} {value}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def latency(place: Path, arguments: argparse.Namespace) -> Figures:
    """Rounds of questions at one pace: to a quiet librarian, then while it indexes a part of as much again.

    So both kinds meet the same index, caches and neighbours on the machine, and each run starts as runs do.
    """
    known, new = place / "known", place / "new"
    fill(known, arguments.files, arguments.seed)
    fill(new, arguments.files, arguments.seed + 1)
    folders = [Folder(path) for path in sorted(new.iterdir())]
    quiet: list[float] = []
    busy: list[float] = []
    runs: list[float] = []
    with librarian(place / "data", known) as knowledge, quick_turns():  # as the bot does
        knowledge.refresh()
        for number in range(20):
            _asked(knowledge, number)
        rounds = min(arguments.rounds, len(folders))
        for start in range(rounds):
            quiet += [_asked(knowledge, number) for number in range(QUIET_QUESTIONS)]
            part = folders[start::rounds]
            run = threading.Thread(
                target=lambda part=part: runs.append(timed(lambda: knowledge.refresh(part)))
            )
            run.start()
            number = 0
            while run.is_alive():
                busy.append(_asked(knowledge, number))
                number += 1
            run.join()
    quiet_p95, busy_p95 = (statistics.quantiles(times, n=20)[-1] for times in (quiet, busy))
    return {
        "files known, and indexed meanwhile": arguments.files,
        "indexing, s": sum(runs),
        "questions to the quiet librarian": len(quiet),
        "questions while indexing": len(busy),
        "quiet, p50, s": statistics.median(quiet),
        "while indexing, p50, s": statistics.median(busy),
        "quiet, p95, s": quiet_p95,
        "while indexing, p95, s": busy_p95,
        "ratio of the p95 (aim: at most 2)": busy_p95 / quiet_p95,
    }


def _asked(knowledge: Knowledge, number: int) -> float:
    """Seconds of one question; then a pause, so that each one finds the machine as another asker does."""
    seconds = timed(lambda: knowledge.retrieve(QUESTION.format(number), SCOPES))
    time.sleep(PAUSE)
    return seconds


def hostile(_: Path, __: argparse.Namespace) -> Figures:
    """Every file of the tests' hostile set, through one sandbox."""
    limits = Limits(seconds=30, processor_seconds=15, memory=512 << 20, characters=3_000_000)
    files = importlib.import_module("tests.knowledge.parsing.hostile.files").FILES
    outcomes: Counter[str] = Counter()
    slowest, longest = "", 0.0
    with closing(Sandbox(limits)) as sandbox:
        sandbox.parse("first.txt", b"starts the child")
        for name, make in files.items():
            data = make()
            began = time.monotonic()
            try:
                sandbox.parse(name, data)
                outcomes["read"] += 1
            except Unreadable as error:
                outcomes[str(error.parameters["reason"])] += 1
            seconds = time.monotonic() - began
            slowest, longest = max((slowest, longest), (name, seconds), key=lambda each: each[1])
        alive = sandbox.parse("next.txt", b"the next one").text == "the next one"
    # A child that dies of a file is started again and given it once more: two deadlines, and two starts.
    return {
        "files": len(files),
        "reported": sum(outcomes.values()),
        "outcomes": dict(outcomes),
        "slowest": f"{slowest}, {longest:.1f} s",
        "past its limits (aim: 0)": int(longest > 2 * limits.seconds + 120),
        "faults of ours (aim: 0)": outcomes["unexpected"],
        "crashes of the bot (aim: 0)": int(not alive),
    }


PAUSE = 0.05
QUIET_QUESTIONS = 100  # of each round
FILES = {"changes": 10_000, "watching": 2_000}
MEASUREMENTS: dict[str, Callable[[Path, argparse.Namespace], Figures]] = {
    "parsing": parsing,
    "recall": recalled,
    "changes": changes,
    "watching": watching,
    "latency": latency,
    "hostile": hostile,
}

if __name__ == "__main__":
    main()
