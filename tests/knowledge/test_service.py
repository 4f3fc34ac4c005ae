"""Knowledge is the one door: documents in, passages and their state out, from any thread and beside other processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from knowledge import service
from knowledge.errors import CatalogDamaged
from knowledge.service import Knowledge
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE, Scope
from tests.librarian import (
    EVERYBODY,
    CountingEmbedder,
    assert_nothing_is_left_over,
    by_meaning,
    by_word,
    fill,
    open_knowledge,
    served,
)

TEAM = Scope("slack:T1")
WAIT = 60.0


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    fill(
        tmp_path / "docs",
        {
            "vpn.md": "# VPN access\n\nAsk the security team for VPN access.\n",
            "leave.md": "# Parental leave\n\nParental leave lasts ninety days.\n",
        },
    )
    fill(tmp_path / "team", {"pay.md": "# Salaries\n\nSalaries are paid on the last Friday.\n"})
    return tmp_path / "docs"


@pytest.fixture
def knowledge(tmp_path: Path, docs: Path) -> Iterator[Knowledge]:
    opened = open_knowledge(tmp_path / "data", docs, Folder(tmp_path / "team", TEAM))
    opened.refresh()
    yield opened
    opened.close()


def test_documents_are_those_of_the_scopes(knowledge: Knowledge, docs: Path) -> None:
    """The operator sees all, an audience its own, and nobody nothing."""
    everyones = [str(docs / "leave.md"), str(docs / "vpn.md")]
    assert len(knowledge.documents()) == 3
    assert [document.uri for document in knowledge.documents(EVERYBODY)] == everyones
    assert [document.title for document in knowledge.documents(frozenset({TEAM}))] == ["Salaries"]
    assert knowledge.documents(frozenset()) == []


def test_documents_are_found_by_id_uri_or_a_part(knowledge: Knowledge, docs: Path) -> None:
    """An exact id or uri is that document alone; else any part of a uri or title, in any case."""
    (leave,) = knowledge.find_documents("PARENTAL")
    assert knowledge.find_documents(str(leave.id)) == [leave]
    assert knowledge.find_documents(f" {leave.uri} ") == [leave]
    assert len(knowledge.find_documents(".md")) == 3
    assert knowledge.find_documents("nothing of the kind") == []
    (passage,) = knowledge.passages(leave)
    assert passage.text == "Parental leave lasts ninety days."
    assert passage.lines == (3, 3)


def test_the_status_is_of_what_is_live(knowledge: Knowledge) -> None:
    """Documents, passages by language, the generation, and when the last refresh was."""
    before = knowledge.status()
    assert (before.documents, before.passages, before.passages_by_language) == (3, 3, {"ko": 0, "en": 3})
    assert (before.embedder, before.problems) == (None, ())
    knowledge.forget(knowledge.find_documents("vpn")[0])
    after = knowledge.status()
    assert (after.documents, after.passages) == (2, 2)
    assert after.generation > before.generation


def test_questions_are_answered_from_the_asker_s_documents(knowledge: Knowledge, docs: Path) -> None:
    """Retrieval finds the passage that has the words, and never one of another scope."""
    found = knowledge.retrieve("Whom do I ask for VPN access?", EVERYBODY)
    assert found.candidates[0].document.uri == str(docs / "vpn.md")
    for scopes, expected in ((EVERYBODY, False), (frozenset({TEAM}), True), (frozenset(), False)):
        titles = [c.document.title for c in knowledge.retrieve("When are salaries paid?", scopes).candidates]
        assert ("Salaries" in titles) is expected


def test_folders_of_the_settings_come_before_registered_ones(
    tmp_path: Path, knowledge: Knowledge, docs: Path
) -> None:
    """A folder that both name has the settings' options; what was registered is remembered with its own."""
    knowledge.register(Folder(docs, TEAM))
    extra = Folder(
        tmp_path / "extra", TEAM, include=("*.md",), exclude=("drafts/",), max_size=5, follow_links=True
    )
    knowledge.register(extra)
    knowledge.register(extra)
    assert knowledge.folders() == [Folder(docs), Folder(tmp_path / "team", TEAM), extra]


def test_rebuilding_embeds_nothing(tmp_path: Path, docs: Path) -> None:
    """The whole index is made anew from the catalog, vectors included, and finds what it found."""
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", docs, embedder=embedder)
    knowledge.refresh()
    embedded = embedder.texts
    told = []
    knowledge.rebuild(progress=told.append)
    assert [progress.stage for progress in told] == ["finishing"]
    assert embedder.texts == embedded
    assert by_meaning(knowledge, "Parental leave lasts ninety days.") == str(docs / "leave.md")
    assert by_word(knowledge, "ninety") == [str(docs / "leave.md")]
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_a_reader_sees_what_the_owner_writes(tmp_path: Path, docs: Path) -> None:
    """One that was open before a change, or is opened after it, without writing anything itself."""
    before = open_knowledge(tmp_path / "data", docs, owner=False)
    assert before.documents() == []
    assert before.retrieve("VPN access", EVERYBODY).candidates == ()
    owner = open_knowledge(tmp_path / "data", docs)
    owner.refresh()
    after = open_knowledge(tmp_path / "data", docs, owner=False)
    for reader in (before, after):
        assert served(reader) == served(owner)
        assert by_word(reader, "ninety") == [str(docs / "leave.md")]
    fill(docs, {"leave.md": "# Parental leave\n\nParental leave lasts a hundred days.\n"})
    owner.refresh()
    owner.close()
    for reader in (before, after):
        assert by_word(reader, "ninety") == []
        assert by_word(reader, "hundred") == [str(docs / "leave.md")]
        reader.close()


