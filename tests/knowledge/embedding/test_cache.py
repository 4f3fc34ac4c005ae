"""What the cache of questions remembers."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.embedding import QueryCache
from tests.fakes import HashEmbedder


class Counting(HashEmbedder):
    """Counts the questions that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []

    def embed_query(self, text: str) -> np.ndarray:
        self.questions.append(text)
        return super().embed_query(text)


def test_a_recent_question_is_embedded_once() -> None:
    """The least recently used question is the one that is forgotten."""
    inner = Counting()
    cached = QueryCache(inner, queries=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        assert np.array_equal(cached.embed_query(text), HashEmbedder().embed_query(text))
    assert inner.questions == ["a", "b", "c", "b"]


def test_a_remembered_vector_cannot_be_changed() -> None:
    """Every caller gets the same vector, so none may write to it."""
    vector = QueryCache(HashEmbedder()).embed_query("a")
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1
