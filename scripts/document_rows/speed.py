"""`parsing` and `recall`: how fast the corpus is read, and how much of it comes out where it stands."""

from __future__ import annotations

import argparse
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from knowledge.parsing import parse
from scripts.document_rows.corpus import Maker
from scripts.document_rows.readers import Markitdown, Reader, Sandboxed, seconds, together
from scripts.document_rows.recall import places, recall, samples

Figures = dict[str, Any]
_PROCESSES = 2  # of each reader
_READ = 0.9  # of a file's words: so much comes out of a file that a reader can read
_EACH = 4  # files of each format that are made; the measurement takes them in turns


def parsing(place: Path, arguments: argparse.Namespace) -> Figures:
    """Saseo and markitdown in turns, each in two processes, over the files that both read.

    All processes are warm: each has read a file of every format before.
    """
    maker = Maker(random.Random(arguments.seed))
    files = [maker.make(f"{number}.{kind}") for kind in maker.formats for number in range(_EACH)]
    paths = {place / file.name: file for file in files}
    for path, file in paths.items():
        path.write_bytes(file.data)
    ours: list[Reader] = [Sandboxed() for _ in range(_PROCESSES)]
    others: list[Reader] = [Markitdown(arguments.other) for _ in range(_PROCESSES * bool(arguments.other))]
    with together([*ours, *others]):
        both = [
            path
            for path, file in paths.items()
            if sum(_reads(reader, path, file.texts) for reader in (*ours, *others)) == len(ours) + len(others)
        ]
        kinds = Counter(path.suffix for path in both)
        figures: Figures = {"formats that are read": len(kinds), "without": _without(maker, kinds)}
        chosen = [both[number % len(both)] for number in range(arguments.files)]
        random.Random(arguments.seed).shuffle(chosen)
        times: dict[str, list[float]] = {"Saseo": [], "markitdown": []}
        for _ in range(arguments.rounds):
            for name, readers in (("Saseo", ours), ("markitdown", others)):
                if readers:
                    times[name].append(seconds(readers, chosen))
    for name, found in times.items():
        if found:
            figures[f"{name}, files/s (median of {len(found)})"] = len(chosen) / statistics.median(found)
    if times["markitdown"]:
        ratios = [other / our for our, other in zip(times["Saseo"], times["markitdown"], strict=True)]
        figures["Saseo / markitdown (aim: at least 2)"] = statistics.median(ratios)
    return figures


def _reads(reader: Reader, path: Path, texts: Sequence[str]) -> bool:
    return recall(texts, reader.read(path) or "") >= _READ


def _without(maker: Maker, kinds: Counter[str]) -> str:
    return ", ".join(kind for kind in maker.formats if f".{kind}" not in kinds)


def recalled(_: Path, arguments: argparse.Namespace) -> Figures:
    """Words and places of every format of the corpus; with `--samples`, words of real files too."""
    maker = Maker(random.Random(arguments.seed))
    figures: Figures = {}
    worst, right, total = 1.0, 0, 0
    for kind in maker.formats:
        files = [maker.make(f"{number}.{kind}") for number in range(max(1, arguments.files // 100))]
        recalls, stand = [], [0, 0]
        for file in files:
            document = parse(file.name, file.data)
            recalls.append(recall(file.texts, f"{document.title}\n{document.text}"))
            stand = [before + now for before, now in zip(stand, places(file), strict=True)]
        figures[kind] = (
            f"recall {statistics.mean(recalls):.4f}, passages that say where they are {stand[0]}/{stand[1]}"
        )
        worst, right, total = min(worst, statistics.mean(recalls)), right + stand[0], total + stand[1]
    figures["recall of the worst format (aim: at least 0.99)"] = worst
    figures["passages whose place is right (aim: at least 0.99)"] = right / total
    if arguments.samples is not None:
        figures |= _of_samples(arguments.samples)
    return figures


def _of_samples(folder: Path) -> Figures:
    figures: Figures = {}
    recalls: list[float] = []
    with closing(Sandboxed()) as reader:
        for path, text in samples(folder):
            read = reader.read(path)
            found = recall([text], read or "")
            recalls.append(found)
            figures[path.name] = f"recall {found:.4f}" + ("" if read else ", not read")
    if not recalls:
        raise SystemExit(f"no file in {folder} has its text beside it")
    figures[f"recall of {len(recalls)} real files (aim: at least 0.99)"] = statistics.mean(recalls)
    return figures
