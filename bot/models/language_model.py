"""The language model that the settings name: which one it is, and what it weighs in memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import ModelUnavailable
from knowledge.models.gguf_header import read_header
from knowledge.models.llama.memory import Footprint
from knowledge.models.presets import DEFAULT, LanguagePreset, preset

if TYPE_CHECKING:
    from bot.settings import Settings

WORKING_MEMORY = 2_500_000_000
"""Bytes that everything but the language model takes, with an embedding model loaded."""


def wanted(settings: Settings) -> LanguagePreset:
    """The model to fetch: the one whose file LLM_MODEL_PATH names, else the recommended one."""
    return preset(settings.llm_model_path.name) or DEFAULT


def memory_of(path: Path, settings: Settings) -> int:
    """Bytes that the model in a file takes with the cache of the settings, and to compute.

    Of a file that is missing or can't be read it is estimated by the preset of its name.
    """
    known = preset(path.name) or DEFAULT
    size, per_token = known.size, known.cache_bytes_per_token
    if path.is_file():
        size = path.stat().st_size
        try:
            per_token = read_header(path).cache_bytes_per_token
        except ModelUnavailable:
            per_token = known.cache_bytes_per_token * size // known.size
    return Footprint(size, per_token).whole(settings.llm_context_size, settings.llm_kv_type)
