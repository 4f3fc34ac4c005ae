"""Files that can't be read cost themselves an entry in the report, and nothing else."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from knowledge.errors import Unreadable
from knowledge.ingest import Ingest
from knowledge.parsing.sandbox import Sandbox
from knowledge.plan import RETRIED
from knowledge.refresh import Refresh
from knowledge.reports import RefreshReport
from knowledge.service import Knowledge
from knowledge.sources.folders import FileState, Scan
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import Omission, ParsedDocument
from tests.knowledge.refresh.shelf import TEAM, Shelf, counts, note, reasons
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


def test_files_of_no_use_are_told_each_time_and_read_once(tmp_path: Path, folder: Path) -> None:
    """Unsupported, empty and binary files are reported by every run, and read again only when they change."""
    (folder / "empty.txt").write_bytes(b"")
    (folder / "rubbish.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "film.mp4").write_bytes(b"PK")
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge = open_knowledge(tmp_path / "data")
    shelf = Shelf(Folder(folder))
    expected = {"empty.txt": "empty", "rubbish.txt": "binary", "film.mp4": "unsupported"}
    for reads in (["empty.txt", "kiwi.md", "rubbish.txt"], [], []):
        shelf.reads.clear()
        report = knowledge.refresh_from([shelf])
        assert reasons(report) == expected
        assert report.skipped == 3
        assert sorted(shelf.reads) == reads
        assert {problem.uri for problem in knowledge.status().problems} == {
            str(folder / name) for name in expected
        }
    (folder / "empty.txt").write_text(note("plum"))
    assert counts(knowledge.refresh_from([shelf])) == {"added": 1, "unchanged": 1, "skipped": 2}
    knowledge.close()


def test_another_recipe_reads_everything_again(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When passages are made in another way, known files and those given up are read again, vectors are kept."""
    from knowledge.preparing import work

    fill(folder, {"kiwi.md": note("kiwi")})
    (folder / "rubbish.txt").write_bytes(bytes(range(256)) * 40)
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", embedder=embedder)
    shelf = Shelf(Folder(folder))
    knowledge.refresh_from([shelf])
    embedded = embedder.texts
    shelf.reads.clear()
    monkeypatch.setattr(work, "REVISION", "another")
    assert counts(knowledge.refresh_from([shelf])) == {"changed": 1, "skipped": 1}
    assert sorted(shelf.reads) == ["kiwi.md", "rubbish.txt"]
    assert embedder.texts == embedded
    knowledge.close()


