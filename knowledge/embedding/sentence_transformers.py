"""Embeddings by a Sentence Transformers model that is on this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.embedding import locate
from knowledge.embedding.engine import OVERLAP, Engine
from knowledge.embedding.presets import full_name, preset
from knowledge.embedding.protocol import Vector
from knowledge.errors import ModelUnavailable


class SentenceTransformerEmbedder:
    """Runs a model's own modules (transformer, pooling, dense, normalisation) on batches that are made here.

    The vectors are those of `SentenceTransformer.encode`; what makes it faster: texts are sorted by tokens
    rather than letters, batched by a budget of tokens rather than a number of texts, and each CPU core works
    at a batch of its own, so that cores never wait for each other inside a layer. The model is loaded when it
    is first needed.

    Args:
        model: a folder, a hub name that is already downloaded, or a short name (`minilm`); see `presets`.
        device: as torch names it: `cpu`, `cuda`, `cuda:1`, `mps`.
        cache_folder: where `download` put models; the hub's own cache is searched too.
        threads: CPU threads for documents; None takes one for each core.

    Raises:
        ModelUnavailable: the model isn't on this machine (`not_downloaded`). No hub is ever asked.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str = "cpu",
        cache_folder: Path | None = None,
        threads: int | None = None,
    ) -> None:
        known = preset(model)
        folder = locate.locate(model, cache_folder)
        if folder is None:
            raise ModelUnavailable(model=full_name(model), reason="not_downloaded")
        prompts = (known.query_prompt, known.document_prompt) if known else locate.prompts(folder)
        self._query_prompt, self._document_prompt = prompts
        label = folder.name if Path(model).is_dir() else full_name(model)
        self._name = f"{label}@{locate.fingerprint(folder, *prompts, str(OVERLAP))}"
        self.folder = folder
        self._device = device
        self._threads = threads
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return locate.dimensions(self.folder) or self.load().dimensions

    def load(self) -> Engine:
        """Load the model, which takes seconds, unless it is loaded. From any thread; raises as `Engine`."""
        with self._lock:
            if self._engine is None:
                self._engine = Engine(self._name, self.folder, self._device, self._threads)
            return self._engine

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        if not texts:
            return []
        engine = self.load()
        windows = engine.tokenise(self._document_prompt, texts)
        flat = [tokens for of_text in windows for tokens in of_text]
        vectors = engine.run_many(flat, engine.prompt_length(self._document_prompt))
        ends = np.cumsum([len(of_text) for of_text in windows])
        return np.split(vectors, ends[:-1])

    def embed_query(self, text: str) -> Vector:
        engine = self.load()
        first = engine.tokenise(self._query_prompt, [text])[0][0]
        return engine.run_one(first, engine.prompt_length(self._query_prompt))
