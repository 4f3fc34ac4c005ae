"""A full disk: it is told, what was known is served, and with room again the next run completes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from knowledge import refresh as refresh_module
from knowledge.errors import StorageFull
from tests.faults.scene import AFTER, BEFORE, arrange, check
from tests.librarian import QuickEmbedder, assert_nothing_is_left_over, open_knowledge

ROOT = Path(__file__).resolve().parents[2]
# They end a run in the catalog, in tantivy's commit, in the removals and in FAISS's files.
ROOMS = (0, 300_000, 420_000, 1_200_000, 2_220_000, 2_460_000)


def _has_namespaces() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rm", "true"], check=False).returncode == 0


@pytest.mark.skipif(not _has_namespaces(), reason="needs Linux, and the right to mount in a namespace")
def test_a_disk_that_fills_up_loses_nothing(tmp_path: Path) -> None:
    """Wherever a run finds the disk full, each document is served in one of its states, and the next run ends well."""
    command = ["unshare", "-rm", sys.executable, "-m", "tests.faults.full_disk", tmp_path, *map(str, ROOMS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(ROOMS)
    assert done.stdout.count("full") >= len(ROOMS) - 1


@pytest.mark.parametrize("pages", [0, 2, 5, 10, 20, 30])
def test_a_catalog_that_cannot_grow_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    """The same where the database alone has no room, which every system can try."""
    monkeypatch.setattr(refresh_module, "_BATCH_DOCUMENTS", 6)
    docs = tmp_path / "docs"
    arrange(docs, BEFORE, 1_000)
    knowledge = open_knowledge(tmp_path / "data", docs, embedder=QuickEmbedder())
    knowledge.refresh()
    arrange(docs, AFTER, 2_000)
    limit = 0

    def full(connection) -> None:
        if limit:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")

    engine = knowledge._library.catalog._engine
    event.listen(engine, "begin", full, insert=True)
    with knowledge._library.catalog.read() as connection:
        limit = connection.exec_driver_sql("PRAGMA page_count").scalar() + pages
    with pytest.raises(StorageFull) as error:
        knowledge.refresh()
    assert error.value.parameters["path"] == str(tmp_path / "data" / "catalog.sqlite")
    check(knowledge, docs, BEFORE, AFTER)
    limit = 1_000_000
    knowledge.refresh()
    assert check(knowledge, docs, AFTER, AFTER) == AFTER
    assert_nothing_is_left_over(knowledge)
    knowledge.close()
