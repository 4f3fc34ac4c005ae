"""One process owns a data folder: the lock says who, and goes with the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.cli import main
from bot.ownership import is_owned, owned
from knowledge.errors import AlreadyRunning

ROOT = Path(__file__).resolve().parents[2]
_OWNER = """
import sys
from pathlib import Path
from bot.ownership import owned
with owned(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_owner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that owns the folder until its input ends or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process


def test_a_second_owner_is_refused(tmp_path: Path) -> None:
    """The refusal names the folder and the process that owns it; when that one ends, the folder is free."""
    with another_owner(tmp_path) as process:
        assert is_owned(tmp_path)
        with pytest.raises(AlreadyRunning) as error, owned(tmp_path):
            pass
        assert error.value.parameters == {"path": str(tmp_path), "pid": str(process.pid)}
    assert process.returncode == 0
    assert not is_owned(tmp_path)
    with owned(tmp_path):
        assert (tmp_path / "owner.pid").read_text() == str(os.getpid())
    assert not (tmp_path / "owner.pid").exists()


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    """After kill -9 nothing has to be cleaned up, and the dead process isn't named as the owner."""
    with another_owner(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (tmp_path / "owner.pid").exists()
        assert not is_owned(tmp_path)
        with another_owner(tmp_path) as successor, pytest.raises(AlreadyRunning) as error, owned(tmp_path):
            pass
        assert error.value.parameters["pid"] == str(successor.pid)


def test_the_same_process_owns_a_folder_once(tmp_path: Path) -> None:
    """Two librarians of one process exclude each other too."""
    with owned(tmp_path), pytest.raises(AlreadyRunning), owned(tmp_path):
        pass
    with owned(tmp_path):
        pass


def test_asking_who_owns_does_not_look_like_an_owner(tmp_path: Path) -> None:
    """Processes that wait for an owner ask again and again, and must not keep one from starting."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            is_owned(tmp_path)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    try:
        for _ in range(20):
            with owned(tmp_path):
                pass
    finally:
        stop.set()
        for asker in askers:
            asker.join()


@pytest.mark.parametrize(("language", "words"), [("en", "Another saseo"), ("ko", "saseo")])
def test_a_second_run_is_told_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: str,
) -> None:
    """`saseo run` on an owned folder ends with exit code 1 and a sentence that names process and folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDDINGS_PROVIDER", "none")
    monkeypatch.setattr("bot.cli.run.input_kind", lambda: "none")
    with owned(tmp_path / "data"):
        assert main(["run", "--lang", language]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert str(os.getpid()) in told
    assert "Traceback" not in told
