"""Text to vectors: the protocol that retrieval relies on, and the factory that chooses a backend."""

from __future__ import annotations

from knowledge.embedding.cache import QueryCache
from knowledge.embedding.factory import EmbedderStatus, open_embedder, status_of
from knowledge.embedding.probe import Abilities, Ability, load_or_measure, measure
from knowledge.embedding.protocol import Embedder, Vector

__all__ = [
    "Abilities",
    "Ability",
    "Embedder",
    "EmbedderStatus",
    "QueryCache",
    "Vector",
    "load_or_measure",
    "measure",
    "open_embedder",
    "status_of",
]
