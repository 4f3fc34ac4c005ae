"""A share belongs to others: Saseo reads it, beside whoever else does, and leaves nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.service import Knowledge
from tests.knowledge.refresh.shelf import note
from tests.librarian import fill, open_knowledge, served

WORDS = ("kiwi", "plum", "fig", "lime")


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Path]:
    """A folder of documents, and one within it, that nobody may write to."""
    root = tmp_path / "share"
    fill(root, {f"{'in/' * (number % 2)}{word}.md": note(word) for number, word in enumerate(WORDS)})
    folders = [root, root / "in"]
    for path in root.rglob("*.md"):
        path.chmod(0o444)
    for folder in folders:
        folder.chmod(0o555)
    yield root
    for folder in folders:
        folder.chmod(0o755)


def _as_it_is(root: Path) -> dict[str, tuple[int, int, int]]:
    """All that is in a folder, hidden or not, with what changes when somebody writes there."""
    return {
        str(path): (status.st_mtime_ns, status.st_size, status.st_mode)
        for path in (root, *root.rglob("*"))
        for status in [path.stat()]
    }


def _indexed(knowledge: Knowledge) -> int:
    knowledge.refresh()
    return len(served(knowledge))


def test_nothing_is_written_beside_the_documents(share: Path, tmp_path: Path) -> None:
    """A share without the right to write is indexed, looked at again, and forgotten, and is as it was."""
    before = _as_it_is(share)
    knowledge = open_knowledge(tmp_path / "data", share)
    assert knowledge.refresh().added == len(WORDS)
    assert knowledge.refresh().unchanged == len(WORDS)
    knowledge.rebuild()
    knowledge.forget(knowledge.find_documents("kiwi")[0])
    assert len(served(knowledge)) == len(WORDS) - 1
    knowledge.close()
    assert _as_it_is(share) == before


def test_two_bots_read_one_folder(share: Path, tmp_path: Path) -> None:
    """Each has all of it, at the same time, and neither notices the other."""
    before = _as_it_is(share)
    bots = [open_knowledge(tmp_path / name, share) for name in ("one", "two")]
    assert [served(bot) for bot in bots] == [{}, {}]  # opened one after the other: here they share a process
    with ThreadPoolExecutor(len(bots)) as pool:
        assert list(pool.map(_indexed, bots)) == [len(WORDS)] * len(bots)
    assert served(bots[0]) == served(bots[1])
    for bot in bots:
        bot.close()
    assert _as_it_is(share) == before
