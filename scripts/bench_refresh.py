"""How long a refresh of unchanged files takes, against a bare walk with stat over the same folder.

    python scripts/bench_refresh.py [--files 10000] [--rounds 15]

The files are made in a temporary folder and indexed once, with vectors. Each round then times a bare
`os.walk` with `os.stat` of every file, and `Knowledge.refresh` of the same folder; the ratio is the median of
the rounds' ratios. Opening the index is no part of it: a librarian that runs has it open.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from knowledge.catalog import Catalog
from knowledge.embedding import Vector, measure
from knowledge.language import Analyzer
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.options import Folder

_FILES_IN_A_FOLDER = 100
_WORDS = [
    "report",
    "budget",
    "vacation",
    "server",
    "deploy",
    "meeting",
    "customer",
    "invoice",
    "policy",
    "network",
    "password",
    "printer",
]


class SomeVectors:
    """Stands in for a model: any vector will do here."""

    name = "any"
    dimensions = 384

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        return [self.embed_query(text)[None, :] for text in texts]

    def embed_query(self, text: str) -> Vector:
        vector = np.random.default_rng(len(text)).standard_normal(self.dimensions).astype(np.float32)
        normed: Vector = vector / np.linalg.norm(vector)
        return normed


def make_files(root: Path, count: int) -> None:
    """Short documents, a hundred in a folder."""
    for number in range(count):
        path = root / f"team-{number // _FILES_IN_A_FOLDER:03}" / f"note-{number:05}.md"
        path.parent.mkdir(exist_ok=True)
        words = " ".join(_WORDS[(number + i * i) % len(_WORDS)] for i in range(40))
        path.write_text(f"# Note {number}\n\n{words} {number}.\n")


def walk(root: Path) -> int:
    """Stat every file, and nothing else."""
    return sum(
        os.stat(os.path.join(folder, name)).st_size >= 0  # noqa: PTH116, PTH118 - as bare as it gets
        for folder, _, names in os.walk(root)
        for name in names
    )


def timed(function: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def main() -> None:
    """Make, index, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=15)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="saseo-bench-") as place:
        files, data = Path(place) / "files", Path(place) / "data"
        files.mkdir()
        make_files(files, wanted.files)
        parts = Parts(
            catalog=Catalog.in_folder(data),
            folder=data / "index",
            analyzer=Analyzer(),
            embedder=SomeVectors(),
            embedder_status=None,
            abilities=measure,
            configured=(Folder(files),),
        )
        knowledge = Knowledge(parts, owner=True)
        print(f"{wanted.files:,} files, first run: {timed(knowledge.refresh):.1f} s")
        walks, refreshes = [], []
        for _ in range(wanted.rounds):
            walks.append(timed(lambda: walk(files)))
            refreshes.append(timed(knowledge.refresh))
        report = knowledge.refresh()
        if report.unchanged != wanted.files:
            sys.exit(f"{report.unchanged} files are unchanged, not {wanted.files}")
        knowledge.close()
    ratios = [refresh / bare for refresh, bare in zip(refreshes, walks, strict=True)]
    print(f"bare walk with stat:  {1000 * statistics.median(walks):6.1f} ms (median of {wanted.rounds})")
    print(f"refresh, unchanged:   {1000 * statistics.median(refreshes):6.1f} ms")
    print(f"ratio:                {statistics.median(ratios):6.2f} (the bar is 3)")


if __name__ == "__main__":
    main()
