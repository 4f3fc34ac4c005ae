"""Measures reading and keeping fresh, over a corpus of all formats in Korean and English that it makes.

    python -m scripts.bench_documents parsing    files a second through the sandbox, beside markitdown's
    python -m scripts.bench_documents changes    a run over 100 changed files, against what it must do
    python -m scripts.bench_documents watching   seconds from the end of a write until the text is found
    python -m scripts.bench_documents latency    p95 of retrieval while a run indexes, against quiet
    python -m scripts.bench_documents hostile    the hostile set: each file's outcome, time, and who lives on

`--files` is the corpus's size, `--json FILE` keeps the figures. Vectors are made up (no model's time is
in these figures), words are analysed as ever. Recall and places: `scripts/bench_formats.py`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot.freshness.watching import Watcher
from knowledge.catalog import Catalog
from knowledge.embedding import measure
from knowledge.errors import Unreadable
from knowledge.ingest import Draft, Ingest, content_hash
from knowledge.language import Analyzer
from knowledge.parsing.sandbox import Limits, Sandbox
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE
from scripts.bench_formats import Maker, markitdown
from scripts.bench_refresh import SomeVectors, timed, walk

DISTINCT = 20  # files of each format; the corpus repeats them, each with a line of its own where that is easy
IN_A_FOLDER = 100
CHANGED = 100
SCOPES = frozenset((EVERYONE,))
QUESTION = "휴가 규정 {} budget"
Figures = dict[str, Any]


def main() -> None:
    """Run one measurement and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=sorted(MEASUREMENTS))
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="saseo-bench-") as place:
        figures = MEASUREMENTS[arguments.what](Path(place), arguments)
    for name, value in figures.items():
        print(f"{name:<58} {value:.3f}" if isinstance(value, float) else f"{name:<58} {value}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def make_corpus(root: Path, count: int, seed: int) -> None:
    """Files of all formats in folders of a hundred; half of them are plain text, all of it different."""
    maker = Maker(random.Random(seed))
    made = [
        (extension, make(f"{number}.{extension}").data)
        for extension, make in maker.formats.items()
        for number in range(min(DISTINCT, max(1, count // 40)))
    ]
    random.Random(seed).shuffle(made)
    for number in range(count):
        folder = root / f"team-{number // IN_A_FOLDER:03}"
        folder.mkdir(parents=True, exist_ok=True)
        if number % 2:
            extension, data = made[number // 2 % len(made)]
        else:
            extension, data = "md", plain(maker, number)
        (folder / f"문서-{number:05}.{extension}").write_bytes(data)


def plain(maker: Maker, number: int) -> bytes:
    """A short document in Markdown that no other is the same as."""
    return f"# 문서 {number}\n\n{maker.sentences(4)}\n\n{number}번째 document.\n".encode()


def parsing(place: Path, arguments: argparse.Namespace) -> Figures:
    """Each reader reads the same files, those that it can."""
    make_corpus(place, arguments.files, arguments.seed)
    files = [(path.name, path.read_bytes()) for path in sorted(place.rglob("*.*"))]
    sandbox = Sandbox()
    readers: dict[str, Callable[[str, bytes], object]] = {"Saseo": sandbox.parse}
    if (other := markitdown()) is not None:
        readers["markitdown"] = other
    read: dict[str, set[int]] = {}
    for name, reader in readers.items():
        read[name] = {number for number, file in enumerate(files) if _can(reader, file)}
    both = [files[number] for number in sorted(set.intersection(*read.values()))]
    figures: Figures = {"files": len(files), "files that each reader reads": len(both)}
    for name, reader in readers.items():
        seconds = timed(partial(_read_all, reader, both))
        figures |= {f"{name}, files read": len(read[name]), f"{name}, files/s": len(both) / seconds}
    if other is not None:
        figures["Saseo / markitdown (aim: at least 2)"] = (
            figures["Saseo, files/s"] / figures["markitdown, files/s"]
        )
    sandbox.close()
    return figures


def _read_all(reader: Callable[[str, bytes], object], files: list[tuple[str, bytes]]) -> None:
    for name, data in files:
        reader(name, data)


def _can(reader: Callable[[str, bytes], object], file: tuple[str, bytes]) -> bool:
    try:
        reader(*file)
    except Exception:  # noqa: BLE001 - another's reader raises what it likes
        return False
    return True


def changes(place: Path, arguments: argparse.Namespace) -> Figures:
    """Each round changes other files, times a run, and then what the run can't do without."""
    root = place / "files"
    make_corpus(root, arguments.files, arguments.seed)
    maker = Maker(random.Random(arguments.seed + 1))
    files = sorted(root.rglob("*.md"))
    with librarian(place / "data", root) as knowledge:
        first = timed(knowledge.refresh)
        rounds: list[dict[str, float]] = []
        for number in range(arguments.rounds):
            chosen = random.Random(number).sample(files, min(CHANGED, len(files)))
            for path in chosen:
                path.write_bytes(plain(maker, 1_000_000 + number))
            walking = timed(lambda: walk(root))
            needed = timed(partial(_prepare, root, set(map(str, chosen))))
            report = knowledge.refresh()
            if report.changed != len(chosen):
                raise SystemExit(f"{report.changed} files were changed, not {len(chosen)}: {report}")
            rounds.append({"walking": walking, "needed": needed, "run": report.seconds})
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    ratio = statistics.median(each["run"] / (each["walking"] + each["needed"]) for each in rounds)
    return {
        "files": arguments.files,
        "first run, s": first,
        "walking, s (median)": medians["walking"],
        "reading, dividing and analysing the changed, s": medians["needed"],
        "the run, s": medians["run"],
        "run / (walking + the changed) (aim: at most 1.3)": ratio,
    }


def _prepare(root: Path, chosen: set[str]) -> None:
    """Read, divide, analyse and embed some files, and nothing else."""
    with closing(Sandbox()) as sandbox:
        loader = FolderLoader(Folder(root), sandbox.parse)
        ingest = Ingest(ANALYZER, SomeVectors(), measure)
        drafts = []
        for file in loader.scan().files:
            if file.path in chosen:
                data = loader.read(file)
                drafts.append(Draft(file, EVERYONE, content_hash(data), loader.parse(file, data)))
        versions = ingest.versions(drafts, lambda: None)
        ingest.embed({p.text_hash: p.passage.full_text for v in versions for p in v.passages}, lambda _: None)


def watching(place: Path, arguments: argparse.Namespace) -> Figures:
    """A watched folder of that many files, in which one is changed at a time."""
    root = place / "files"
    make_corpus(root, arguments.files, arguments.seed)
    waits: list[float] = []
    with librarian(place / "data", root) as knowledge:
        knowledge.refresh()
        refreshed = threading.Semaphore(0)

        def refresh(folders: list[Folder]) -> None:
            knowledge.refresh(folders, settle=SETTLE)
            refreshed.release()

        watcher = Watcher(knowledge.folders, refresh, place / "data")
        watcher.start()
        refreshed.acquire(timeout=120)  # for what changed before the watch stood
        files = sorted(root.rglob("*.md"))
        for number in range(arguments.rounds):
            word = f"새낱말{number}x{arguments.seed}"
            files[number].write_text(f"# {word}\n\n{word} stands here.\n", encoding="utf-8")
            began = time.monotonic()
            while not _finds(knowledge, word):
                if time.monotonic() - began > 60:
                    raise SystemExit("not found within a minute")
                refreshed.acquire(timeout=0.2)
            waits.append(time.monotonic() - began)
        watcher.stop()
    return {
        "files": arguments.files,
        "until a change is found, s (median)": statistics.median(waits),
        "until a change is found, s (worst; aim: at most 5)": max(waits),
    }


def _finds(knowledge: Knowledge, word: str) -> bool:
    found = knowledge.retrieve(word, SCOPES, limit=3).candidates
    return any(word in candidate.passage.text for candidate in found)


def latency(place: Path, arguments: argparse.Namespace) -> Figures:
    """Questions one after the other: to a quiet librarian, and while it indexes as much again."""
    known, new = place / "known", place / "new"
    make_corpus(known, arguments.files, arguments.seed)
    make_corpus(new, arguments.files, arguments.seed + 1)
    with librarian(place / "data", known) as knowledge:
        knowledge.refresh()
        for number in range(20):
            knowledge.retrieve(QUESTION.format(number), SCOPES)
        quiet = [_asked(knowledge, number) for number in range(300)]
        run = threading.Thread(target=lambda: knowledge.refresh([Folder(new)]))
        run.start()
        busy: list[float] = []
        while run.is_alive():
            busy.append(_asked(knowledge, len(busy)))
            time.sleep(0.05)
        run.join()
    quiet_p95, busy_p95 = (statistics.quantiles(times, n=20)[-1] for times in (quiet, busy))
    return {
        "files known, and indexed meanwhile": arguments.files,
        "questions while indexing": len(busy),
        "quiet, p95, s": quiet_p95,
        "while indexing, p95, s": busy_p95,
        "ratio (aim: at most 2)": busy_p95 / quiet_p95,
    }


def _asked(knowledge: Knowledge, number: int) -> float:
    return timed(lambda: knowledge.retrieve(QUESTION.format(number), SCOPES))


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


@contextmanager
def librarian(data: Path, folder: Path) -> Iterator[Knowledge]:
    """One that reads through a sandbox, analyses words, and has made-up vectors."""
    knowledge = Knowledge(
        Parts(
            catalog=Catalog.in_folder(data),
            folder=data / "index",
            analyzer=ANALYZER,
            embedder=SomeVectors(),
            embedder_status=None,
            abilities=measure,
            configured=(Folder(folder),),
            state=data,
            sandbox=Sandbox(),
        ),
        owner=True,
    )
    yield knowledge
    knowledge.close()


ANALYZER = Analyzer()
SETTLE = 1.0  # as the bot's
MEASUREMENTS: dict[str, Callable[[Path, argparse.Namespace], Figures]] = {
    "parsing": parsing,
    "changes": changes,
    "watching": watching,
    "latency": latency,
    "hostile": hostile,
}

if __name__ == "__main__":
    main()
