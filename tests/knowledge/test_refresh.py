"""A refresh makes what is known what the folders hold: no more work than that, and no less."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge import refresh as refresh_module
from knowledge.errors import (
    InvalidFolder,
    MissingDependency,
    ModelUnavailable,
    RemovalWithheld,
    StorageFull,
    Unreadable,
)
from knowledge.parsing.sandbox import Sandbox
from knowledge.reports import COUNTS, RefreshReport
from knowledge.service import Knowledge
from knowledge.sources.folders import FileState, Scan
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE, Omission, ParsedDocument, Scope
from tests.librarian import (
    EVERYBODY,
    CountingEmbedder,
    assert_nothing_is_left_over,
    by_meaning,
    by_word,
    contents,
    fill,
    open_knowledge,
    served,
)

TEAM = Scope("slack:T1")


def note(word: str, title: str = "Note") -> str:
    return f"# {title} {word}\n\nThis page is about {word} and nothing else.\n"


def counts(report: RefreshReport) -> dict[str, int]:
    """The counts that aren't zero."""
    return {name: getattr(report, name) for name in COUNTS if getattr(report, name)}


def reasons(report: RefreshReport) -> dict[str, object]:
    """Why, by file name."""
    return {problem.uri.rsplit("/", 1)[-1]: problem.error.parameters["reason"] for problem in report.problems}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    made.mkdir()
    return made


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def knowledge(tmp_path: Path, folder: Path, embedder: CountingEmbedder) -> Iterator[Knowledge]:
    """A librarian whose settings name `folder`."""
    opened = open_knowledge(tmp_path / "data", folder, embedder=embedder)
    yield opened
    assert_nothing_is_left_over(opened)
    opened.close()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_module, "_BATCH_DOCUMENTS", 2)


class Shelf(FolderLoader):
    """A folder whose files can be made hard to read, by name, and which counts what is read."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        self.unreadable: dict[str, Exception] = {}
        self.unparsable: dict[str, Exception] = {}
        self.reads: list[str] = []

    def read(self, file: FileState) -> bytes:
        name = file.uri.rsplit("/", 1)[-1]
        self.reads.append(name)
        if name in self.unreadable:
            raise self.unreadable[name]
        return super().read(file)

    def parse(self, file: FileState, data: bytes) -> ParsedDocument:
        name = file.uri.rsplit("/", 1)[-1]
        if name in self.unparsable:
            raise self.unparsable[name]
        return super().parse(file, data)


# What changed


def test_counts_what_happened_to_each_file(knowledge: Knowledge, folder: Path) -> None:
    """Added, changed, moved, removed, unchanged, skipped and failed are told apart, and each run tells its own."""
    fill(folder, {f"{word}.md": note(word) for word in ("kiwi", "plum", "pear", "lime", "fig")})
    (folder / "drawing.xyz").write_bytes(b"1")
    assert counts(knowledge.refresh()) == {"added": 5, "skipped": 1}

    fill(folder, {"kiwi.md": note("kiwi").replace("page", "leaf"), "grape.md": note("grape")})
    (folder / "plum.md").rename(folder / "prune.md")
    (folder / "pear.md").unlink()
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    report = knowledge.refresh()
    assert counts(report) == {
        "added": 1,
        "changed": 1,
        "moved": 1,
        "removed": 1,
        "unchanged": 2,
        "skipped": 1,
        "failed": 1,
    }
    assert reasons(report) == {"drawing.xyz": "unsupported", "gone.md": "broken_link"}
    assert by_word(knowledge, "pear") == []
    assert by_word(knowledge, "leaf") == [str(folder / "kiwi.md")]
    assert by_word(knowledge, "plum") == [str(folder / "prune.md")]
    assert by_meaning(knowledge, "Note plum This page is about plum") == str(folder / "prune.md")


def test_a_second_run_does_nothing(knowledge: Knowledge, folder: Path, embedder: CountingEmbedder) -> None:
    """Files that are as they were are neither read nor embedded, and nothing that is known changes."""
    fill(folder, {"a/kiwi.md": note("kiwi"), "a/b/plum.md": note("plum")})
    knowledge.refresh()
    before, embedded, generation = contents(knowledge), embedder.texts, knowledge.status().generation
    shelf = Shelf(Folder(folder))
    assert counts(knowledge.refresh_from([shelf], whole=True)) == {"unchanged": 2}
    assert shelf.reads == []
    assert (contents(knowledge), embedder.texts, knowledge.status().generation) == (
        before,
        embedded,
        generation,
    )


def test_touching_a_file_changes_nothing(
    knowledge: Knowledge, folder: Path, embedder: CountingEmbedder
) -> None:
    """A new time on the same bytes is noted, and the file isn't read a third time."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge.refresh()
    embedded, generation = embedder.texts, knowledge.status().generation
    os.utime(folder / "kiwi.md", ns=(5, 1_000_000_000))
    shelf = Shelf(Folder(folder))
    assert counts(knowledge.refresh_from([shelf])) == {"unchanged": 1}
    assert counts(knowledge.refresh_from([shelf])) == {"unchanged": 1}
    assert shelf.reads == ["kiwi.md"]
    assert (embedder.texts, knowledge.status().generation) == (embedded, generation)
    assert knowledge.documents()[0].modified_at.year == 1970


