"""Folders within folders, and what people take out and put in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.errors import InvalidFolder
from knowledge.service import Knowledge
from knowledge.sources.folders import Scan
from knowledge.sources.loader import FolderLoader
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE
from tests.knowledge.refresh.shelf import TEAM, counts, note
from tests.librarian import by_word, fill, open_knowledge, served


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
