"""What changed is read, what moved is moved, and nothing else costs anything."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from tests.knowledge.refresh.shelf import TEAM, Shelf, counts, note, reasons
from tests.librarian import (
    CountingEmbedder,
    assert_nothing_is_left_over,
    by_meaning,
    by_word,
    contents,
    fill,
    open_knowledge,
    served,
)


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
