"""The catalog: the truth about documents, passages and vectors, from which every index is derived."""

from sqlalchemy import Connection

from knowledge.catalog.store import Catalog

__all__ = ["Catalog", "Connection"]
