"""`saseo models download`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from knowledge import checksums
from knowledge.models.presets import DEFAULT, preset
from tests.bot.cli.models import FOLDER
from tests.hub_server import SIGNATURE, Site, hub_servers


def test_size_and_licence_stand_before_the_question(saseo, hub, at_terminal):
    """Nothing is fetched without a yes."""
    at_terminal("n\n")
    result = saseo("models", "download", "language", "--lang", "en")
    assert result.code == 1
    assert "4.7 GB" in result.err
    assert "Apache-2.0" in result.err
    assert hub.requests == []


def test_a_yes_fetches(saseo, hub, at_terminal):
    """A Korean one too."""
    at_terminal("네\n")
    assert saseo("models", "download", "language").code == 0
    assert (FOLDER / DEFAULT.file_name).is_file()


def test_a_licence_that_forbids_something_says_so(saseo, hub, at_terminal):
    """Qwen2.5 3B isn't for commercial use."""
    at_terminal("n\n")
    result = saseo("models", "download", "qwen2.5-3b", "--lang", "en")
    assert "Qwen Research" in result.err
    assert "no commercial use" in result.err
    assert hub.requests == []


def test_without_a_terminal_yes_has_to_be_said(saseo, hub, monkeypatch):
    """A yes in a pipe isn't one: --yes is."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    result = saseo("models", "download", "language")
    assert result.code == 1
    assert "--yes" in result.err
    assert hub.requests == []


def test_the_file_lands_where_the_settings_look(saseo, hub, tmp_path):
    """--yes fetches into the folder of LLM_MODEL_PATH, with its sum; a second time it is there already."""
    result = saseo("models", "download", "language", "--yes", "--json")
    path = tmp_path / FOLDER / DEFAULT.file_name
    assert result.json == {"kind": "language", "path": str(path)}
    assert path.read_bytes() == hub.files[DEFAULT.file_name]
    assert checksums.recorded(path.parent) == {path.name: checksums.sha256(path)}
    hub.requests.clear()
    again = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert "already" in again.out
    assert hub.requests == []


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_the_log_opens_no_storage(saseo, hub, monkeypatch, level):
    """The signed address that the hub sends us to is nowhere in the log, nor on the screen, nor is the token."""
    monkeypatch.setenv("LOG_LEVEL", level)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with hub_servers() as start:
        hub.storage = start(Site(hub.files, hub.repository)).address
        hub.statuses = [(503, {})]
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        result = saseo("models", "download", "language", "--yes")
    log = Path("data/logs/saseo.log")
    written = log.read_text() if log.exists() else ""
    assert result.code == 0
    assert "503" in written
    assert not any(
        secret in text for secret in (SIGNATURE, "hf_secret") for text in (written, result.out, result.err)
    )


def test_a_model_is_fetched_by_its_name(saseo, hub):
    """A preset's name is enough; it lands beside the others, and how to use it is said."""
    small = preset("qwen2.5-1.5b")
    hub.repository, hub.files = small.repository, {small.file_name: b"GGUF"}
    result = saseo("models", "download", "qwen2.5-1.5b", "--yes")
    assert (FOLDER / small.file_name).is_file()
    assert "saseo models use qwen2.5-1.5b" in result.out


def test_the_model_that_the_settings_name_is_fetched(saseo, hub, monkeypatch):
    """`language` is the preset that LLM_MODEL_PATH names."""
    small = preset("qwen2.5-3b")
    monkeypatch.setenv("LLM_MODEL_PATH", f"models/{small.file_name}")
    hub.repository, hub.files = small.repository, {small.file_name: b"GGUF"}
    result = saseo("models", "download", "language", "--yes")
    assert Path("models", small.file_name).is_file()
    assert "models use" not in result.out


def test_an_embedding_model_that_is_here_is_not_fetched(saseo):
    """The packaged model is on this machine: the command says where, and how to use it."""
    result = saseo("models", "download", "embedding", "minilm", "--lang", "en")
    assert result.code == 0
    assert "already" in result.out
    assert "saseo models use sentence-transformers/all-MiniLM-L6-v2" in result.out


@pytest.mark.parametrize("words", [["embedding", "acme/small"], ["acme/small"]], ids=" ".join)
def test_any_model_of_the_hub_can_be_fetched(saseo, hub, embedding_model, words):
    """An embedding model by its full name, after which it is in the list and can be used."""
    files = [path for path in embedding_model.rglob("*") if path.is_file()]
    hub.repository = "acme/small"
    hub.files = {path.relative_to(embedding_model).as_posix(): path.read_bytes() for path in files}
    assert saseo("models", "download", *words, "--yes").code == 0
    assert {model["name"]: model["path"] for model in saseo("models", "list", "--json").json}["acme/small"]
    assert saseo("models", "use", "acme/small").code == 0
    assert "EMBEDDINGS_MODEL=acme/small\n" in Path(".env").read_text()


@pytest.mark.parametrize("words", [["gpt-4"], ["language", "gpt-4"]], ids=" ".join)
def test_an_unknown_name_leads_to_the_list(saseo, hub, words):
    """The hub isn't asked."""
    result = saseo("models", "download", *words, "--yes", "--lang", "en")
    assert result.code == 1
    assert "saseo models list" in result.err
    assert hub.requests == []


def test_a_hub_out_of_reach_is_one_sentence(saseo, monkeypatch):
    """Without a network the command says so."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    result = saseo("models", "download", "language", "--yes", "--lang", "en")
    assert result.code == 1
    assert "can't be reached" in result.err
