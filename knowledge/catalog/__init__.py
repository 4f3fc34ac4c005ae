"""The catalog: the truth about documents, passages and the vectors of live text. Every index is derived from it."""

from knowledge.catalog.store import Catalog

__all__ = ["Catalog"]
