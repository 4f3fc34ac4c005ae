"""kill -9 at any point of an indexing run: nothing is lost, nothing is half there, and the next run completes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.scene import AFTER, BEFORE, Documents, arrange, check
from tests.librarian import QuickEmbedder, assert_nothing_is_left_over, contents, open_knowledge

ROOT = Path(__file__).resolve().parents[2]
AT_A_POINT, AFTER_A_CALL, BY_THE_CLOCK = 32, 8, 10
NOTHING: Documents = {}
EMBEDDER = QuickEmbedder()


@dataclass
class Runner:
    """Runs that die, the folder that they index, and what there is before and after an undisturbed one."""

    process: subprocess.Popen[str]
    place: Path
    points: dict[str, dict[str, Any]]
    reference: dict[str, Any]

    @property
    def docs(self) -> Path:
        return self.place / "docs"

    def run(self, data: Path, **order: Any) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        print({"data": str(data), "docs": str(self.docs), **order})
        self.process.stdin.write(json.dumps({"data": str(data), "docs": str(self.docs), **order}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """`points` has the points of an undisturbed run: the first one of a librarian, and its second."""
    place = tmp_path_factory.mktemp("kill")
    # One thread, which a fork keeps.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.runner"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as process:
        made = Runner(process, place, {}, {})
        arrange(made.docs, BEFORE, 1_000)
        made.points["first"] = made.run(place / "before")
        shutil.copytree(place / "before", place / "reference")
        arrange(made.docs, AFTER, 2_000)
        made.points["second"] = made.run(place / "reference")
        knowledge = open_knowledge(place / "reference", made.docs, embedder=EMBEDDER)
        assert check(knowledge, made.docs, AFTER, AFTER) == AFTER
        made.reference = contents(knowledge)
        knowledge.close()
        yield made
        process.stdin.close()


def killed_run(runner: Runner, data: Path, number: int) -> None:
    """Let a run over `data` die: early ones at points that are spread over a whole run, later ones otherwise."""
    random = Random(number)
    which = "first" if number % 4 == 0 else "second"
    if which == "second":
        shutil.copytree(runner.place / "before", data)
    whole = runner.points[which]
    calls = whole["calls"]
    if number < AT_A_POINT:
        order = {"die_at": int(whole["points"] * (number + random.random()) / AT_A_POINT) + 1}
    elif number < AT_A_POINT + AFTER_A_CALL:
        name = ("commit", "fsync", "execute", "add_document")[number % 4 - 1]
        order = {"after": name, "nth": random.randint(1, calls[name]), "delay": random.uniform(0, 0.01)}
    else:
        order = {"delay": random.uniform(0, whole["seconds"])}
    ended = runner.run(data, **order)
    assert ended["status"] in (signal.SIGKILL, 0)
    if number < AT_A_POINT:
        assert ended["status"] == signal.SIGKILL


@pytest.mark.parametrize("number", range(AT_A_POINT + AFTER_A_CALL + BY_THE_CLOCK))
def test_a_killed_run_loses_nothing(runner: Runner, tmp_path: Path, number: int) -> None:
    """A reader, and then the next owner, serve each document in its old state or its new one; then all are new."""
    data = tmp_path / "data"
    killed_run(runner, data, number)
    before = NOTHING if number % 4 == 0 else BEFORE
    for owner in (False, True):
        knowledge = open_knowledge(data, runner.docs, embedder=EMBEDDER, owner=owner)
        found = check(knowledge, runner.docs, before, AFTER)
        if owner:
            assert_nothing_is_left_over(knowledge)
        else:
            seen = found
        assert found == seen
        if not owner:
            knowledge.close()
    report = knowledge.refresh()
    assert (report.failed, report.skipped, report.withheld) == (0, 0, ())
    assert check(knowledge, runner.docs, AFTER, AFTER) == AFTER
    assert_nothing_is_left_over(knowledge)
    assert contents(knowledge) == runner.reference
    knowledge.close()
    names = {
        line["name"] for line in json.loads((data / "index/dense/manifest.json").read_text())["segments"]
    }
    assert {path.name.split(".")[0] for path in (data / "index/dense").iterdir()} == names | {"manifest"}
