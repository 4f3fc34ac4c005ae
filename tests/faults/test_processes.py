"""Real processes beside each other on one data folder, and the signals that end them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.cli import main
from bot.handover import Owned, OwnerGone
from bot.ownership import is_owned
from knowledge.catalog import Catalog
from tests.bot.test_ownership import another_owner
from tests.faults.scene import BEFORE, arrange
from tests.librarian import assert_nothing_is_left_over, fill, open_knowledge, served

ROOT = Path(__file__).resolve().parents[2]
# What a person doesn't wait for: the program says when it can be interrupted.
_SASEO = """
import sys
import bot.cli.commands, bot.cli.screen
from bot.cli import main
print("ready", flush=True)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDDINGS_PROVIDER", "none")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))


@contextmanager
def saseo(*arguments: str | Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A real `saseo ARGUMENTS...` that has been imported and is about to begin; killed on the way out."""
    command = [sys.executable, "-c", _SASEO, *map(str, arguments)]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    with subprocess.Popen(command, text=True, **streams) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Any:
    """The JSON of a command that is run in this process."""
    capsys.readouterr()
    code = main([*map(str, arguments), "--json", "--lang", "en"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0, found
    return found


def wait_until(condition: Any, process: subprocess.Popen[str]) -> None:
    while not condition():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)


def test_commands_work_beside_a_running_librarian(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside `saseo run`, a second one is refused, reads work, writes are done by it, and after its kill by others."""
    monkeypatch.setenv("REFRESH_SCHEDULE", "off")  # its first run may otherwise be ahead of the command
    docs, data = tmp_path / "docs", tmp_path / "data"
    fill(
        docs,
        {"vpn.md": "# VPN\n\nAsk the security team for VPN access.\n", "old.md": "# Old\n\nAn old rule.\n"},
    )
    with saseo("run") as owner:
        wait_until(lambda: is_owned(data), owner)

        assert main(["run", "--lang", "en"]) == 1
        assert str(owner.pid) in capsys.readouterr().err

        assert run(capsys, "index", docs)["added"] == 2
        answer = run(capsys, "ask", "Whom do I ask for VPN access?")
        assert "security team" in answer["answer"]
        fill(docs, {"vpn.md": "# VPN\n\nAsk the network team for VPN access.\n"})
        assert run(capsys, "index")["changed"] == 1
        assert "network team" in run(capsys, "ask", "Whom do I ask for VPN access?")["answer"]
        assert run(capsys, "docs", "remove", "old", "--yes")["removed"]["title"] == "Old"
        assert run(capsys, "index", "rebuild") == {"documents": 1, "passages": 1}
        assert is_owned(data)
        owner.kill()
    assert run(capsys, "index")["unchanged"] == 1
    assert [each["title"] for each in run(capsys, "docs", "list")] == ["VPN"]


def test_a_killed_owner_is_noticed_by_who_waits(tmp_path: Path) -> None:
    """When the owner is killed while a command waits for it, the command ends soon, with an error."""
    data = tmp_path / "data"
    knowledge = open_knowledge(data, owner=False)
    knowledge.prepare()
    ended: list[Exception] = []

    def ask() -> None:
        try:
            Owned(knowledge, Catalog.in_folder(data), lambda: is_owned(data)).refresh()
        except OwnerGone as error:
            ended.append(error)

    def is_asked() -> bool:
        with knowledge._catalog.read() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM requests").scalar() == 1

    with another_owner(data) as owner:
        thread = threading.Thread(target=ask)
        thread.start()
        wait_until(is_asked, owner)
        owner.kill()
        thread.join(10)
    assert len(ended) == 1
    knowledge.close()


MOMENTS = 8


@pytest.mark.parametrize("number", range(MOMENTS))
def test_an_interrupted_run_ends_cleanly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    """Ctrl-C ends `saseo index` within seconds, without a traceback, and the next run does the rest."""
    docs = tmp_path / "docs"
    for copy in range(6):
        arrange(docs / str(copy), BEFORE, 1_000)
    delay = 1.6 * (number + Random(number).random()) / MOMENTS
    print("delay", delay)
    with saseo("index", docs) as process:
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=15)
    # 130, or Python's own end by SIGINT, which a shell shows as 130 too; 0 when the run was faster.
    assert process.returncode in (130, -signal.SIGINT, 0), told
    assert "Traceback" not in told
    knowledge = open_knowledge(tmp_path / "data")
    done = len(served(knowledge))
    assert_nothing_is_left_over(knowledge)
    knowledge.close()
    report = run(capsys, "index", docs)
    assert (report["added"], report["unchanged"]) == (6 * len(BEFORE) - done, done)


def test_a_second_interruption_ends_at_once(tmp_path: Path) -> None:
    """Who presses Ctrl-C twice doesn't wait for the document at hand; what was written is sound all the same."""
    docs = tmp_path / "docs"
    for copy in range(6):
        arrange(docs / str(copy), BEFORE, 1_000)
    with saseo("index", docs) as process:
        line = process.stderr.readline()
        while "Reading" not in line:
            assert line
            line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=15)
    assert process.returncode in (130, -signal.SIGINT), told
    assert "Traceback" not in told
    knowledge = open_knowledge(tmp_path / "data", docs)
    assert_nothing_is_left_over(knowledge)
    knowledge.refresh()
    assert len(served(knowledge)) == 6 * len(BEFORE)
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_librarian_without_input_ends_at_a_signal(tmp_path: Path, number: int) -> None:
    """`saseo run` in a container stops at SIGTERM with exit code 0, and gives its folder back."""
    with saseo("run", "--lang", "en") as process:
        wait_until(lambda: is_owned(tmp_path / "data"), process)
        line = process.stderr.readline()
        while "started" not in line:
            assert line
            line = process.stderr.readline()
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert not is_owned(tmp_path / "data")
    assert not (tmp_path / "data" / "owner.pid").exists()
