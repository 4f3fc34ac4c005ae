"""Models for the commands to fetch, bring and check, and a hub on this machine."""

from __future__ import annotations

import io
import sys

import pytest

from bot.cli.models import download
from knowledge.models.presets import DEFAULT
from tests import gguf_models
from tests.hub_server import Site, hub_servers


@pytest.fixture(scope="session")
def gguf(tmp_path_factory):
    """A language model's file."""
    return gguf_models.scripted(tmp_path_factory.mktemp("gguf") / "tiny.gguf", "연차는 15일입니다.")


@pytest.fixture(scope="session")
def embedding_model(tmp_path_factory):
    """A folder with the files of an embedding model."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture(autouse=True)
def _only_this_folder(monkeypatch):
    """What somebody has downloaded must not change what the tests see, nor may a test build llama.cpp."""
    monkeypatch.setattr("knowledge.embedding.locate.cache_folder", lambda: None)
    monkeypatch.setattr(download, "_build_engine", lambda session: None)


@pytest.fixture
def hub(monkeypatch, gguf):
    """A hub that has the recommended language model, which is small there."""
    with hub_servers() as start:
        site = start(Site({DEFAULT.file_name: gguf.read_bytes()}, DEFAULT.repository))
        monkeypatch.setenv("HF_ENDPOINT", site.address)
        yield site


@pytest.fixture
def at_terminal(monkeypatch):
    """Answers what is asked at a terminal."""

    def answer(text):
        stdin = io.StringIO(text)
        stdin.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", stdin)

    return answer