def test_making_one_takes_no_work(tmp_path: Path) -> None:
    """Nothing is opened or written until it is used, and closing what wasn't used is fine."""
    knowledge = open_knowledge(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []
    knowledge.close()


def test_the_status_does_not_wait_for_the_index(
    tmp_path: Path, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a large index is being opened, what is known can be told already."""
    may_open, is_opening = threading.Event(), threading.Event()
    real = service.Library

    def slow(*args, **kwargs):
        is_opening.set()
        assert may_open.wait(30)
        return real(*args, **kwargs)

    monkeypatch.setattr(service, "Library", slow)
    knowledge = open_knowledge(tmp_path / "data", docs)
    asking = threading.Thread(target=knowledge.retrieve, args=("VPN", EVERYBODY))
    asking.start()
    assert is_opening.wait(30)
    assert knowledge.status().documents == 0
    assert knowledge.folders() == [Folder(docs)]
    may_open.set()
    asking.join()
    knowledge.close()


def test_closing_waits_for_a_run(tmp_path: Path, docs: Path) -> None:
    """What a run is writing is written before the files are given back."""
    knowledge = open_knowledge(tmp_path / "data", docs)
    is_running, may_go_on = threading.Event(), threading.Event()

    def progress(_: object) -> None:
        is_running.set()
        assert may_go_on.wait(30)

    run = threading.Thread(target=knowledge.refresh, kwargs={"progress": progress})
    run.start()
    assert is_running.wait(30)
    closing = threading.Thread(target=knowledge.close)
    closing.start()
    may_go_on.set()
    closing.join()
    run.join()
    again = open_knowledge(tmp_path / "data", docs)
    assert again.refresh().unchanged == 2
    assert_nothing_is_left_over(again)
    again.close()


def test_runs_do_not_mix(tmp_path: Path, docs: Path) -> None:
    """Two refreshes at once are done one after the other, each whole."""
    knowledge = open_knowledge(tmp_path / "data", docs)
    reports = []
    runs = [threading.Thread(target=lambda: reports.append(knowledge.refresh())) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(report.added for report in reports) == [0, 0, 2]
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_an_emptied_catalog_is_no_new_one(tmp_path: Path, docs: Path) -> None:
    """SQLite takes an empty file for a new database; beside an index it is a damaged one, for reader and owner."""
    knowledge = open_knowledge(tmp_path / "data", docs)
    knowledge.refresh()
    knowledge.close()
    for path in (tmp_path / "data").glob("catalog.sqlite*"):
        path.write_bytes(b"")
    for owner in (False, True):
        damaged = open_knowledge(tmp_path / "data", docs, owner=owner)
        for use in (damaged.status, damaged.refresh, partial(damaged.retrieve, "VPN", EVERYBODY)):
            with pytest.raises(CatalogDamaged):
                use()
        damaged.close()


def test_every_scope_is_everyone_s_by_default(knowledge: Knowledge, docs: Path) -> None:
    """A folder without a scope is for everyone."""
    assert {document.scope for document in knowledge.documents(EVERYBODY)} == {EVERYONE}


def test_what_a_person_adds_does_not_wait_behind_a_long_run(tmp_path: Path) -> None:
    """It is found while the run goes on, which comes to its end with everything."""
    fill(tmp_path / "big", {f"{number}.md": f"# {number}\n\nA page on kiwis." for number in range(4)})
    fill(tmp_path / "added", {"plum.md": "# Plum\n\nA page on plums."})
    knowledge = open_knowledge(
        tmp_path / "data", tmp_path / "big", tmp_path / "added", embedder=CountingEmbedder()
    )
    begun, added = threading.Event(), threading.Event()
    found: list[str] = []

    def add() -> None:
        assert begun.wait(WAIT)
        knowledge.refresh([Folder(tmp_path / "added")], urgent=True)
        found.extend(by_word(knowledge, "plums"))
        added.set()

    def patient() -> bool:
        """Goes on to the next step once the person waits, or has been served."""
        begun.set()
        until = time.monotonic() + WAIT
        while not (knowledge._turns._urgent or added.is_set()) and time.monotonic() < until:
            time.sleep(0.001)
        return False

    person = threading.Thread(target=add)
    person.start()
    big = FolderLoader(Folder(tmp_path / "big"))
    served_before: list[int] = []
    report = knowledge.refresh_from(
        [big], stopped=patient, progress=lambda step: served_before.append(len(found)) if step.done else None
    )
    person.join(WAIT)
    assert len(found) == 1
    assert 1 in served_before  # the run was not at its end yet
    assert report.added == 4
    assert len(served(knowledge)) == 5
    assert_nothing_is_left_over(knowledge)
    knowledge.close()
