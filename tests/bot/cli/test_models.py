"""`saseo models download`, without any hub."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot import language_model
from bot.cli import models
from knowledge.errors import ModelUnavailable


@pytest.fixture
def hub(monkeypatch):
    """What was fetched, and into which folder."""
    fetched = []

    def fetch(hub, folder, progress):
        fetched.append(folder)
        progress(1, 2)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / language_model.FILE_NAME
        path.write_bytes(b"GGUF")
        return path

    monkeypatch.setattr(language_model, "fetch", fetch)
    monkeypatch.setattr(models, "_build_engine", lambda session: None)
    monkeypatch.setattr(models, "free_disk", lambda folder: 10**12)
    return fetched


def test_size_and_licence_stand_before_the_question(saseo, hub, monkeypatch):
    """Nothing is fetched without a yes."""
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    result = saseo("models", "download", "language", "--lang", "en")
    assert result.code == 1
    assert "4.7 GB" in result.err
    assert "Apache-2.0" in result.err
    assert hub == []


def test_the_file_lands_where_the_settings_look(saseo, hub, tmp_path, monkeypatch):
    """--yes fetches into the folder of LLM_MODEL_PATH; a second time it is there already."""
    result = saseo("models", "download", "language", "--yes")
    assert result.code == 0
    assert hub == [tmp_path / "scripts/models/qwen2.5-gguf"]
    again = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert "already" in again.out
    assert len(hub) == 1


def test_another_path_is_told_how_to_use_the_file(saseo, hub, monkeypatch):
    """If LLM_MODEL_PATH names another file, the setting to write is shown."""
    monkeypatch.setenv("LLM_MODEL_PATH", "models/my.gguf")
    result = saseo("models", "download", "language", "--yes")
    assert f"LLM_MODEL_PATH={Path('models').absolute() / language_model.FILE_NAME}" in result.out


def test_a_full_disk_is_told_before_the_first_byte(saseo, hub, monkeypatch):
    """Too little room is exit code 1 and nothing is fetched."""
    monkeypatch.setattr(models, "free_disk", lambda folder: 10**9)
    result = saseo("models", "download", "language", "--yes")
    assert result.code == 1
    assert hub == []


def test_a_hub_out_of_reach_is_one_sentence(saseo, monkeypatch):
    """Without a network the command says so."""
    monkeypatch.setattr(models, "free_disk", lambda folder: 10**12)

    def fetch(hub, folder, progress):
        raise ModelUnavailable(model=language_model.MODEL_NAME, reason="unreachable")

    monkeypatch.setattr(language_model, "fetch", fetch)
    result = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert result.code == 1
    assert "can't be reached" in result.err


def test_the_file_is_moved_out_of_the_hubs_layout(tmp_path):
    """The one file is asked for; it lies in the folder under its name, and nothing else is left there."""

    class FakeHub:
        def fetch(self, repository, cache, wanted, progress):
            assert repository == language_model.REPOSITORY
            assert wanted(["README.md", language_model.FILE_NAME]) == [language_model.FILE_NAME]
            snapshot = cache / "models--x" / "snapshots" / "1"
            snapshot.mkdir(parents=True)
            (snapshot / language_model.FILE_NAME).write_bytes(b"GGUF")
            return snapshot

    path = language_model.fetch(FakeHub(), tmp_path, lambda done, total: None)
    assert list(tmp_path.iterdir()) == [path]
    assert path.name == language_model.FILE_NAME


def test_an_embedding_model_that_is_here_is_not_fetched(saseo):
    """The packaged model is on this machine: the command says where, and how to use it."""
    result = saseo("models", "download", "embedding", "minilm", "--lang", "en")
    assert result.code == 0
    assert "already" in result.out
    assert "EMBEDDINGS_MODEL=sentence-transformers/all-MiniLM-L6-v2" in result.out
