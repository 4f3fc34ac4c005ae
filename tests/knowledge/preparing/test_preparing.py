"""Cutting and analysing in a process of its own: the same passages, and no document is lost by its ends."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psutil
import pytest

from knowledge.language import Analyzer
from knowledge.parsing import parse
from knowledge.preparing import Preparing, prepared
from knowledge.preparing.parent import Died
from knowledge.preparing.wire import receive, send
from knowledge.sources.options import Folder
from knowledge.types import Block, ParsedDocument
from tests.librarian import ANALYZER, fill, open_knowledge, served

pytestmark = pytest.mark.timeout(600)  # on a busy machine it comes last, by intent
SAMPLES = Path(__file__).parents[3] / "samples"
MISBEHAVIOUR = "tests.knowledge.preparing.misbehaviour:work"
Documents = list[tuple[str, ParsedDocument]]


@pytest.fixture
def preparing() -> Iterator[Preparing]:
    """One that does everything in a process, which misbehaves when it is told to."""
    made = Preparing(ANALYZER, worth=0, work=MISBEHAVIOUR)
    yield made
    made.close()


def document(uri: str) -> Documents:
    """One that an English analyser is done with at once."""
    text = "A kiwi is a fruit."
    return [(uri, ParsedDocument("", text, (Block("paragraph", 0, len(text)),)))]


def ignore() -> None:
    """Nobody stops."""


def children() -> set[int]:
    """The processes that this one has."""
    return {child.pid for child in psutil.Process().children()}


def test_the_same_as_in_this_process() -> None:
    """Every sample gives the same passages and analysis there as here, in the order that was asked."""
    paths = [path for path in SAMPLES.rglob("*") if path.suffix in (".md", ".html", ".csv")][:4]
    documents = [(str(path), parse(path.name, path.read_bytes())) for path in paths]
    apart = Preparing(ANALYZER, worth=0)
    try:
        assert apart.prepare(documents, ignore) == prepared(ANALYZER, documents)
    finally:
        apart.close()


def test_the_other_analyser_knows_the_teams_words(tmp_path: Path) -> None:
    """They are those that were read at the start, whatever has become of the file."""
    words = tmp_path / "words.txt"
    words.write_text("사서봇\n", encoding="utf-8")
    analyzer = Analyzer(words, workers=1)
    words.unlink()
    text = "사서봇이 답한다."
    documents = [("a", ParsedDocument("", text, (Block("paragraph", 0, len(text)),)))]
    apart = Preparing(analyzer, worth=0)
    try:
        [[passage]] = apart.prepare(documents, ignore)
    finally:
        apart.close()
    assert "사서봇" in passage.analysed.terms


def test_what_takes_a_moment_is_done_here() -> None:
    """A small document starts no process; once there is one, behind this one, it does the small ones too."""
    before = children()
    here = Preparing(ANALYZER, worth=100)
    try:
        here.prepare(document("a"), ignore)
        assert children() == before
        here.prepare(document("a") * 10, ignore)
        [started] = children() - before
        assert psutil.Process(started).nice() > psutil.Process().nice()
        here.prepare(document("a"), ignore)
        assert children() == {*before, started}
    finally:
        here.close()
    assert children() == before


def test_a_process_that_dies_once_costs_a_second_try(preparing: Preparing, tmp_path: Path) -> None:
    """The same documents are prepared by the next one."""
    documents = document(f"crash-once:{tmp_path / 'marker'}")
    assert preparing.prepare(documents, ignore) == prepared(ANALYZER, documents)
    assert (tmp_path / "marker").exists()


def test_a_process_that_is_always_killed_is_done_without(preparing: Preparing) -> None:
    """As when memory is short: this run's documents are prepared here, and no more processes are started."""
    before = children()
    for uri in ("killed", "another"):
        assert preparing.prepare(document(uri), ignore) == prepared(ANALYZER, document(uri))
    assert children() == before


def test_a_process_that_cannot_be_started_is_done_without(
    preparing: Preparing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents are prepared here."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert preparing.prepare(document("a"), ignore) == prepared(ANALYZER, document("a"))


def test_a_text_that_kills_is_not_tried_in_this_process(preparing: Preparing) -> None:
    """What native code died of twice is refused, and all others are prepared in another process."""
    with pytest.raises(Died):
        preparing.prepare(document("crash"), ignore)
    before = children()
    assert preparing.prepare(document("a"), ignore) == prepared(ANALYZER, document("a"))
    assert children() != before


def test_what_fails_there_is_tried_here(preparing: Preparing, caplog: pytest.LogCaptureFixture) -> None:
    """So that the error is the analyser's own; the log has the place, and not the document's words."""
    with caplog.at_level(logging.WARNING):
        assert preparing.prepare(document("fail"), ignore) == prepared(ANALYZER, document("fail"))
    assert "ValueError at" in caplog.text
    assert "own words" not in caplog.text


def test_another_version_of_the_program_is_not_used(preparing: Preparing) -> None:
    """A process whose passages would be others than this one's recipe says, after an update, does nothing."""
    preparing.recipe = "another"
    before = children()
    assert preparing.prepare(document("a"), ignore) == prepared(ANALYZER, document("a"))
    assert children() == before


def test_it_stops_in_mid_work(preparing: Preparing, tmp_path: Path) -> None:
    """Whoever waits may stop at any time, which ends the process; the next documents get another."""
    marker, before = tmp_path / "marker", children()

    def check() -> None:
        if marker.exists():
            raise InterruptedError

    with pytest.raises(InterruptedError):
        preparing.prepare(document(f"hang:{marker}"), check)
    assert children() == before
    assert preparing.prepare(document("a"), ignore) == prepared(ANALYZER, document("a"))


def test_it_does_not_outlive_its_parent(tmp_path: Path) -> None:
    """When the bot is killed, the process ends in mid-work."""
    marker = tmp_path / "marker"
    program = (
        "from tests.knowledge.preparing.test_preparing import *\n"
        f"Preparing(ANALYZER, 0, MISBEHAVIOUR).prepare(document('hang:{marker}'), lambda: print(end='.', flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        while not (marker.exists() and marker.read_text()):
            assert parent.stdout.read(1)
        child = psutil.Process(int(marker.read_text()))
        parent.kill()
    assert child.wait(timeout=60) is None


def test_native_code_that_hangs_is_ended_by_the_system() -> None:
    """A document has so much processor time and no more."""
    program = "from knowledge.preparing import child\nchild._SECONDS = 0\nchild._limit(0)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGXCPU


def test_nothing_but_values_is_made_of_what_it_says() -> None:
    """A pickle that would call something is refused."""

    class Command:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("true",)

    pipe = BytesIO()
    send(pipe, Command())
    pipe.seek(0)
    with pytest.raises(pickle.UnpicklingError):
        receive(pipe)


def test_a_large_run_has_a_process_as_long_as_it_lasts(tmp_path: Path) -> None:
    """Its documents are served, and nothing lies about after it."""
    fill(tmp_path / "folder", {"large.md": "A kiwi is a fruit. " * 6000, "small.md": "A plum is another."})
    knowledge = open_knowledge(tmp_path / "data", Folder(tmp_path / "folder"))
    before, seen = children(), set()

    def stopped() -> bool:
        seen.update(children() - before)
        return False

    knowledge.refresh(stopped=stopped)
    assert len(seen) == 1
    assert children() == before
    assert len(served(knowledge)) == 2
    knowledge.close()
