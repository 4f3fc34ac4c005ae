"""An embedder that remembers its questions.

Vectors of documents are kept by the catalog, by model and text hash, for as long as the text is live.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from knowledge.embedding.protocol import Embedder, Vector


class QueryCache:
    """Embeds no recent question twice. Thread-safe where `inner` is.

    Args:
        inner: computes what isn't cached.
        queries: how many questions' vectors are kept in memory, the least recently used going first.
    """

    def __init__(self, inner: Embedder, queries: int = 4096) -> None:
        self._inner = inner
        self._query = functools.lru_cache(maxsize=queries)(self._embed_query)

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        return self._inner.embed_documents(texts)

    def embed_query(self, text: str) -> Vector:
        return self._query(text)

    def _embed_query(self, text: str) -> Vector:
        vector = self._inner.embed_query(text).copy()
        vector.flags.writeable = False  # every caller gets this one
        return vector
