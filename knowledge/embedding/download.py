"""Fetching an embedding model, in an explicit step."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from knowledge.embedding.locate import is_complete
from knowledge.embedding.presets import full_name
from knowledge.errors import ModelUnavailable
from knowledge.hub import ENDPOINT, Progress, cache_folder, connect

_CONFIGURATION = (
    "config.json",
    "modules.json",
    "sentence_*_config.json",
    "config_sentence_transformers.json",
    "tokenizer*.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.*",
    "merges.txt",
    "*.model",
    "LICENSE*",
)
# In this order: some models have the same weights in both.
_WEIGHTS = (
    ("model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model.bin", "pytorch_model-*-of-*.bin", "pytorch_model.bin.index.json"),
)
_MODULES = ("[0-9]_*",)


def download(
    model: str,
    folder: Path | None = None,
    *,
    endpoint: str = ENDPOINT,
    token: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download what a Sentence Transformers model needs, and return where it is.

    A second call goes on where the first one stopped, and fetches what is new at the hub.

    Args:
        model: a hub name or a short name of `presets`.
        folder: a folder in the layout of the hub's cache; None takes the hub's own (HF_HOME).
        endpoint: the hub's address (HF_ENDPOINT).
        token: for gated and private models (HF_TOKEN).
        progress: is told the bytes that are here and the bytes that are needed.

    Raises:
        ModelUnavailable: as `Hub.fetch_snapshot`; `unsupported` if the repository has no model of this kind.
        StorageFull: the disk is, or would be, full.
    """
    name = full_name(model)
    cache = folder or cache_folder()
    if cache is None:
        cache = Path.home() / ".cache" / "huggingface" / "hub"
    snapshot = connect(endpoint, token).fetch_snapshot(name, cache, needed, progress)
    if not is_complete(snapshot):
        raise ModelUnavailable(model=name, reason="unsupported", detail="not a Sentence Transformers model")
    return snapshot


def needed(names: Sequence[str]) -> list[str]:
    """Configuration, tokenizer and one kind of weights, of the model and of its modules in folders."""
    chosen: list[str] = []
    folders: dict[str, list[str]] = defaultdict(list)
    for name in names:
        path = PurePosixPath(name)
        folders[str(path.parent)].append(path.name)
    for folder, files in folders.items():
        if folder != "." and not _matches(folder, _MODULES):
            continue
        kinds = [[file for file in files if _matches(file, patterns)] for patterns in _WEIGHTS]
        weights = next(filter(None, kinds), [])
        configuration = [file for file in files if _matches(file, _CONFIGURATION)]
        chosen += [str(PurePosixPath(folder, file)) for file in (*configuration, *weights)]
    return chosen


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
