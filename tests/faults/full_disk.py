"""`python -m tests.faults.full_disk PLACE ROOM...` fills a small disk, on which a librarian has ROOM bytes left.

It mounts the disk itself, and so is run in a mount namespace of its own (`unshare --mount`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from knowledge import refresh
from knowledge.errors import StorageFull
from knowledge.service import Knowledge
from tests.faults.scene import AFTER, BEFORE, arrange, check
from tests.librarian import QuickEmbedder, assert_nothing_is_left_over, contents, open_knowledge

EMBEDDER = QuickEmbedder()


def main(place: Path, rooms: list[int]) -> None:
    """Try every room on a fresh disk; prints one line for each."""
    refresh._BATCH_DOCUMENTS = 6
    docs, disk = place / "docs", place / "disk"
    disk.mkdir()
    arrange(docs, BEFORE, 1_000)
    first = open_knowledge(place / "before", docs, embedder=EMBEDDER)
    first.refresh()
    first.close()
    arrange(docs, AFTER, 2_000)
    shutil.copytree(place / "before", place / "reference")
    reference = open_knowledge(place / "reference", docs, embedder=EMBEDDER)
    reference.refresh()
    expected = contents(reference)
    reference.close()
    for room in rooms:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], check=True)
        shutil.copytree(place / "before", disk / "data")
        knowledge = open_knowledge(disk / "data", docs, embedder=EMBEDDER)
        was_full = _refreshed_with(knowledge, disk, docs, room)
        knowledge.refresh()
        assert check(knowledge, docs, AFTER, AFTER) == AFTER
        assert_nothing_is_left_over(knowledge)
        assert contents(knowledge) == expected
        knowledge.close()
        subprocess.run(["umount", "-l", disk], check=True)
        print(f"{room}: {'full' if was_full else 'enough'}")


def _refreshed_with(knowledge: Knowledge, disk: Path, docs: Path, room: int) -> bool:
    """Refresh with little room, and then have plenty again; gives whether the disk was full."""
    knowledge.prepare()
    assert knowledge.documents()
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - room)
    try:
        knowledge.refresh()
    except StorageFull as error:
        assert str(disk) in str(error.parameters["path"])
        was_full = True
    else:
        was_full = False
    if was_full:
        check(knowledge, docs, BEFORE, AFTER)
        beside = open_knowledge(disk / "data", docs, embedder=EMBEDDER, owner=False)
        check(beside, docs, BEFORE, AFTER)
        beside.close()
    filler.unlink()
    return was_full


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(room) for room in sys.argv[2:]])
