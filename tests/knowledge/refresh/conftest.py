"""A librarian of one folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import refresh as refresh_module
from knowledge.service import Knowledge
from tests.librarian import CountingEmbedder, assert_nothing_is_left_over, open_knowledge


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