def test_a_change_of_scope_needs_no_embedding(
    tmp_path: Path, folder: Path, embedder: CountingEmbedder
) -> None:
    """Documents of a folder that is given to other readers are theirs at once, with the vectors they had."""
    fill(folder, {"kiwi.md": note("kiwi"), "plum.md": note("plum")})
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder)
    knowledge.refresh()
    knowledge.close()
    embedded = embedder.texts
    knowledge = open_knowledge(tmp_path / "data", Folder(folder, TEAM), embedder=embedder)
    assert counts(knowledge.refresh()) == {"changed": 2}
    assert embedder.texts == embedded
    assert by_word(knowledge, "kiwi") == []
    assert by_word(knowledge, "kiwi", frozenset({TEAM})) == [str(folder / "kiwi.md")]
    assert by_meaning(knowledge, "about plum", frozenset({TEAM})) == str(folder / "plum.md")
    assert by_meaning(knowledge, "about plum") is None
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_a_renamed_folder_keeps_its_vectors(
    knowledge: Knowledge, folder: Path, embedder: CountingEmbedder
) -> None:
    """Files found elsewhere with the same content are moved, twins too, and not embedded again."""
    fill(folder, {f"old/{word}.md": note(word) for word in ("kiwi", "plum", "pear")})
    fill(folder, {"old/twin.md": note("kiwi")})
    knowledge.refresh()
    embedded = embedder.texts
    (folder / "old").rename(folder / "new")
    assert counts(knowledge.refresh()) == {"moved": 4}
    assert embedder.texts == embedded
    assert set(served(knowledge)) == {
        str(folder / "new" / f"{n}.md") for n in ("kiwi", "plum", "pear", "twin")
    }


def test_a_document_that_moves_to_another_folder_takes_its_scope(
    tmp_path: Path, embedder: CountingEmbedder
) -> None:
    """A move between folders of different readers is a move, and is only for the new folder's readers."""
    public, private = tmp_path / "public", tmp_path / "private"
    fill(public, {"kiwi.md": note("kiwi"), "plum.md": note("plum")})
    private.mkdir()
    knowledge = open_knowledge(tmp_path / "data", public, Folder(private, TEAM), embedder=embedder)
    knowledge.refresh()
    embedded = embedder.texts
    (public / "kiwi.md").rename(private / "kiwi.md")
    assert counts(knowledge.refresh()) == {"moved": 1, "unchanged": 1}
    assert embedder.texts == embedded
    assert by_word(knowledge, "kiwi") == []
    assert by_word(knowledge, "kiwi", frozenset({TEAM})) == [str(private / "kiwi.md")]
    knowledge.close()


