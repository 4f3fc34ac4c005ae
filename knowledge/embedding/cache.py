"""An embedder that remembers: documents on disk, queries in memory."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.embedding.protocol import Embedder, Vector
from knowledge.embedding.vector_file import VectorFile

_AT_A_TIME = 1024
"""Texts that are embedded before they are written: what an interruption costs."""


class CachedEmbedder:
    """Embeds no text twice with the same model. Thread-safe where `inner` is.

    Args:
        inner: computes what isn't cached.
        folder: where `embeddings.sqlite` is; several processes may share it.
        limit: bytes that the file may take, about.
        queries: how many queries' vectors are kept in memory.
    """

    def __init__(self, inner: Embedder, folder: Path, *, limit: int = 2 << 30, queries: int = 4096) -> None:
        self._inner = inner
        self._file = VectorFile(folder / "embeddings.sqlite", limit)
        self._query = functools.lru_cache(maxsize=queries)(self._embed_query)

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        prefix = self.name.encode() + b"\0"
        keys = [hashlib.sha256(prefix + text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        found = self._decoded(self._file.read(dict.fromkeys(keys)))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        wanted = list(missing)
        for begin in range(0, len(wanted), _AT_A_TIME):
            part = wanted[begin : begin + _AT_A_TIME]
            new = dict(zip(part, self._inner.embed_documents([missing[key] for key in part]), strict=True))
            self._file.write({key: vectors.astype("<f4").tobytes() for key, vectors in new.items()})
            found |= new
        return [found[key] for key in keys]

    def embed_query(self, text: str) -> Vector:
        return self._query(text)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _embed_query(self, text: str) -> Vector:
        vector = self._inner.embed_query(text).copy()
        vector.flags.writeable = False  # every caller gets this one
        return vector

    def _decoded(self, rows: dict[bytes, bytes]) -> dict[bytes, Vector]:
        width = 4 * self.dimensions
        return {
            key: np.frombuffer(value, "<f4").reshape(-1, self.dimensions)
            for key, value in rows.items()
            if value and len(value) % width == 0
        }
