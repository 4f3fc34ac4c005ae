"""A Milvus server as the store: one collection of vectors, and one of words as sparse vectors."""

from __future__ import annotations

from knowledge.index.milvus.index import MilvusIndex, open_milvus
from knowledge.index.milvus.options import MilvusOptions
from knowledge.index.milvus.server import Server

__all__ = ["MilvusIndex", "MilvusOptions", "Server", "open_milvus"]
