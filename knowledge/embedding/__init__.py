"""Text to vectors: the protocol that retrieval relies on, and the factory that chooses a backend."""

from __future__ import annotations

from knowledge.embedding.cache import QueryCache
from knowledge.embedding.factory import EmbedderStatus, open_embedder, reopen_embedder, status_of
from knowledge.embedding.probe import LEAST_SKILL, Abilities, Ability, load_or_measure, measure, remembered
from knowledge.embedding.protocol import Embedder, EmbeddingSpace, Vector

__all__ = [
    "LEAST_SKILL",
    "Abilities",
    "Ability",
    "Embedder",
    "EmbedderStatus",
    "EmbeddingSpace",
    "QueryCache",
    "Vector",
    "load_or_measure",
    "measure",
    "open_embedder",
    "remembered",
    "reopen_embedder",
    "status_of",
]
