"""Deletions are believed slowly and honoured completely."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import RemovalWithheld
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from tests.knowledge.refresh.shelf import counts, note
from tests.librarian import CountingEmbedder, fill, open_knowledge, served


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
