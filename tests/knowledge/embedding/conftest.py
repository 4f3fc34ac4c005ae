"""Models that are slow to make or to load, once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder
from tests.knowledge.embedding.models import make_model


@pytest.fixture(autouse=True)
def _no_models_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody has downloaded must not change what the tests see."""
    monkeypatch.setattr("knowledge.embedding.locate.cache_folder", lambda: None)


@pytest.fixture(autouse=True)
def _float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors are compared to 1e-5: bfloat16, which is taken where it was quicker, reaches less."""
    monkeypatch.setattr("knowledge.embedding.engine.native_bfloat16", lambda: False)


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformerEmbedder:
    """The packaged model, which knows English."""
    return SentenceTransformerEmbedder("minilm")


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights with mean pooling and no prompts."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> SentenceTransformerEmbedder:
    """The same, as an embedder."""
    return SentenceTransformerEmbedder(str(tiny_folder), threads=2)
