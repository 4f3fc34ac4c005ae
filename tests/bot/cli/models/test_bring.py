"""`saseo models add`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge import checksums
from knowledge.models.presets import DEFAULT
from tests import gguf_models
from tests.bot.cli.models import FOLDER


def test_a_file_brought_by_hand_is_checked_and_put_in_its_place(saseo, gguf, tmp_path):
    """It is copied, its sum is kept, and it can be used; the original stays."""
    stick = tmp_path / "stick"
    stick.mkdir()
    shutil.copy(gguf, stick / "own.gguf")
    result = saseo("models", "add", stick / "own.gguf", "--lang", "en")
    assert result.code == 0
    assert "saseo models use own" in result.out
    assert (FOLDER / "own.gguf").read_bytes() == gguf.read_bytes()
    assert (stick / "own.gguf").is_file()
    assert checksums.recorded(FOLDER) == {"own.gguf": checksums.sha256(gguf)}
    assert {path.name for path in FOLDER.iterdir()} == {"own.gguf", checksums.FILE_NAME}


def test_a_file_that_was_put_there_is_registered(saseo, gguf):
    """Its sum is kept from then on, and nothing is copied."""
    FOLDER.mkdir(parents=True)
    shutil.copy(gguf, FOLDER / "own.gguf")
    assert saseo("models", "add", FOLDER / "own.gguf").code == 0
    assert checksums.recorded(FOLDER) == {"own.gguf": checksums.sha256(gguf)}
    with (FOLDER / "own.gguf").open("ab") as file:
        file.write(b"more")
    assert saseo("models", "add", FOLDER / "own.gguf").code == 1


def test_a_file_of_another_ending_is_found_afterwards(saseo, gguf, tmp_path):
    """It gets the ending by which models are found."""
    shutil.copy(gguf, tmp_path / "own.bin")
    shutil.copy(gguf, tmp_path / "loud.GGUF")
    assert saseo("models", "add", "own.bin").code == saseo("models", "add", "loud.GGUF").code == 0
    assert {path.name for path in FOLDER.glob("*.gguf")} == {"own.bin.gguf", "loud.gguf"}
    assert saseo("models", "use", "own.bin").code == 0


def test_a_file_can_be_moved(saseo, gguf, tmp_path):
    """--move takes no room of the disk."""
    shutil.copy(gguf, tmp_path / "own.gguf")
    result = saseo("models", "add", "own.gguf", "--move", "--json")
    assert result.json == {"kind": "language", "path": str(tmp_path / FOLDER / "own.gguf")}
    assert not (tmp_path / "own.gguf").exists()


def test_a_link_is_not_moved_alone(saseo, gguf, tmp_path):
    """What it leads to is copied."""
    (tmp_path / "own.gguf").symlink_to(gguf)
    assert saseo("models", "add", "own.gguf", "--move").code == 0
    assert not (FOLDER / "own.gguf").is_symlink()
    assert gguf.is_file()


def test_a_folder_of_an_embedding_model_can_be_added(saseo, embedding_model):
    """It is then in the list, and used by its folder."""
    assert saseo("models", "add", embedding_model).code == 0
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["tiny"]["path"] == str(Path("data/models/tiny").absolute())
    assert saseo("models", "use", "tiny").code == 0
    assert "EMBEDDINGS_MODEL=data/models/tiny" in Path(".env").read_text()
    [verdict] = saseo("models", "verify", "tiny", "--json").json
    assert verdict["state"] == "ok"
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["tiny"]["in_use"]
    assert str(Path("data/models/tiny").absolute()) not in models


def test_a_model_of_another_machines_cache_can_be_added(saseo, embedding_model, tmp_path):
    """It keeps its name at the hub; the links of the cache become files."""
    cached = tmp_path / "stick" / "models--acme--small"
    shutil.copytree(embedding_model, cached / "blobs")
    snapshot = cached / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    for blob in (cached / "blobs").iterdir():
        (snapshot / blob.name).symlink_to(blob)
    assert saseo("models", "add", cached).code == 0
    shutil.rmtree(cached)
    assert saseo("models", "use", "acme/small").code == 0
    assert "EMBEDDINGS_MODEL=acme/small" in Path(".env").read_text()
    [verdict] = saseo("models", "verify", "acme/small", "--json").json
    assert verdict["state"] == "ok"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda data: data[:-200], "shorter"),
        (lambda data: b"<html>" + data, "no GGUF"),
        (None, "embedding model"),
    ],
    ids=["truncated", "page", "embedding"],
)
def test_what_can_not_be_used_is_refused_by_name(saseo, gguf, tmp_path, damage, told):
    """Before anything is copied."""
    path = tmp_path / "given.gguf"
    if damage:
        path.write_bytes(damage(gguf.read_bytes()))
    else:
        gguf_models.embedding(path)
    result = saseo("models", "add", path, "--lang", "en")
    assert result.code == 1
    assert "given.gguf" in result.err
    assert told in result.err
    assert not FOLDER.exists()


def test_a_folder_without_a_model_is_refused(saseo, tmp_path):
    """It says what a model's folder has."""
    (tmp_path / "empty").mkdir()
    result = saseo("models", "add", "empty", "--lang", "en")
    assert result.code == 1
    assert "Sentence Transformers" in result.err


@pytest.mark.parametrize("where", ["with it", "from the hub"])
def test_another_file_under_a_known_name_is_refused(saseo, gguf, tmp_path, where):
    """The sums that came with it, or that the hub once told, are held against it."""
    path = tmp_path / DEFAULT.file_name
    shutil.copy(gguf, path)
    checksums_folder = tmp_path if where == "with it" else tmp_path / FOLDER
    checksums_folder.mkdir(parents=True, exist_ok=True)
    checksums.record(checksums_folder, {path.name: "0" * 64})
    result = saseo("models", "add", path, "--lang", "en")
    assert result.code == 1
    assert "SHA-256" in result.err
    assert not (tmp_path / FOLDER / path.name).exists()


def test_a_name_that_is_taken_is_not_overwritten(saseo, gguf, tmp_path):
    """The file that is there stays."""
    FOLDER.mkdir(parents=True)
    (FOLDER / "own.gguf").write_bytes(b"mine")
    shutil.copy(gguf, tmp_path / "own.gguf")
    assert saseo("models", "add", "own.gguf").code == 1
    assert (FOLDER / "own.gguf").read_bytes() == b"mine"


def test_a_full_disk_is_told_before_copying(saseo, gguf, monkeypatch):
    """Nothing is left behind."""
    monkeypatch.setattr("bot.cli.models.bring.free_disk", lambda folder: 1000)
    assert saseo("models", "add", gguf).code == 1
    assert list(FOLDER.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_disk_that_fills_up_is_told(saseo, gguf):
    """While it is copied; what was begun is cleared away, and the original stays."""
    FOLDER.mkdir(parents=True)
    (FOLDER / "tiny.gguf.partial").symlink_to("/dev/full")
    result = saseo("models", "add", gguf, "--lang", "en")
    assert result.code == 1
    assert "full" in result.err
    assert gguf.is_file()
    assert list(FOLDER.iterdir()) == []