def test_a_copy_is_no_move(knowledge: Knowledge, folder: Path) -> None:
    """A second file with the same content is added beside the first."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge.refresh()
    shutil.copy(folder / "kiwi.md", folder / "copy.md")
    assert counts(knowledge.refresh()) == {"added": 1, "unchanged": 1}
    assert len(by_word(knowledge, "kiwi")) == 2


def test_two_names_of_one_file_are_embedded_once(
    knowledge: Knowledge, folder: Path, embedder: CountingEmbedder
) -> None:
    """A hard link is a document like any other, at no cost; when one name goes, the other is still served."""
    fill(folder, {"plum.md": note("plum")})
    (folder / "prune.md").hardlink_to(folder / "plum.md")
    assert counts(knowledge.refresh()) == {"added": 2}
    assert embedder.texts == 1
    (folder / "plum.md").unlink()
    assert counts(knowledge.refresh()) == {"removed": 1, "unchanged": 1}
    assert by_word(knowledge, "plum") == [str(folder / "prune.md")]


def test_a_name_in_another_case_is_a_move(
    knowledge: Knowledge, folder: Path, embedder: CountingEmbedder
) -> None:
    """Where a file system folds cases, or doesn't, a file renamed from Plum.md to plum.md isn't embedded again."""
    fill(folder, {"Plum.md": note("plum")})
    knowledge.refresh()
    (folder / "Plum.md").rename(folder / "plum.md")
    assert counts(knowledge.refresh()) == {"moved": 1}
    assert embedder.texts == 1
    assert by_word(knowledge, "plum") == [str(folder / "plum.md")]


def test_two_files_that_change_names_are_changed(knowledge: Knowledge, folder: Path) -> None:
    """When two files swap their names, each uri serves what its file holds now."""
    fill(folder, {"a.md": note("kiwi"), "b.md": note("plum")})
    knowledge.refresh()
    (folder / "a.md").rename(folder / "c")
    (folder / "b.md").rename(folder / "a.md")
    (folder / "c").rename(folder / "b.md")
    assert counts(knowledge.refresh()) == {"changed": 2}
    assert by_word(knowledge, "kiwi") == [str(folder / "b.md")]
    assert by_word(knowledge, "plum") == [str(folder / "a.md")]


def test_korean_documents_are_found_by_their_words(knowledge: Knowledge, folder: Path) -> None:
    """A name in NFD, as macOS writes it, is served in NFC, and its text is found by a morpheme."""
    fill(folder, {unicodedata.normalize("NFD", "휴가.md"): "# 휴가 규정\n\n연차는 열다섯 날입니다.\n"})
    assert counts(knowledge.refresh()) == {"added": 1}
    assert [document.uri for document in knowledge.documents()] == [str(folder / "휴가.md")]
    assert by_word(knowledge, "연차") == [str(folder / "휴가.md")]


# What can't be read


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
    from knowledge import ingest

    fill(folder, {"kiwi.md": note("kiwi")})
    (folder / "rubbish.txt").write_bytes(bytes(range(256)) * 40)
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", embedder=embedder)
    shelf = Shelf(Folder(folder))
    knowledge.refresh_from([shelf])
    embedded = embedder.texts
    shelf.reads.clear()
    monkeypatch.setattr(ingest, "REVISION", "another")
    assert counts(knowledge.refresh_from([shelf])) == {"changed": 1, "skipped": 1}
    assert sorted(shelf.reads) == ["kiwi.md", "rubbish.txt"]
    assert embedder.texts == embedded
    knowledge.close()


@pytest.mark.parametrize("reason", ["permission", "io", "changing", "vanished"])
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
    from knowledge import ingest

    real = ingest.analyse

    def analyse(analyzer, texts, languages):
        if any("kiwi" in text for text in texts):
            raise ValueError("kiwi")
        return real(analyzer, texts, languages)

    monkeypatch.setattr(ingest, "analyse", analyse)
    fill(folder, {f"{word}.md": note(word) for word in ("fig", "kiwi", "plum")})
    knowledge = open_knowledge(tmp_path / "data", folder)
    report = knowledge.refresh()
    assert counts(report) == {"added": 2, "failed": 1}
    assert reasons(report) == {"kiwi.md": "unexpected"}
    monkeypatch.undo()
    assert counts(knowledge.refresh()) == {"added": 1, "unchanged": 2}
    knowledge.close()


# What is missing


@pytest.mark.parametrize("how", ["missing", "emptied", "most"])
def test_many_missing_files_are_not_believed(knowledge: Knowledge, folder: Path, how: str) -> None:
    """A folder that is gone, empty, or lacks most files forgets nothing, until a person says that it is so."""
    documents = {f"{n:02}.md": note(f"kiwi{n}") for n in range(24)}
    fill(folder, documents)
    knowledge.refresh()
    if how == "missing":
        folder.rename(folder.with_name("elsewhere"))
        expected = "gone"
    else:
        for name in list(documents)[: 24 if how == "emptied" else 13]:
            (folder / name).unlink()
        expected = "emptied" if how == "emptied" else "many"
    report = knowledge.refresh()
    assert report.removed == 0
    (problem,) = report.withheld
    assert isinstance(problem.error, RemovalWithheld)
    assert problem.error.parameters["reason"] == expected
    assert len(knowledge.documents()) == 24
    assert problem.error.parameters in [found.error.parameters for found in knowledge.status().problems]
    if how != "missing":
        assert knowledge.refresh(believe_removals=True).removed == (24 if how == "emptied" else 13)
        assert knowledge.refresh().withheld == ()
        assert knowledge.status().problems == ()


def test_a_folder_that_comes_back_is_as_it_was(
    knowledge: Knowledge, folder: Path, embedder: CountingEmbedder
) -> None:
    """An unmounted share that returns costs nothing: its documents were served all the time."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(4)})
    knowledge.refresh()
    embedded = embedder.texts
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.mkdir()  # the empty mount point
    assert knowledge.refresh().withheld
    folder.rmdir()
    aside.rename(folder)
    report = knowledge.refresh()
    assert (counts(report), report.withheld) == ({"unchanged": 4}, ())
    assert embedder.texts == embedded


