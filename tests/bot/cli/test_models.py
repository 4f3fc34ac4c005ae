"""`saseo models download`, without any hub."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot import language_model
from bot.cli import models
from tests.hub_server import Site, hub_servers


@pytest.fixture
def hub(monkeypatch):
    """A hub that has the recommended language model, which is small there."""
    with hub_servers() as start:
        site = start(Site({language_model.FILE_NAME: b"GGUF" * 100}, language_model.REPOSITORY))
        monkeypatch.setenv("HF_ENDPOINT", site.address)
        monkeypatch.setattr(models, "_build_engine", lambda session: None)
        yield site


def test_size_and_licence_stand_before_the_question(saseo, hub, monkeypatch):
    """Nothing is fetched without a yes."""
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    result = saseo("models", "download", "language", "--lang", "en")
    assert result.code == 1
    assert "4.7 GB" in result.err
    assert "Apache-2.0" in result.err
    assert hub.requests == []


def test_the_file_lands_where_the_settings_look(saseo, hub, tmp_path, monkeypatch):
    """--yes fetches into the folder of LLM_MODEL_PATH; a second time it is there already."""
    result = saseo("models", "download", "language", "--yes")
    assert result.code == 0
    path = tmp_path / "scripts/models/qwen2.5-gguf" / language_model.FILE_NAME
    assert path.read_bytes() == hub.files[language_model.FILE_NAME]
    hub.requests.clear()
    again = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert "already" in again.out
    assert hub.requests == []


def test_another_path_is_told_how_to_use_the_file(saseo, hub, monkeypatch):
    """If LLM_MODEL_PATH names another file, the setting to write is shown."""
    monkeypatch.setenv("LLM_MODEL_PATH", "models/my.gguf")
    result = saseo("models", "download", "language", "--yes")
    assert f"LLM_MODEL_PATH={Path('models').absolute() / language_model.FILE_NAME}" in result.out


def test_a_hub_out_of_reach_is_one_sentence(saseo, monkeypatch):
    """Without a network the command says so."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    result = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert result.code == 1
    assert "can't be reached" in result.err


def test_an_embedding_model_that_is_here_is_not_fetched(saseo):
    """The packaged model is on this machine: the command says where, and how to use it."""
    result = saseo("models", "download", "embedding", "minilm", "--lang", "en")
    assert result.code == 0
    assert "already" in result.out
    assert "EMBEDDINGS_MODEL=sentence-transformers/all-MiniLM-L6-v2" in result.out
