"""Which embedder is to be had on this machine, told from files alone."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.embedding.cache import QueryCache
from knowledge.embedding.locate import locate
from knowledge.embedding.presets import PACKAGED, full_name, preset
from knowledge.embedding.protocol import Embedder
from knowledge.types import LANGUAGES, Language

Provider = Literal["local", "none"]

_LIBRARIES = ("torch", "sentence_transformers")


@dataclass(frozen=True, slots=True)
class EmbedderStatus:
    """Which model was asked for, and which one is in use.

    `used` is None without any. `reason` says why it isn't the one that was asked for: it is not on this
    machine, its library isn't installed, or embeddings are switched off; empty when it is. `languages` are
    those that the model in use was made for; of a model without a preset that isn't known before it is
    measured (`probe`), and all are named.
    """

    requested: str
    used: str | None
    reason: Literal["", "not_downloaded", "no_library", "off"]
    languages: tuple[Language, ...]


def status_of(provider: Provider, model: str, folder: Path | None = None) -> EmbedderStatus:
    """Which model would be used. Looks at files; loads nothing."""
    requested = full_name(model)
    if provider == "none":
        return EmbedderStatus(requested, None, "off", ())
    if any(importlib.util.find_spec(library) is None for library in _LIBRARIES):
        return EmbedderStatus(requested, None, "no_library", ())
    for name in (requested, PACKAGED):
        if locate(name, folder):
            known = preset(name)
            reason: Literal["", "not_downloaded"] = "" if name == requested else "not_downloaded"
            return EmbedderStatus(requested, name, reason, known.languages if known else LANGUAGES)
    return EmbedderStatus(requested, None, "not_downloaded", ())


def open_embedder(
    provider: Provider,
    model: str,
    device: str,
    folder: Path,
    *,
    threads: int | None = None,
) -> tuple[Embedder | None, EmbedderStatus]:
    """The model that was asked for, else the packaged MiniLM, else None; and what to tell about it.

    Nothing is loaded until the first text is embedded.

    Args:
        provider: `none` switches embeddings off.
        model: a folder, a hub name, or a short name of `presets`.
        device: as torch names it.
        folder: holds downloaded models, beside the hub's own cache.
        threads: CPU threads for documents; None takes one for each core.
    """
    status = status_of(provider, model, folder)
    if status.used is None:
        return None, status
    return _opened(status.used, device, folder, threads), status


def reopen_embedder(model: str, device: str, folder: Path) -> Embedder | None:
    """A model that was in use before, whatever the settings ask for now; None where it is gone.

    `model` is its `EmbedderStatus.used`; the rest as in `open_embedder`.
    """
    is_there = status_of("local", model, folder).used == full_name(model)
    return _opened(model, device, folder) if is_there else None


def _opened(model: str, device: str, folder: Path, threads: int | None = None) -> Embedder:
    from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder

    return QueryCache(SentenceTransformerEmbedder(model, device=device, cache_folder=folder, threads=threads))
