"""Places for a model and for the data of the bot that runs it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path):
    """Where the model is."""
    return tmp_path / "model.gguf"


@pytest.fixture
def folder():
    """A data folder with a short path, as the name of a socket may not be long."""
    with tempfile.TemporaryDirectory(prefix="saseo-") as name:
        yield Path(name)