def test_a_few_deleted_files_are_believed(knowledge: Knowledge, folder: Path) -> None:
    """Ten files, or up to half of a folder, may go at once."""
    fill(folder, {f"{n:02}.md": note(f"kiwi{n}") for n in range(24)})
    knowledge.refresh()
    for n in range(12):
        (folder / f"{n:02}.md").unlink()
    assert counts(knowledge.refresh()) == {"removed": 12, "unchanged": 12}
    for n in range(12, 22):
        (folder / f"{n:02}.md").unlink()
    assert counts(knowledge.refresh()) == {"removed": 10, "unchanged": 2}


def test_a_move_elsewhere_does_not_hide_an_empty_folder(tmp_path: Path) -> None:
    """That one file was found in another folder doesn't make an emptied folder believable."""
    here, there = tmp_path / "here", tmp_path / "there"
    fill(here, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    there.mkdir()
    knowledge = open_knowledge(tmp_path / "data", here, there)
    knowledge.refresh()
    (here / "0.md").rename(there / "0.md")
    for n in range(1, 5):
        (here / f"{n}.md").unlink()
    report = knowledge.refresh()
    assert counts(report) == {"moved": 1}
    assert [problem.error.parameters["missing"] for problem in report.withheld] == [4]
    knowledge.close()


def test_a_folder_taken_off_the_settings_is_forgotten(tmp_path: Path) -> None:
    """A refresh of everything forgets what no folder owns any more; one of a single folder leaves it alone."""
    first, second = tmp_path / "first", tmp_path / "second"
    fill(first, {"kiwi.md": note("kiwi")})
    fill(second, {"plum.md": note("plum")})
    knowledge = open_knowledge(tmp_path / "data", first, second)
    knowledge.refresh()
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", first)
    assert counts(knowledge.refresh([Folder(first)])) == {"unchanged": 1}
    assert len(knowledge.documents()) == 2
    assert counts(knowledge.refresh()) == {"removed": 1, "unchanged": 1}
    assert set(served(knowledge)) == {str(first / "kiwi.md")}
    knowledge.close()


def test_a_folder_that_moved_in_the_settings_too_is_moved(tmp_path: Path, embedder: CountingEmbedder) -> None:
    """A share that is renamed, and named so in the settings, keeps its vectors."""
    fill(tmp_path / "old", {"kiwi.md": note("kiwi"), "plum.md": note("plum")})
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "old", embedder=embedder)
    knowledge.refresh()
    knowledge.close()
    embedded = embedder.texts
    (tmp_path / "old").rename(tmp_path / "new")
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "new", embedder=embedder)
    assert counts(knowledge.refresh()) == {"moved": 2}
    assert embedder.texts == embedded
    knowledge.close()


