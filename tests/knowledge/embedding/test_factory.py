"""Which model is used, and what is told about it."""

from __future__ import annotations

import shutil

import pytest

from knowledge.embedding import EmbedderStatus, factory, open_embedder, reopen_embedder, status_of
from knowledge.embedding.presets import DEFAULT, PACKAGED


def test_the_model_that_was_asked_for(tiny_folder, tmp_path):
    """A model that is here is used; of one without a preset no language is denied."""
    home = tmp_path / "models--acme--small"
    shutil.copytree(tiny_folder, home / "snapshots" / "abc")
    embedder, status = open_embedder("local", "acme/small", "cpu", tmp_path)
    assert status == EmbedderStatus("acme/small", "acme/small", "", ("ko", "en"))
    assert embedder.name.startswith("acme/small@")
    assert embedder.embed_documents(["abc"])[0].shape == (1, 32)


def test_the_packaged_model_instead(tmp_path):
    """What isn't here is replaced by MiniLM, which is told to have no Korean."""
    embedder, status = open_embedder("local", DEFAULT, "cpu", tmp_path)
    assert status == EmbedderStatus(DEFAULT, PACKAGED, "not_downloaded", ("en",))
    assert embedder.name.startswith(PACKAGED)
    assert embedder.dimensions == 384


def test_minilm_as_asked(tmp_path):
    """Asked for by its short name, it isn't a replacement."""
    assert status_of("local", "minilm", tmp_path) == EmbedderStatus(PACKAGED, PACKAGED, "", ("en",))


def test_the_model_before_whatever_is_asked_for_now(tiny_folder, tmp_path):
    """A model is opened again by its name or its folder, and never replaced by another one."""
    shutil.copytree(tiny_folder, tmp_path / "models--acme--small" / "snapshots" / "abc")
    embedder, status = open_embedder("local", "acme/small", "cpu", tmp_path)
    assert reopen_embedder(status.used, "cpu", tmp_path).name == embedder.name
    embedder, status = open_embedder("local", str(tiny_folder), "cpu", tmp_path)
    assert reopen_embedder(status.used, "cpu", tmp_path).name == embedder.name
    shutil.rmtree(tmp_path / "models--acme--small")
    assert reopen_embedder("acme/small", "cpu", tmp_path) is None


def test_no_model_at_all(tmp_path, monkeypatch):
    """With neither model here there is no embedder, and that is no error."""
    monkeypatch.setattr("knowledge.embedding.locate._packaged", lambda: iter(()))
    embedder, status = open_embedder("local", DEFAULT, "cpu", tmp_path)
    assert embedder is None
    assert status == EmbedderStatus(DEFAULT, None, "not_downloaded", ())


@pytest.mark.parametrize("installed", [True, False])
def test_no_library(tmp_path, monkeypatch, installed):
    """Without torch and sentence-transformers no model can be used."""
    monkeypatch.setattr(factory, "_LIBRARIES", ("json",) if installed else ("json", "no_such_library"))
    embedder, status = open_embedder("local", "minilm", "cpu", tmp_path)
    assert (embedder is not None) is installed
    assert status.reason == ("" if installed else "no_library")


def test_switched_off(tmp_path):
    """The provider `none` means words alone, whatever is here."""
    assert open_embedder("none", "minilm", "cpu", tmp_path) == (
        None,
        EmbedderStatus(PACKAGED, None, "off", ()),
    )
