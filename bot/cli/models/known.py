"""Which models there are: those that can be fetched by name, and whatever lies in the models' folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.machine import available_memory
from bot.models.language_model import WORKING_MEMORY, memory_of
from knowledge.embedding import presets as embedding_presets
from knowledge.embedding import status_of
from knowledge.embedding.locate import is_complete, locate
from knowledge.errors import ModelUnavailable
from knowledge.models import presets as language_presets

if TYPE_CHECKING:
    from bot.settings import Settings

Kind = Literal["language", "embedding"]
CACHED = "models--"
"""How the folder of a model begins in the layout of the hub's cache."""


@dataclass(frozen=True, slots=True)
class Known:
    """A model. `path` is its file or folder on this machine, None where it isn't here.

    `size` and `memory` are bytes, estimated where the model isn't here; `licence` is empty where nobody told.
    `fits` holds the memory against all that this machine has.
    """

    kind: Kind
    name: str
    size: int
    licence: str
    memory: int
    fits: bool
    is_in_use: bool
    path: Path | None

    def as_dict(self) -> dict[str, Any]:
        """The model in the commands' JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "size": self.size,
            "licence": self.licence or None,
            "memory": self.memory,
            "fits": self.fits,
            "in_use": self.is_in_use,
            "path": str(self.path) if self.path else None,
        }


def embedding_folder(settings: Settings) -> Path:
    """Where embedding models are put: in the layout of the hub's cache, and folders that were added."""
    return settings.data_dir / "models"


def language_folder(settings: Settings) -> Path:
    """Where language models are put."""
    return settings.llm_model_path.parent


def hub_name(cached: Path) -> str:
    """The name at the hub of the model that a folder of its cache holds."""
    return cached.name.removeprefix(CACHED).replace("--", "/")


def known_models(settings: Settings) -> Iterator[Known]:
    """All of them, language models first."""
    _, total = available_memory()
    yield from _language_models(settings, total)
    yield from _embedding_models(settings, total)


def _language_models(settings: Settings, total: int) -> Iterator[Known]:
    folder = language_folder(settings)
    names = [preset.file_name for preset in language_presets.PRESETS]
    others = {path.name for path in folder.glob("*.gguf")} - set(names)
    for name in (*names, *sorted(others)):
        yield _language_model(folder / name, settings, total)


def _language_model(path: Path, settings: Settings, total: int) -> Known:
    preset = language_presets.preset(path.name)
    is_here = path.is_file()
    memory = memory_of(path, settings)
    return Known(
        kind="language",
        name=preset.name if preset else path.stem,
        size=path.stat().st_size if is_here or not preset else preset.size,
        licence=preset.licence if preset else "",
        memory=memory,
        fits=memory + WORKING_MEMORY <= total,
        is_in_use=is_here and settings.llm_provider == "local" and path == settings.llm_model_path,
        path=path if is_here else None,
    )


def _embedding_models(settings: Settings, total: int) -> Iterator[Known]:
    folder = embedding_folder(settings)
    names = dict.fromkeys(preset.model for preset in embedding_presets.PRESETS)
    names |= dict.fromkeys(sorted(_brought(folder)))
    status = status_of(settings.embeddings_provider, settings.embeddings_model, folder)
    if status.requested not in (*names, *(str(folder / name) for name in names)):
        names[status.requested] = None
    for name in names:
        path = locate(name, folder) or locate(str(folder / name), folder)
        yield _embedding_model(name, path, status.used, total)


def _embedding_model(name: str, path: Path | None, used: str | None, total: int) -> Known:
    preset = embedding_presets.preset(name)
    size = _size(path) if path else preset.megabytes * 1_000_000 if preset else 0
    return Known(
        kind="embedding",
        name=name,
        size=size,
        licence=preset.licence if preset else "",
        memory=size,
        fits=size + WORKING_MEMORY <= total,
        is_in_use=path is not None and used in (name, str(path)),
        path=path,
    )


def _brought(folder: Path) -> Iterator[str]:
    """The names of what lies in the embedding models' folder."""
    for path in folder.glob("*/"):
        if path.name.startswith(CACHED):
            yield hub_name(path)
        elif not path.name.startswith("."):
            yield path.name


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def find_here(settings: Settings, name: str) -> Known:
    """The model of that name, or of that file or folder, on this machine.

    Raises:
        ModelUnavailable: reason `not_downloaded`, `not_embedding` (a folder without a model), or `unknown`
            where the name says nothing to us.
    """
    _, total = available_memory()
    path = Path(name).expanduser().absolute()
    if path.is_file():
        return _language_model(path, settings, total)
    if path.is_dir() and is_complete(path):
        return _embedding_model(str(path), path, settings.embeddings_model, total)
    preset = language_presets.preset(name)
    names = {name, embedding_presets.full_name(name), preset.name if preset else name.removesuffix(".gguf")}
    for model in known_models(settings):
        if model.name in names:
            if model.path is None:
                raise ModelUnavailable(model=model.name, reason="not_here")
            return model
    raise ModelUnavailable(model=name, reason="not_embedding" if path.is_dir() else "unknown")
