"""`saseo models list`."""

from __future__ import annotations

import shutil

import pytest

from bot.cli.models import known
from knowledge.models.llama.memory import COMPUTATION_BYTES
from knowledge.models.presets import DEFAULT
from tests.bot.cli.models import FOLDER


def test_the_list_shows_presets_and_what_is_here(saseo, gguf):
    """Size, licence, memory, and which are here and in use; files that somebody put there too."""
    FOLDER.mkdir(parents=True)
    shutil.copy(gguf, FOLDER / DEFAULT.file_name)
    shutil.copy(gguf, FOLDER / "own.gguf")
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["qwen2.5-7b"]["in_use"]
    assert models["qwen2.5-7b"]["size"] == gguf.stat().st_size
    assert models["own"]["path"].endswith("own.gguf")
    assert (models["own"]["in_use"], models["own"]["licence"]) == (False, None)
    assert (models["qwen2.5-3b"]["licence"], models["qwen2.5-3b"]["path"]) == ("Qwen Research", None)
    assert models["BAAI/bge-m3"]["kind"] == "embedding"
    assert models["sentence-transformers/all-MiniLM-L6-v2"]["in_use"]  # until the better one is here


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_list_for_people(saseo, monkeypatch, language):
    """A mark stands where this machine's memory is too small."""
    monkeypatch.setattr(known, "available_memory", lambda: (9 * 10**9, 10 * 10**9))
    result = saseo("models", "list", "--lang", language)
    lines = {line.split()[0]: line for line in result.out.splitlines() if line.strip()}
    assert "!" in lines["qwen2.5-32b"]
    assert "!" not in lines["qwen2.5-3b"]
    assert ("언어 모델" in result.out) == (language == "ko")


def test_memory_follows_the_context(saseo, monkeypatch):
    """The 7B model takes its file, 56 KiB for each token of context, and what it computes with."""
    monkeypatch.setenv("LLM_CONTEXT_SIZE", "8192")
    models = {model["name"]: model for model in saseo("models", "list", "--json").json}
    assert models["qwen2.5-7b"]["memory"] == DEFAULT.size + 8192 * 57_344 + COMPUTATION_BYTES
