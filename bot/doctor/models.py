"""The models: the language model, llama.cpp's build, the embedding model."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor.check import Check, Level, gigabytes
from bot.models.chat_model import try_model
from bot.models.in_use import embedding_sentence
from bot.settings import Settings
from knowledge.errors import ModelUnavailable, SaseoError
from knowledge.models.gguf_header import read_header
from knowledge.types import LANGUAGES, Language

if TYPE_CHECKING:
    from knowledge.embedding import Abilities, EmbedderStatus

Probe = Callable[[Settings], tuple["EmbedderStatus", "Abilities | None"]]


def language_model_file(settings: Settings) -> Check:
    """The file, or the server, that answers come from."""
    if settings.llm_provider == "openai":
        facts: dict[str, object] = {"model": settings.llm_model, "address": settings.llm_base_url}
        return Check("language-model", "ok", "doctor-model-remote", parameters=facts)
    path = settings.llm_model_path
    facts = {"path": str(path)}
    if not path.is_file():
        return Check("language-model", "warn", "doctor-model-missing", "doctor-model-download", facts)
    try:
        header = read_header(path)
    except ModelUnavailable as error:
        fix = (
            "doctor-model-permission" if error.parameters["reason"] == "unreadable" else "doctor-model-again"
        )
        return Check("language-model", "fail", fix=fix, parameters=facts, error=error)
    facts |= {
        "size": gigabytes(path.stat().st_size),
        "quantisation": header.quantisation or header.architecture,
    }
    return Check("language-model", "ok", "doctor-model-there", parameters=facts)


def engine(settings: Settings) -> Check:
    """llama.cpp's Python package, and the build that may be running (the set-up's status file)."""
    status = Path(sys.prefix) / "llama-build.json"
    try:
        build = json.loads(status.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        build = {}
    facts: dict[str, object] = {
        "percent": str(build.get("percent", 0)),
        "detail": str(build.get("message", "")),
    }
    if build.get("state") == "running":
        return Check("engine", "warn", "doctor-engine-building", "doctor-engine-wait", facts)
    if importlib.util.find_spec("llama_cpp") is not None:
        return _trial(settings)
    if build.get("state") == "failed":
        return Check("engine", "fail", "doctor-engine-failed", "doctor-engine-build", facts)
    wanted = settings.llm_provider == "local" and settings.llm_model_path.is_file()
    return Check(
        "engine", "warn" if wanted else "ok", "doctor-engine-missing", "doctor-engine-build" if wanted else ""
    )


def _trial(settings: Settings) -> Check:
    """Whether llama.cpp's build runs the model on this machine, where both are here."""
    try:
        recipe = json.loads((Path(sys.prefix) / "llama.json").read_text(encoding="utf-8"))["recipe"]
    except (OSError, ValueError, KeyError, TypeError):
        recipe = "llama-cpp-python"
    facts: dict[str, object] = {"recipe": str(recipe)}
    try:
        read_header(settings.llm_model_path)
    except ModelUnavailable:
        return Check("engine", "ok", "doctor-engine-there", parameters=facts)
    if settings.llm_provider != "local":
        return Check("engine", "ok", "doctor-engine-there", parameters=facts)
    try:
        try_model(settings)
    except SaseoError as error:
        return Check("engine", "fail", error=error)
    return Check("engine", "ok", "doctor-engine-works", parameters=facts)


def probe_embedder(settings: Settings) -> tuple[EmbedderStatus, Abilities | None]:
    """Load the embedding model and measure what it knows of each language; None without a model.

    Raises:
        ModelUnavailable: the model can't be loaded.
    """
    from knowledge.embedding import measure, status_of

    folder = settings.data_dir / "models"
    status = status_of(settings.embeddings_provider, settings.embeddings_model, folder)
    if status.used is None:
        return status, None
    from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder

    # Without the cache, which would answer for a model that can't be loaded any more.
    model = SentenceTransformerEmbedder(status.used, device=settings.embeddings_device, cache_folder=folder)
    return status, measure(model)


def embedding(settings: Settings, probe: Probe) -> Check:
    """The model in use, and what it was just measured to know."""
    try:
        status, abilities = probe(settings)
    except SaseoError as error:
        return Check("embedding", "fail", error=error)
    if settings.embeddings_provider == "none":
        return Check("embedding", "ok", "doctor-embedding-off")
    better = embedding_sentence(status, settings, "en").command
    facts: dict[str, object] = {"command": better, "model": status.used or ""}
    fix = "doctor-embedding-get" if better else ""
    if abilities is None:
        return Check("embedding", "warn", "doctor-embedding-none", fix, facts)

    def skill(question: Language, passage: Language) -> str:
        return f"{abilities.of(question, passage).skill:.0%}"

    facts |= {"korean": skill("ko", "ko"), "english": skill("en", "en"), "across": skill("ko", "en")}
    level: Level = "warn" if better or set(abilities.languages) != set(LANGUAGES) else "ok"
    return Check("embedding", level, "doctor-embedding-probe", fix, facts)