# Folders in folders


@pytest.fixture
def nested(tmp_path: Path, folder: Path) -> Iterator[Knowledge]:
    """A librarian with a folder for everyone, and one within it for the team only, which leaves drafts out."""
    fill(folder, {"kiwi.md": note("kiwi"), "team/plum.md": note("plum"), "team/drafts/fig.md": note("fig")})
    (folder / "team" / "picture.xyz").write_bytes(b"1")
    inner = Folder(folder / "team", TEAM, exclude=("drafts/",))
    knowledge = open_knowledge(tmp_path / "data", folder, inner)
    yield knowledge
    knowledge.close()


def test_the_inner_folder_owns_its_files(nested: Knowledge, folder: Path) -> None:
    """A file is its innermost folder's alone, and what that one leaves out nobody takes in."""
    report = nested.refresh()
    assert counts(report) == {"added": 2, "skipped": 1}
    assert {document.uri: document.scope for document in nested.documents()} == {
        str(folder / "kiwi.md"): EVERYONE,
        str(folder / "team/plum.md"): TEAM,
    }
    assert counts(nested.refresh()) == {"unchanged": 2, "skipped": 1}


def test_the_outer_folder_alone_never_takes_the_inner_one_s(nested: Knowledge, folder: Path) -> None:
    """Refreshing the folder around another refreshes both, each with its own readers."""
    nested.refresh()
    fill(folder, {"team/pear.md": note("pear")})
    assert counts(nested.refresh([Folder(folder)])) == {"added": 1, "unchanged": 2, "skipped": 1}
    assert by_word(nested, "pear") == by_word(nested, "plum") == []
    assert by_word(nested, "pear", frozenset({TEAM})) == [str(folder / "team/pear.md")]


def test_a_word_for_the_outer_folder_is_none_for_the_inner_one(nested: Knowledge, folder: Path) -> None:
    """That a folder's removals are believed says nothing of a folder within it, which has its own readers."""
    nested.refresh()
    [team] = [each for each in nested.folders() if each.scope == TEAM]
    uris = {document.uri for document in nested.documents()}
    kept = {uri for uri in uris if uri.startswith(f"{team.path}/")}
    assert kept
    assert uris - kept
    for path in (*uris, folder / "team" / "picture.xyz"):
        Path(path).unlink()
    nested.refresh([each for each in nested.folders() if each != team], believe_removals=True)
    assert {document.uri for document in nested.documents()} == kept


def test_an_inner_folder_that_fails_gives_nothing_to_the_outer_one(tmp_path: Path, folder: Path) -> None:
    """When the inner folder can't be scanned, its files don't come in with the outer folder's readers."""
    fill(folder, {"kiwi.md": note("kiwi"), "team/plum.md": note("plum")})

    class Failing(FolderLoader):
        def scan(self) -> Scan:
            raise InvalidFolder(path=self.root, reason="options", detail="a pattern")

    knowledge = open_knowledge(tmp_path / "data")
    report = knowledge.refresh_from([FolderLoader(Folder(folder)), Failing(Folder(folder / "team", TEAM))])
    assert counts(report) == {"added": 1}
    assert [problem.error.parameters["reason"] for problem in report.withheld] == ["options"]
    assert set(served(knowledge)) == {str(folder / "kiwi.md")}
    knowledge.close()


# What was read in part


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


# What a person took out


def test_a_document_that_was_taken_out_stays_out(knowledge: Knowledge, folder: Path) -> None:
    """`forget` leaves a document out of later runs, until its folder is registered again."""
    fill(folder, {"kiwi.md": note("kiwi"), "plum.md": note("plum")})
    knowledge.refresh()
    (document,) = knowledge.find_documents("kiwi")
    knowledge.forget(document)
    assert by_word(knowledge, "kiwi") == []
    assert counts(knowledge.refresh()) == {"unchanged": 1}
    fill(folder, {"kiwi.md": note("mango")})
    assert counts(knowledge.refresh()) == {"unchanged": 1}
    knowledge.register(Folder(folder))
    assert counts(knowledge.refresh()) == {"added": 1, "unchanged": 1}
    assert by_word(knowledge, "mango") == [str(folder / "kiwi.md")]


