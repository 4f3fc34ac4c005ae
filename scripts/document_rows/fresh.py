"""`changes` and `watching`: what a changed file costs, and when it answers."""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import App
from bot.opening import parts_of
from bot.settings import Settings
from knowledge.catalog import Catalog
from knowledge.embedding import measure
from knowledge.ingest import Draft, Ingest, content_hash
from knowledge.language import Analyzer
from knowledge.parsing.sandbox import Sandbox
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.folders import FileState
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE, Finished, Question
from knowledge.vectors import Vectors
from scripts.bench_refresh import SomeVectors, timed, walk
from scripts.document_rows.corpus import Maker, fill

Figures = dict[str, Any]
CHANGED = 100
ANALYZER = Analyzer()
_PLAIN = 0.9  # of the files are short text, so that ten thousand are indexed within minutes
_LONGEST_WAIT = 60.0  # seconds


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


def changes(place: Path, arguments: argparse.Namespace) -> Figures:
    """Each round writes other files of all formats anew, times a run, and what the run can't do without."""
    root = place / "files"
    made_before = sorted(path for path in root.rglob("*") if path.is_file())
    files = made_before or fill(root, arguments.files, arguments.seed, _PLAIN)
    with librarian(place / "data", root) as knowledge:
        first = timed(knowledge.refresh)
        # Of a corpus that was kept, other files are to change than before, and into what they never were.
        chance = random.Random(f"{arguments.seed} {knowledge.status().generation}")
        maker = Maker(chance)
        rounds: list[dict[str, float]] = []
        for _ in range(arguments.rounds):
            chosen = chance.sample(files, min(CHANGED, len(files)))
            for path in chosen:
                path.write_bytes(_another(maker, path, chance.randrange(10**9)))
            walking = timed(lambda: walk(root))
            states = [
                file for file in FolderLoader(Folder(root)).scan().files if Path(file.path) in set(chosen)
            ]
            needed = timed(partial(_prepare, root, states))
            report = knowledge.refresh()
            if report.changed != len(chosen):
                raise SystemExit(f"{report.changed} files were changed, not {len(chosen)}: {report}")
            rounds.append({"walking": walking, "needed": needed, "run": report.seconds})
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    ratios = [each["run"] / (each["walking"] + each["needed"]) for each in rounds]
    return {
        "files": len(files),
        "first run, s": first,
        "walking, s (median)": medians["walking"],
        f"reading, dividing and analysing {CHANGED} files, s": medians["needed"],
        "the run, s": medians["run"],
        "run / (walking + the changed) of each round": " ".join(f"{ratio:.2f}" for ratio in ratios),
        "run / (walking + the changed) (aim: at most 1.3)": statistics.median(ratios),
    }


def _another(maker: Maker, path: Path, number: int) -> bytes:
    """Other content of the same format."""
    return maker.note(number) if path.suffix == ".md" else maker.make(path.name).data


def _prepare(root: Path, files: list[FileState]) -> None:
    """Read, divide, analyse and embed some files, and nothing else."""
    with closing(Sandbox()) as sandbox, closing(Ingest(ANALYZER)) as ingest:
        loader, vectors = FolderLoader(Folder(root), sandbox.parse), Vectors(SomeVectors(), measure)
        drafts = []
        for file in files:
            data = loader.read(file)
            drafts.append(Draft(file, EVERYONE, content_hash(data), loader.parse(file, data)))
        versions = ingest.versions(drafts, lambda: None)
        vectors.embed(
            {p.text_hash: p.passage.full_text for v in versions for p in v.passages}, lambda _: None
        )


def watching(place: Path, arguments: argparse.Namespace) -> Figures:
    """The bot as it runs, with its own models; one file of each format in turn gets another content."""
    root = place / "files"
    files = fill(root, arguments.files, arguments.seed, _PLAIN)
    settings = Settings(data_dir=place / "data", shared_folders=str(root), refresh_schedule="1d")
    named = asyncio.run(_waits(settings, _one_of_each(files), arguments.rounds))
    waits = [seconds for _, seconds in named]
    return {
        "files": arguments.files,
        "changes": len(waits),
        "each, s": " ".join(f"{kind} {seconds:.1f}" for kind, seconds in named),
        "until a changed file answers, s (median)": statistics.median(waits),
        "until a changed file answers, s (worst; aim: at most 5)": max(waits),
    }


def _one_of_each(files: list[Path]) -> list[Path]:
    return list({path.suffix: path for path in files}.values())


async def _waits(settings: Settings, files: list[Path], rounds: int) -> list[tuple[str, float]]:
    """Of each write, the format, and the seconds until a question is answered from what was written."""
    maker = Maker(random.Random(rounds))
    waits: list[tuple[str, float]] = []
    async with App(settings, parts_of(settings, chat_model=None)) as app:
        await asyncio.to_thread(app.knowledge.refresh)  # before the run that the start begins, or after it
        for number in range(rounds):
            path = files[number % len(files)]
            made = maker.make(path.name)
            mark = next(iter(made.marks))
            path.write_bytes(made.data)
            began = time.monotonic()
            while path.stem not in await _answered_from(app, mark):
                if time.monotonic() - began > _LONGEST_WAIT:
                    raise SystemExit(f"{path.name} doesn't answer within a minute")
                await asyncio.sleep(0.05)
            waits.append((path.suffix[1:], time.monotonic() - began))
    return waits


async def _answered_from(app: App, mark: str) -> str:
    """The names of the sources that the answer to a question about a mark cites, which quote it."""
    text = f"What is said of {mark}?"
    async for event in app.handler(Question(text, frozenset((EVERYONE,)))):
        if isinstance(event, Finished):
            return " ".join(source.uri for source in event.answer.sources if mark in source.excerpt)
    return ""
