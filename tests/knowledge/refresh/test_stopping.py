"""A run may end anywhere: nothing is lost, and the next one goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import StorageFull
from knowledge.service import Knowledge
from tests.knowledge.refresh.shelf import counts, note
from tests.librarian import CountingEmbedder, by_word, fill, served


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