def test_a_registered_folder_is_refreshed_with_the_others(tmp_path: Path, folder: Path) -> None:
    """What was registered is remembered by its real path, whatever form its name is written in, and its options."""
    decomposed = tmp_path / "\u1112\u1172\u1100\u1161"  # 휴가 in NFD
    fill(decomposed, {"kiwi.md": note("kiwi"), "plum.txt": note("plum")})
    knowledge = open_knowledge(tmp_path / "data", folder)
    knowledge.register(Folder(decomposed, TEAM, exclude=("*.txt",)))
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", folder)
    assert counts(knowledge.refresh()) == {"added": 1}
    assert [(d.uri, d.scope) for d in knowledge.documents()] == [(str(tmp_path / "휴가" / "kiwi.md"), TEAM)]
    knowledge.close()


# Stopping, and going on


@pytest.mark.usefixtures("small_batches")
def test_a_stopped_run_is_gone_on_with(knowledge: Knowledge, folder: Path) -> None:
    """What was written when a run is stopped is served and counted; the next run does the rest, and only that."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(9)})
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 7

    first = knowledge.refresh(stopped=stopped)
    done = len(knowledge.documents())
    assert 0 < done < 9
    assert counts(first) == {"added": done}
    assert counts(knowledge.refresh()) == {"added": 9 - done, "unchanged": done}


@pytest.mark.usefixtures("small_batches")
def test_a_stopped_run_forgets_nothing(
    knowledge: Knowledge, folder: Path, embedder: CountingEmbedder
) -> None:
    """A run that hasn't looked everywhere yet can't know what is gone: moved files keep their vectors."""
    fill(folder, {f"old/{n}.md": note(f"kiwi{n}") for n in range(6)})
    knowledge.refresh()
    embedded = embedder.texts
    (folder / "old").rename(folder / "new")
    assert counts(knowledge.refresh(stopped=lambda: True)) == {}
    assert len(knowledge.documents()) == 6
    assert counts(knowledge.refresh()) == {"moved": 6}
    assert embedder.texts == embedded


@pytest.mark.usefixtures("small_batches")
def test_an_error_in_the_middle_loses_nothing(
    knowledge: Knowledge, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a batch that couldn't be written the old state is served, and the same librarian goes on."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(6)})
    knowledge.refresh()
    fill(folder, {f"{n}.md": note(f"mango{n}") for n in range(6)})
    for part in ("_lexical", "_dense"):
        for name in ("add", "remove"):
            half = getattr(knowledge._library._index, part)
            with monkeypatch.context() as patch:
                patch.setattr(half, name, _raise_storage_full)
                with pytest.raises(StorageFull):
                    knowledge.refresh()
            texts = served(knowledge)
            assert len(texts) == 6
            for uri, passages in texts.items():
                number = Path(uri).stem
                assert passages in (
                    (f"This page is about kiwi{number} and nothing else.",),
                    (f"This page is about mango{number} and nothing else.",),
                )
                word = "kiwi" if "kiwi" in passages[0] else "mango"
                assert by_word(knowledge, f"{word}{number}") == [uri]
    knowledge.refresh()
    assert all("mango" in passages[0] for passages in served(knowledge).values())


def _raise_storage_full(*_: object) -> None:
    raise StorageFull(path="somewhere")


# The embedding model


class Failing(CountingEmbedder):
    """A model that stops working after some texts."""

    def __init__(self, after: int, error: Exception) -> None:
        super().__init__()
        self.left = after
        self.error = error

    def embed_documents(self, texts):
        self.left -= len(texts)
        if self.left < 0:
            raise self.error
        return super().embed_documents(texts)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable(model="hash", reason="damaged"),
        MissingDependency(package="sentence-transformers", command="pip install"),
    ],
)
def test_a_model_that_fails_costs_only_the_meaning(
    tmp_path: Path, folder: Path, after: int, error: Exception
) -> None:
    """Documents are indexed by their words, the report tells of the model, and a model that works makes up for it."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(6)})
    failing = Failing(after, error)
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=failing)
    report = knowledge.refresh()
    assert report.added == 6
    assert [(problem.uri, problem.error) for problem in report.problems] == [(failing.name, error)]
    assert [type(problem.error) for problem in knowledge.status().problems] == [type(error)]
    assert by_word(knowledge, "kiwi5") == [str(folder / "5.md")]
    failing.left = 100
    report = knowledge.refresh()
    assert counts(report) == {"unchanged": 6}
    assert failing.texts == 6
    assert report.problems == knowledge.status().problems == ()
    assert by_meaning(knowledge, "about kiwi5") == str(folder / "5.md")
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_a_model_that_comes_later_embeds_what_is_there(tmp_path: Path, folder: Path) -> None:
    """The first run with a model gives every passage its vector, without reading a file."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    knowledge = open_knowledge(tmp_path / "data", folder)
    knowledge.refresh()
    knowledge.close()
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", embedder=embedder)
    assert by_word(knowledge, "kiwi3") == [str(folder / "3.md")]
    assert by_meaning(knowledge, "about kiwi3") is None
    shelf = Shelf(Folder(folder))
    assert counts(knowledge.refresh_from([shelf])) == {"unchanged": 5}
    assert (shelf.reads, embedder.texts) == ([], 5)
    assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
    assert counts(knowledge.refresh_from([shelf])) == {"unchanged": 5}
    assert embedder.texts == 5
    knowledge.close()


def test_another_model_never_meets_the_old_vectors(tmp_path: Path, folder: Path) -> None:
    """With another model, meaning is searched only once the passages have its own vectors; going back costs nothing."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    first, second = CountingEmbedder(), CountingEmbedder(dimensions=32)
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=first)
    knowledge.refresh()
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=second)
    assert by_meaning(knowledge, "about kiwi3") is None
    knowledge.refresh()
    assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
    knowledge.close()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=first)
    assert by_meaning(knowledge, "about kiwi3") == str(folder / "3.md")
    knowledge.refresh()
    assert (first.texts, second.texts) == (5, 5)
    knowledge.close()


