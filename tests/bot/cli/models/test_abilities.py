"""`saseo models test`: what an embedding model knows of the two languages."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

from bot.doctor import probe_embedder
from knowledge.embedding import Abilities, Ability
from knowledge.types import LANGUAGES


def test_an_english_model_is_told_from_a_multilingual_one(saseo):
    """The packaged MiniLM, loaded and measured: it knows English, and neither Korean nor one in the other."""
    result = saseo("models", "test", "minilm", "--json", probe=probe_embedder)
    assert result.json["model"].endswith("all-MiniLM-L6-v2")
    found = {(pair["question"], pair["passage"]): pair for pair in result.json["pairs"]}
    assert found["en", "en"]["verdict"] == "knows"
    assert [found[pair]["verdict"] for pair in (("ko", "ko"), ("ko", "en"), ("en", "ko"))] == ["not"] * 3
    korean = found["ko", "ko"]
    assert korean["unrelated"] > 0.3, "cosines of texts that it can't read are high all the same"
    assert korean["related"] - korean["unrelated"] < 0.1


def test_the_model_in_use_is_tested_by_default(saseo):
    """A table in the screen's language."""
    every = {pair: Ability(0.9, 0.1, 0.1, 0.8, 0.1) for pair in product(LANGUAGES, LANGUAGES)}
    every["ko", "en"] = Ability(0.3, 0.1, 0.1, 0.4, 0.1)

    def probe(settings):
        return SimpleNamespace(used="bge-m3", requested="bge-m3"), Abilities("bge-m3", every)

    told = saseo("models", "test", "--lang", "ko", probe=probe).out
    assert "bge-m3" in told
    assert ("90%" in told, "30%" in told, "조금 압니다" in told) == (True, True, True)


def test_only_embedding_models_are_tested(saseo, gguf):
    """A language model, a model that isn't here and none at all end in a sentence."""
    assert "Sentence Transformers" in saseo("models", "test", str(gguf), "--lang", "en").err
    assert saseo("models", "test", "BAAI/bge-m3").code == 1
    assert saseo("models", "test").code == 1
