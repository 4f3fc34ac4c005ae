"""A share that doesn't answer keeps nobody waiting for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge.service import Knowledge
from knowledge.sources import loader as loader_module
from knowledge.sources.folders import FileState, Folder, read, scan
from knowledge.sources.patience import Patience, Stalled
from tests.knowledge.answers import answer_of, ask
from tests.librarian import fill, open_knowledge, served

SHORT = 0.05


@pytest.fixture
def answers() -> Iterator[threading.Event]:
    """Whether the share answers; at the end it does, so that no thread is left waiting."""
    event = threading.Event()
    yield event
    event.set()


def test_what_answers_is_given_back() -> None:
    """A result, or the error as it was raised."""
    patience = Patience()
    assert patience.call("share", lambda _: 3) == 3
    with pytest.raises(ZeroDivisionError):
        patience.call("share", lambda _: 1 // 0)


def test_what_hangs_is_left(answers: threading.Event) -> None:
    """While it does, no second thread is spent on the same share; others are read, and it too once it answers."""
    patience = Patience(SHORT)
    calls: list[None] = []

    def hang(_: Callable[[], None]) -> None:
        calls.append(None)
        answers.wait()

    for _ in range(2):
        with pytest.raises(Stalled):
            patience.call("share", hang)
    assert len(calls) == 1
    assert patience.call("another", lambda _: 1) == 1
    answers.set()
    patience._hanging["share"].join()
    assert patience.call("share", lambda _: 2) == 2


def test_what_goes_on_may_take_long() -> None:
    """A slow share isn't taken for one that hangs, as long as something comes of it."""

    def slow(beat: Callable[[], None]) -> str:
        end = time.monotonic() + 10 * SHORT
        while time.monotonic() < end:
            beat()
        return "done"

    assert Patience(SHORT).call("share", slow) == "done"


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Knowledge]:
    """A librarian of two shares, with a document in the first, that isn't patient."""
    fill(tmp_path / "share", {"kiwi.md": "# Kiwi\n\nKiwis are harvested in autumn.\n"})
    (tmp_path / "other").mkdir()
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "share", tmp_path / "other")
    knowledge.refresh()
    knowledge._refreshing._patience = Patience(SHORT)
    yield knowledge
    knowledge.close()


def _hang(
    monkeypatch: pytest.MonkeyPatch, call: Callable[..., object], name: str, answers: threading.Event
) -> threading.Event:
    """Have a call hang where it is about what is called so; gives what is set when it does."""
    hangs = threading.Event()

    def hanging(about: Folder | FileState, *arguments: object) -> object:
        if str(about.path).endswith(name):
            hangs.set()
            answers.wait()
        return call(about, *arguments)

    monkeypatch.setattr(loader_module, call.__name__, hanging)
    return hangs


def _answer(knowledge: Knowledge, answers: threading.Event) -> None:
    """Have the share answer, and wait until what hung has its answer."""
    answers.set()
    for thread in knowledge._refreshing._patience._hanging.values():
        thread.join()


def test_a_share_that_hangs_forgets_nothing(
    known: Knowledge, tmp_path: Path, answers: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends, says so of the folder, and goes on with the others; the next one finds all as it was."""
    fill(tmp_path / "other", {"plum.md": "# Plum\n\nAll about plums.\n"})
    _hang(monkeypatch, scan, "share", answers)
    report = known.refresh()
    assert report.added == 1
    assert [problem.error.key for problem in report.withheld] == ["error-invalid-folder-stalled"]
    assert len(served(known)) == 2
    _answer(known, answers)
    report = known.refresh()
    assert (report.withheld, report.unchanged) == ((), 2)


def test_a_file_that_hangs_keeps_its_version(
    known: Knowledge, tmp_path: Path, answers: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was known of it is served, with the reason among the problems, and it is read when it can be."""
    before = served(known)
    fill(tmp_path / "share", {"kiwi.md": "# Kiwi\n\nKiwis are harvested in autumn, or later.\n"})
    _hang(monkeypatch, read, "kiwi.md", answers)
    report = known.refresh()
    assert [problem.error.key for problem in report.problems] == ["error-unreadable-stalled"]
    assert served(known) == before
    _answer(known, answers)
    assert known.refresh().changed == 1


def test_a_question_doesn_t_wait_for_a_share(
    known: Knowledge, answers: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a run hangs in a share, questions are answered from what is known."""
    known._refreshing._patience = Patience()
    hangs = _hang(monkeypatch, scan, "share", answers)
    run = threading.Thread(target=known.refresh)
    run.start()
    hangs.wait()
    assert "autumn" in answer_of(ask(known, "When are kiwis harvested?")).text
    assert run.is_alive()
    answers.set()
    run.join()