def test_embedding_what_is_there_can_be_stopped(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors that were made before the stop are kept and searched; the next run makes the rest."""
    monkeypatch.setattr(refresh_module, "_EMBED_LIVE_AT_ONCE", 2)
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(7)})
    knowledge = open_knowledge(tmp_path / "data", folder)
    knowledge.refresh()
    knowledge.close()
    embedder = CountingEmbedder()
    knowledge = open_knowledge(tmp_path / "data", folder, embedder=embedder)
    knowledge.refresh(stopped=lambda: embedder.texts >= 4)
    assert embedder.texts == 4
    assert by_meaning(knowledge, "about kiwi") is not None
    knowledge.refresh()
    assert embedder.texts == 7
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


# Telling


@pytest.mark.usefixtures("small_batches")
def test_progress_goes_forward(knowledge: Knowledge, folder: Path) -> None:
    """The stages come in their order, and `done` grows to `total`."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    told = []
    knowledge.refresh(progress=told.append)
    stages = list(dict.fromkeys(progress.stage for progress in told))
    assert stages == ["scanning", "reading", "finishing"]
    done = [progress.done for progress in told if progress.stage != "scanning"]
    assert done == sorted(done)
    assert (told[-1].done, told[-1].total) == (5, 5)
    assert [progress.seconds for progress in told] == sorted(progress.seconds for progress in told)


def test_the_last_run_is_remembered(knowledge: Knowledge, folder: Path) -> None:
    """When the last run ended is known; before the first one it is nothing."""
    assert knowledge.status().last_refresh is None
    knowledge.refresh()
    first = knowledge.status().last_refresh
    knowledge.refresh()
    second = knowledge.status().last_refresh
    assert first is not None
    assert second is not None
    assert second >= first
    assert second.tzinfo is not None


def test_everyone_finds_what_is_for_everyone(knowledge: Knowledge, folder: Path) -> None:
    """A document of a folder without a scope is found by everyone, and by nobody without any scope."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge.refresh()
    assert by_word(knowledge, "kiwi", EVERYBODY)
    assert by_word(knowledge, "kiwi", frozenset()) == []
