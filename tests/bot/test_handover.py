"""Writes for a folder that another process owns: asked for through the catalog, done there, told here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import handover
from bot.handover import Owned, OwnerGone, serve
from knowledge.catalog import Catalog, notes
from knowledge.errors import RemovalWithheld, SaseoError, StorageFull, Unreadable
from knowledge.reports import Problem, Progress, RefreshReport
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from tests.librarian import by_word, fill, open_knowledge, served


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_POLL_SECONDS", 0.005)
    monkeypatch.setattr(handover, "_RETRY_SECONDS", 0.005)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    fill(
        tmp_path / "docs",
        {f"{word}.md": f"# {word}\n\nAll about {word}.\n" for word in ("kiwi", "plum", "fig")},
    )
    return tmp_path / "docs"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def owner(data: Path, docs: Path) -> Iterator[Knowledge]:
    knowledge = open_knowledge(data, docs)
    yield knowledge
    knowledge.close()


@pytest.fixture
def reader(data: Path, docs: Path) -> Iterator[Knowledge]:
    knowledge = open_knowledge(data, docs, owner=False)
    yield knowledge
    knowledge.close()


@contextmanager
def serving(knowledge: Any, data: Path) -> Iterator[None]:
    """The owner's side, in a thread."""
    stop = threading.Event()
    catalog = Catalog.in_folder(data)
    thread = threading.Thread(target=serve, args=(knowledge, catalog, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        catalog.close()


def owned(reader: Knowledge, data: Path, has_owner: Any = lambda: True) -> Owned:
    return Owned(reader, Catalog.in_folder(data), has_owner)


class Fake:
    """An owner's knowledge that does as it was told."""

    def __init__(self, knowledge: Knowledge, refresh: Any) -> None:
        self._knowledge = knowledge
        self.refresh = refresh

    def __getattr__(self, name: str) -> Any:
        return getattr(self._knowledge, name)


def test_a_refresh_is_done_by_the_owner(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """Counts come back, and what was indexed is found here at once, by a reader that was open before."""
    handed = owned(reader, data)
    with serving(owner, data):
        assert handed.documents() == []
        report = handed.refresh()
        assert (report.added, report.seconds > 0) == (3, True)
        assert len(handed.documents()) == 3
        assert len(by_word(reader, "kiwi")) == 1
        assert handed.refresh().unchanged == 3


def test_a_whole_report_comes_back(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """Every count, problem and withheld folder of the owner's report is in the one that is given here."""
    report = RefreshReport(
        *range(1, 8),
        seconds=1.5,
        problems=(Problem("/a.txt", Unreadable(reason="binary", detail="PDF")),),
        withheld=(Problem("/b", RemovalWithheld(path="/b", reason="emptied", missing=3, known=3)),),
    )
    with serving(Fake(owner, lambda *_, **__: report), data):
        found = owned(reader, data).refresh()
    assert repr(found) == repr(report)
    assert found.problems[0].error.parameters == {"reason": "binary", "detail": "PDF"}


def test_progress_is_shown_here(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """What the owner's run tells of its progress reaches whoever asked for it."""
    seen = threading.Event()
    shown: list[Progress] = []

    def refresh(*_: object, progress: Any, **__: object) -> RefreshReport:
        while not seen.is_set():
            progress(Progress("reading", 3, 7, "/kiwi.md", 0.5))
            time.sleep(0.001)
        return RefreshReport()

    def show(progress: Progress) -> None:
        shown.append(progress)
        seen.set()

    with serving(Fake(owner, refresh), data):
        owned(reader, data).refresh(progress=show)
    assert set(shown) == {Progress("reading", 3, 7, "/kiwi.md", 0.5)}


def test_what_was_asked_reaches_the_owner(
    owner: Knowledge, reader: Knowledge, data: Path, docs: Path
) -> None:
    """The folders that were named, with the options that they were registered with, and what to believe."""
    asked: list[tuple[Any, Any]] = []

    def refresh(folders: Any, *, believe_removals: bool, **_: object) -> RefreshReport:
        asked.append((folders, believe_removals))
        return RefreshReport()

    extra = Folder(docs.parent / "extra", exclude=("*.txt",))
    handed = owned(reader, data)
    handed.register(extra)
    with serving(Fake(owner, refresh), data):
        handed.refresh()
        handed.refresh([extra], believe_removals=True)
    assert asked == [(None, False), ([extra], True)]


def test_forgetting_and_rebuilding_are_handed_over(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """A document that is taken out here is gone there, and stays out; the index is made anew without a word lost."""
    owner.refresh()
    handed = owned(reader, data)
    (document,) = handed.find_documents("kiwi")
    with serving(owner, data):
        handed.forget(document)
        assert by_word(owner, "kiwi") == by_word(reader, "kiwi") == []
        assert handed.refresh().unchanged == 2
        handed.rebuild()
    assert len(by_word(owner, "plum")) == 1


def test_a_request_that_is_done_twice_forgets_no_other(
    owner: Knowledge, reader: Knowledge, data: Path, docs: Path
) -> None:
    """A killed owner's request is done again; a document whose name has the number of the one that is gone stays."""
    owner.refresh()
    (document,) = owner.find_documents("kiwi")
    fill(docs, {f"report-{document.id}.md": f"# Report {document.id}\n\nAll about grapes.\n"})
    owner.refresh()
    owner.forget(document)
    with serving(owner, data):
        owned(reader, data).forget(document)
    assert len(by_word(owner, "grapes")) == 1
    assert len(owner.documents()) == 3


def test_errors_come_back(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """What goes wrong there is raised here, of its own kind, and the next request is served."""

    def refresh(*_: object, **__: object) -> RefreshReport:
        raise failures.pop()

    failures: list[Exception] = [ZeroDivisionError("a fault of ours"), StorageFull(path="/disk")]
    handed = owned(reader, data)
    with serving(Fake(owner, refresh), data):
        with pytest.raises(StorageFull) as full:
            handed.refresh()
        assert full.value.parameters == {"path": "/disk"}
        with pytest.raises(SaseoError) as unforeseen:
            handed.refresh()
        assert unforeseen.value.parameters == {"detail": "ZeroDivisionError"}
        handed.rebuild()


def test_an_owner_that_goes_is_noticed(reader: Knowledge, data: Path) -> None:
    """When nobody owns the folder any more, waiting ends with an error instead of never."""
    left = [True, True]
    with pytest.raises(OwnerGone) as error:
        owned(reader, data, lambda: bool(left) and left.pop()).refresh()
    assert error.value.parameters == {"path": str(data / "catalog.sqlite")}


def test_what_an_owner_did_last_is_not_lost(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """An owner that does what was asked and then ends has done it."""

    def has_owner() -> bool:
        with serving(owner, data):
            while not owner.documents():
                time.sleep(0.001)
        return False

    stop_early = owned(reader, data, has_owner)
    try:
        assert stop_early.refresh().added == 3
    except OwnerGone:  # it was stopped before it could say so
        assert len(owner.documents()) == 3


def test_a_request_survives_its_owner(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """What an owner had begun, or not yet begun, when it was killed, its successor does."""
    owner.prepare()
    catalog = Catalog.in_folder(data)
    with catalog.write() as connection:
        begun = notes.hand_over(connection, {"do": "refresh", "folders": None, "believe_removals": False})
        assert notes.waiting_request(connection, urgent=False)
        waiting = notes.hand_over(connection, {"do": "rebuild"})
    with serving(owner, data):
        while {state(catalog, begun), state(catalog, waiting)} != {"done"}:
            time.sleep(0.001)
    catalog.close()
    assert len(served(owner)) == 3


def test_a_request_that_the_stop_cuts_short_waits_for_the_next_owner(
    owner: Knowledge, reader: Knowledge, data: Path
) -> None:
    """A run that its owner's end has stopped half-way isn't reported as done."""
    begun = threading.Event()

    def refresh(*_: object, stopped: Any, **__: object) -> RefreshReport:
        begun.set()
        while not stopped():
            time.sleep(0.001)
        return RefreshReport(added=1)

    owner.prepare()
    catalog = Catalog.in_folder(data)
    with catalog.write() as connection:
        number = notes.hand_over(connection, {"do": "refresh", "folders": None, "believe_removals": False})
    with serving(Fake(owner, refresh), data):
        assert begun.wait(10)
    assert state(catalog, number) == "running"
    with serving(owner, data):
        while state(catalog, number) != "done":
            time.sleep(0.001)
    catalog.close()
    assert len(served(owner)) == 3


def test_an_interrupted_wait_leaves_the_run_alone(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """Ctrl-C ends the waiting; the owner does what it was asked."""
    report = owned(reader, data).refresh(stopped=lambda: True)
    assert report == RefreshReport()
    with serving(owner, data):
        while len(owner.documents()) != 3:
            time.sleep(0.001)


def test_a_catalog_that_fails_for_a_while_ends_no_service(
    owner: Knowledge, reader: Knowledge, data: Path
) -> None:
    """When the disk was full for a moment, requests are served as soon as it isn't."""

    class Unreliable(Catalog):
        failures = 5

        def write(self) -> Any:
            self.failures -= 1
            if self.failures > 0 and self.failures % 2:
                raise StorageFull(path="/disk")
            return super().write()

    stop = threading.Event()
    catalog = Unreliable(f"sqlite:///{data / 'catalog.sqlite'}")
    thread = threading.Thread(target=serve, args=(owner, catalog, stop))
    handed = owned(reader, data)
    thread.start()
    try:
        assert handed.refresh().added + handed.refresh().unchanged >= 3
    finally:
        stop.set()
        thread.join()
        catalog.close()
    assert len(owner.documents()) == 3


def test_an_owner_serves_from_its_first_start(data: Path, docs: Path) -> None:
    """The two sides may begin in an empty folder, in any order."""
    reader, owner = open_knowledge(data, docs, owner=False), open_knowledge(data, docs)
    with serving(owner, data):
        assert owned(reader, data).refresh().added == 3
    reader.close()
    owner.close()


def test_results_are_dropped_once_they_are_read(owner: Knowledge, reader: Knowledge, data: Path) -> None:
    """The catalog doesn't grow with every command."""
    with serving(owner, data):
        owned(reader, data).refresh()
    with owner._catalog.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM requests").scalar() == 0


def state(catalog: Catalog, number: int) -> str:
    with catalog.read() as connection:
        return notes.request_state(connection, number)[0]


def test_what_is_urgent_does_not_wait_behind_a_long_request(
    owner: Knowledge, reader: Knowledge, data: Path
) -> None:
    """A document that a person adds from a terminal is indexed while another command's run goes on."""
    begun, may_end = threading.Event(), threading.Event()

    def refresh(*_: object, urgent: bool, **__: object) -> RefreshReport:
        if not urgent:
            begun.set()
            assert may_end.wait(60)
        return RefreshReport(added=int(urgent))

    with serving(Fake(owner, refresh), data):
        long = threading.Thread(target=owned(reader, data).refresh)
        long.start()
        assert begun.wait(60)
        assert owned(reader, data).refresh(urgent=True).added == 1
        assert long.is_alive()
        may_end.set()
        long.join(60)
    assert not long.is_alive()
