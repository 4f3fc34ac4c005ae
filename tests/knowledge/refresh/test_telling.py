"""What a run tells while it goes on, and after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from tests.knowledge.refresh.shelf import note
from tests.librarian import EVERYBODY, by_word, fill


@pytest.mark.usefixtures("small_batches")
def test_progress_goes_forward(knowledge: Knowledge, folder: Path) -> None:
    """The stages come in their order, `done` of the files grows to `total`, and each batch tells of its vectors."""
    fill(folder, {f"{n}.md": note(f"kiwi{n}") for n in range(5)})
    told = []
    knowledge.refresh(progress=told.append)
    stages = list(dict.fromkeys(progress.stage for progress in told))
    assert stages == ["scanning", "reading", "indexing", "finishing"]
    assert {progress.total for progress in told if progress.stage == "indexing"} == {1, 2}
    done = [progress.done for progress in told if progress.stage in ("reading", "finishing")]
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


def test_whole_runs_are_told_apart(knowledge: Knowledge, folder: Path) -> None:
    """A run over one folder doesn't count as one over everything, nor does one that was stopped."""
    fill(folder, {"kiwi.md": note("kiwi")})
    knowledge.refresh([Folder(folder)])
    fill(folder, {"plum.md": note("plum")})
    knowledge.refresh(stopped=lambda: True)
    assert knowledge.status().last_whole_run is None
    knowledge.refresh()
    whole = knowledge.status().last_whole_run
    assert whole is not None
    knowledge.refresh([Folder(folder)])
    status = knowledge.status()
    assert (status.last_whole_run, status.last_run != whole) == (whole, True)