@pytest.mark.usefixtures("small_batches")
def test_the_old_passages_serve_until_the_new_are_made(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a run makes passages in another way, each document is found as it was or as it will be; a stop keeps both."""
    from knowledge.preparing import work

    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    knowledge = open_knowledge(tmp_path / "data", embedder=CountingEmbedder())
    knowledge.refresh_from([Shelf(Folder(folder))])
    split = work.split
    monkeypatch.setattr(work, "REVISION", "another")
    monkeypatch.setattr(
        work,
        "split",
        lambda *given: [replace(each, text=f"{each.text} Anew.") for each in split(*given)],
    )
    seen: list[int] = []

    class Asking(Shelf):
        """Asks whenever a file is read."""

        def read(self, file: FileState) -> bytes:
            found = served(knowledge)
            assert len(found) == len(by_word(knowledge, "page")) == 5
            assert by_meaning(knowledge, "about kiwi4") == str(folder / "4.md")
            seen.append(sum("Anew." in "".join(texts) for texts in found.values()))
            return super().read(file)

    shelf = Asking(Folder(folder))
    knowledge.refresh_from([shelf], stopped=lambda: len(shelf.reads) == 3)
    assert seen == [0, 0, 2]
    seen.clear()
    assert counts(knowledge.refresh_from([shelf])) == {"changed": 3, "unchanged": 2}
    assert seen == [2, 2, 4]
    assert len(by_word(knowledge, "anew")) == 5
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


@pytest.mark.parametrize("reason", ["permission", "changing", "vanished"])
def test_a_file_out_of_reach_keeps_its_version(tmp_path: Path, folder: Path, reason: str) -> None:
    """A file that can't be read for the moment is reported, served as it was, and read by the next run."""
    fill(folder, {"kiwi.md": note("kiwi"), "plum.md": note("plum")})
    knowledge = open_knowledge(tmp_path / "data")
    shelf = Shelf(Folder(folder))
    knowledge.refresh_from([shelf])
    fill(folder, {"kiwi.md": note("mango")})
    shelf.unreadable["kiwi.md"] = Unreadable(reason=reason, detail="")
    report = knowledge.refresh_from([shelf])
    assert counts(report) == {"unchanged": 1, "failed": 1}
    assert reasons(report) == {"kiwi.md": reason}
    assert by_word(knowledge, "kiwi") == [str(folder / "kiwi.md")]
    shelf.unreadable.clear()
    assert counts(knowledge.refresh_from([shelf])) == {"changed": 1, "unchanged": 1}
    assert by_word(knowledge, "kiwi") == []
    knowledge.close()


def test_a_folder_out_of_reach_keeps_its_documents(tmp_path: Path, folder: Path) -> None:
    """Of a folder within that can't be listed nothing is known, so nothing of it is forgotten."""
    fill(folder, {"in/kiwi.md": note("kiwi"), "plum.md": note("plum"), "inside.md": note("fig")})
    knowledge = open_knowledge(tmp_path / "data")

    class Closed(Shelf):
        def scan(self) -> Scan:
            from knowledge.sources.folders import Problem

            found = super().scan()
            closed = Problem(str(folder / "in"), Unreadable(reason="permission", detail=""))
            return Scan([file for file in found.files if "/in/" not in file.uri], [closed])

    knowledge.refresh_from([Shelf(Folder(folder))])
    (folder / "inside.md").unlink()
    report = knowledge.refresh_from([Closed(Folder(folder))])
    assert counts(report) == {"removed": 1, "unchanged": 1, "failed": 1}
    assert set(served(knowledge)) == {str(folder / "in/kiwi.md"), str(folder / "plum.md")}
    knowledge.close()


def test_a_document_that_became_something_else_is_forgotten(knowledge: Knowledge, folder: Path) -> None:
    """A file whose new content is of no use isn't served with its old one."""
    fill(folder, {"kiwi.txt": note("kiwi"), "plum.md": note("plum")})
    knowledge.refresh()
    (folder / "kiwi.txt").write_bytes(bytes(range(256)) * 40)
    report = knowledge.refresh()
    assert counts(report) == {"removed": 1, "unchanged": 1, "skipped": 1}
    assert reasons(report) == {"kiwi.txt": "binary"}
    assert by_word(knowledge, "kiwi") == []
    assert counts(knowledge.refresh()) == {"unchanged": 1, "skipped": 1}


def test_a_fault_that_one_file_brings_out_ends_no_run(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An unforeseen exception is told of the file that caused it, is in the log, and spoils no other file."""
    fill(folder, {f"{word}.md": note(word) for word in ("fig", "kiwi", "plum")})
    knowledge = open_knowledge(tmp_path / "data")
    shelf = Shelf(Folder(folder))
    knowledge.refresh_from([shelf])
    fill(folder, {"kiwi.md": note("mango"), "plum.md": note("grape")})
    shelf.unparsable["kiwi.md"] = RecursionError("too deep")
    report = knowledge.refresh_from([shelf])
    assert counts(report) == {"changed": 1, "unchanged": 1, "failed": 1}
    assert report.problems[0].error.parameters == {"reason": "unexpected", "detail": "RecursionError"}
    assert "too deep" in caplog.text
    assert by_word(knowledge, "kiwi") == [str(folder / "kiwi.md")]
    assert by_word(knowledge, "grape") == [str(folder / "plum.md")]
    knowledge.close()


def test_a_text_that_breaks_the_analysis_leaves_its_batch(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When one document of a batch can't be analysed, the others are indexed and it is reported."""
    from knowledge.preparing import work

    real = work.analyse

    def analyse(analyzer, texts, languages):
        if any("kiwi" in text for text in texts):
            raise ValueError("kiwi")
        return real(analyzer, texts, languages)

    monkeypatch.setattr(work, "analyse", analyse)
    fill(folder, {f"{word}.md": note(word) for word in ("fig", "kiwi", "plum")})
    knowledge = open_knowledge(tmp_path / "data", folder)
    report = knowledge.refresh()
    assert counts(report) == {"added": 2, "failed": 1}
    assert reasons(report) == {"kiwi.md": "unexpected"}
    monkeypatch.undo()
    os.utime(folder / "kiwi.md", (1, 1))
    assert counts(knowledge.refresh()) == {"added": 1, "unchanged": 2}
    knowledge.close()


class Clock:
    """The time, as a test has it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("reason", sorted(RETRIED))
def test_a_file_that_fails_is_tried_again_after_growing_pauses(
    tmp_path: Path, folder: Path, reason: str
) -> None:
    """It is reported by each run, read at first after a quarter of an hour, at last once a day, and found once it can be."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge = open_knowledge(tmp_path / "data")
    shelf, clock = Shelf(Folder(folder)), Clock()
    shelf.unreadable["kiwi.md"] = Unreadable(reason=reason, detail="")

    def run() -> RefreshReport:
        ingest = Ingest(knowledge._parts.analyzer)
        return Refresh(
            knowledge._library,
            ingest,
            knowledge._embedders,
            [shelf],
            progress=lambda _: None,
            stopped=lambda: False,
            now=clock,
        ).run()

    run()
    for attempt in range(1, 10):
        pause = min(timedelta(minutes=15) * 2 ** (attempt - 1), timedelta(days=1))
        shelf.reads.clear()
        clock.now += pause - timedelta(seconds=1)
        assert reasons(run()) == {"kiwi.md": reason}
        assert shelf.reads == []
        clock.now += timedelta(seconds=1)
        assert reasons(run()) == {"kiwi.md": reason}
        assert shelf.reads == ["kiwi.md"]
    clock.now -= timedelta(days=400)  # a clock that was wrong until now
    shelf.unreadable.clear()
    assert counts(run()) == {"added": 1}
    knowledge.close()


def test_a_file_that_failed_is_read_at_once_when_it_changes(tmp_path: Path, folder: Path) -> None:
    """And what was known of it is served meanwhile."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge = open_knowledge(tmp_path / "data")
    shelf = Shelf(Folder(folder))
    knowledge.refresh_from([shelf])
    fill(folder, {"kiwi.md": note("plums")})
    shelf.unreadable["kiwi.md"] = Unreadable(reason="io", detail="")
    for _ in range(2):
        knowledge.refresh_from([shelf])
    assert shelf.reads == ["kiwi.md"] * 2
    assert by_word(knowledge, "kiwi")
    shelf.unreadable.clear()
    fill(folder, {"kiwi.md": note("cherries")})
    assert counts(knowledge.refresh_from([shelf])) == {"changed": 1}
    knowledge.close()


def test_a_failing_file_s_readers_change_at_once(tmp_path: Path, folder: Path) -> None:
    """A pause keeps nothing readable for those who may no longer read it, once the file can be read."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge = open_knowledge(tmp_path / "data")
    knowledge.refresh_from([Shelf(Folder(folder))])
    os.utime(folder / "kiwi.md", (1, 1))
    failing = Shelf(Folder(folder))
    failing.unreadable["kiwi.md"] = Unreadable(reason="io", detail="")
    knowledge.refresh_from([failing])
    assert counts(knowledge.refresh_from([Shelf(Folder(folder, TEAM))])) == {"changed": 1}
    assert not knowledge.documents(EVERYBODY)
    knowledge.close()


def test_what_was_left_out_of_a_document_is_told_until_it_is_read(tmp_path: Path, folder: Path) -> None:
    """Every run tells of it, without reading the file again, until other readers read all of it."""

    class Partly(FolderLoader):
        def parse(self, file: FileState, data: bytes) -> ParsedDocument:
            return replace(super().parse(file, data), omissions=(Omission("needs_ocr", "3-5"),))

    fill(folder, {"scan.md": note("kiwi")})
    knowledge = open_knowledge(tmp_path / "data")
    for expected in ({"added": 1}, {"unchanged": 1}):
        report = knowledge.refresh_from([Partly(Folder(folder))])
        assert counts(report) == expected
        (problem,) = report.problems
        assert (problem.uri, problem.error.key) == (str(folder / "scan.md"), "error-partly-read-needs_ocr")
        assert knowledge.status().problems[0].error.parameters == {"reason": "needs_ocr", "detail": "3-5"}
    (document,) = knowledge.documents()
    assert knowledge.omissions(document) == (Omission("needs_ocr", "3-5"),)
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", sandbox=Sandbox())
    report = knowledge.refresh_from([FolderLoader(Folder(folder))])
    assert (counts(report), report.problems) == ({"changed": 1}, ())
    assert knowledge.omissions(document) == ()
    knowledge.close()
