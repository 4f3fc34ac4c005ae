"""The sample handbook, indexed once, by words alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.service import Knowledge
from tests.librarian import open_knowledge

HANDBOOK = Path(__file__).resolve().parents[3] / "samples" / "handbook"


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """A librarian of the sample handbook."""
    knowledge = open_knowledge(tmp_path_factory.mktemp("handbook"), HANDBOOK)
    knowledge.refresh()
    yield knowledge
    knowledge.close()
