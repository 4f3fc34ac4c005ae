"""What holds for every embedder."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.embedding import QueryCache
from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder
from tests.fakes import HashEmbedder
from tests.knowledge.embedding.models import make_model, set_prompts

LONG = " ".join(f"word{number}" for number in range(200))
TEXTS = ["a short text", "", "연차는 나 가", "x", LONG, "   ", "a short text", "\ud800 broken"]


@pytest.fixture(params=["hash", "tiny", "prompts", "cached"])
def embedder(request, tiny, tmp_path):
    """Each kind of embedder."""
    if request.param == "hash":
        return HashEmbedder()
    if request.param == "prompts":
        folder = set_prompts(make_model(tmp_path / "asked"), query="query: ", document="passage: ")
        return SentenceTransformerEmbedder(str(folder), threads=1)
    if request.param == "cached":
        return QueryCache(tiny)
    return tiny


def test_documents_are_arrays_of_unit_windows(embedder):
    """Each text gets a float32 array of shape (windows, dimensions), at least one window, of length 1."""
    vectors = embedder.embed_documents(TEXTS)
    assert len(vectors) == len(TEXTS)
    for array in vectors:
        assert array.dtype == np.float32
        assert array.ndim == 2
        assert len(array) >= 1
        assert array.shape[1] == embedder.dimensions
        assert np.allclose(np.linalg.norm(array, axis=1), 1, atol=1e-5)


def test_a_query_is_one_unit_vector(embedder):
    """Of any query, an empty and a very long one too."""
    for text in ("what is this?", "", LONG):
        vector = embedder.embed_query(text)
        assert vector.dtype == np.float32
        assert vector.shape == (embedder.dimensions,)
        assert np.isclose(np.linalg.norm(vector), 1, atol=1e-5)


def test_a_long_text_has_several_windows(embedder):
    """No text is cut off: what is long has more windows, what is short has one."""
    short, long = embedder.embed_documents(["a short text", LONG])
    assert len(short) == 1
    assert len(long) > 1


def test_the_neighbours_of_a_text_dont_matter(embedder):
    """A text has the same vectors alone, beside others, and in another order."""
    together = embedder.embed_documents(TEXTS)
    backwards = embedder.embed_documents(TEXTS[::-1])[::-1]
    for text, one, other in zip(TEXTS, together, backwards, strict=True):
        (alone,) = embedder.embed_documents([text])
        assert np.allclose(one, alone, atol=1e-5)
        assert np.allclose(other, alone, atol=1e-5)


def test_the_same_twice(embedder):
    """The same text gives the same vectors again."""
    assert np.array_equal(embedder.embed_query("again"), embedder.embed_query("again"))
    first, second = embedder.embed_documents([LONG]), embedder.embed_documents([LONG])
    assert np.allclose(first[0], second[0], atol=1e-6)


def test_no_texts_are_no_vectors(embedder):
    """An empty list is no error."""
    assert embedder.embed_documents([]) == []


def test_a_name_is_stable(embedder):
    """The name is text, and asking twice gives the same."""
    assert embedder.name == embedder.name
    assert embedder.name
