"""Real models, small ones where knowing nothing is enough."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.embedding import engine
from knowledge.embedding.engine import batches, native_bfloat16
from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder
from knowledge.errors import ModelUnavailable
from tests.knowledge.embedding.models import LENGTH, make_model, set_prompts

TEXTS = ["abc def", "", "a much longer text of letters", "가 나 다", "x y z. 1, 2", "abc def"]
LONG = " ".join("abcdefgh"[: 1 + number % 8] for number in range(60))


def _reference(folder, texts, **options):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode(texts, normalize_embeddings=True, **options)


def _documents(embedder, texts):
    return np.concatenate(embedder.embed_documents(texts))


@pytest.mark.parametrize(
    "options", [{}, {"pooling": "cls", "dense": 8}, {"pooling": "max"}, {"pooling": ("mean", "cls")}], ids=str
)
def test_vectors_are_those_of_encode(tmp_path, options):
    """Whatever its pooling and further modules, a text that fits has the vector that `encode` gives it."""
    folder = make_model(tmp_path / "model", **options)
    embedder = SentenceTransformerEmbedder(str(folder), threads=2)
    assert np.allclose(_documents(embedder, TEXTS), _reference(folder, TEXTS), atol=1e-5)
    assert np.allclose(embedder.embed_query("abc"), _reference(folder, ["abc"])[0], atol=1e-5)
    assert embedder.dimensions == embedder.load().dimensions


@pytest.mark.parametrize("include_prompt", [True, False])
def test_prompts_of_the_model_are_used(tmp_path, include_prompt):
    """Queries and documents get the prompts of the model's configuration, pooled as it says."""
    folder = make_model(tmp_path / "model", include_prompt=include_prompt)
    set_prompts(folder, query="query: ", passage="passage: ")
    embedder = SentenceTransformerEmbedder(str(folder))
    documents = _reference(folder, TEXTS, prompt="passage: ")
    assert np.allclose(_documents(embedder, TEXTS), documents, atol=1e-5)
    assert np.allclose(
        embedder.embed_query("abc"), _reference(folder, ["abc"], prompt="query: ")[0], atol=1e-5
    )
    assert not np.allclose(embedder.embed_query("abc"), embedder.embed_documents(["abc"])[0][0], atol=1e-3)


def test_windows_of_a_long_text_are_embedded_as_texts(tmp_path):
    """Each window has the prompt, and its vector is that of the words it consists of."""
    folder = set_prompts(make_model(tmp_path / "model"), document="ab ")
    embedder = SentenceTransformerEmbedder(str(folder))
    (vectors,) = embedder.embed_documents([LONG])
    words = LONG.split()
    parts = [" ".join(words[begin:end]) for begin in range(60) for end in range(begin + 2, 61)]
    possible = _reference(
        folder, [part for part in parts if len(part.replace(" ", "")) <= LENGTH], prompt="ab "
    )
    assert len(vectors) >= len(LONG.replace(" ", "")) / LENGTH
    assert (vectors @ possible.T).max(axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ embedder.embed_documents([LONG[:20]])[0][0] < 0.9999


def test_many_threads_at_once(tiny):
    """Documents and queries from several threads get the vectors they get alone."""
    alone = _documents(tiny, [*TEXTS, LONG])
    query = tiny.embed_query("abc")
    with ThreadPoolExecutor(4) as pool:
        documents = [pool.submit(_documents, tiny, [*TEXTS, LONG]) for _ in range(8)]
        queries = [pool.submit(tiny.embed_query, "abc") for _ in range(8)]
    assert all(np.allclose(found.result(), alone, atol=1e-5) for found in documents)
    assert all(np.allclose(found.result(), query, atol=1e-5) for found in queries)


def test_others_keep_their_torch_threads(tiny):
    """Whoever else uses torch, in this thread or a new one, finds its number of threads as it was."""
    import torch

    before = torch.get_num_threads()
    tiny.embed_documents([*TEXTS, LONG])
    tiny.embed_query("abc")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == before
    assert torch.get_num_threads() == before


def test_one_load_for_all_threads(tiny_folder):
    """Threads that need the model at the same time share one."""
    embedder = SentenceTransformerEmbedder(str(tiny_folder))
    start = threading.Barrier(4)

    def load():
        start.wait()
        return embedder.load()

    with ThreadPoolExecutor(4) as pool:
        loaded = [pool.submit(load) for _ in range(4)]
    assert len({id(found.result()) for found in loaded}) == 1


def test_bfloat16_only_where_it_is_native_and_near(tiny_folder, monkeypatch):
    """Half precision is for documents, on a CPU that has it, if it is faster and the vectors stay near."""
    exact = _documents(SentenceTransformerEmbedder(str(tiny_folder), threads=1), TEXTS)
    monkeypatch.setattr(engine, "native_bfloat16", lambda: True)
    monkeypatch.setattr(engine, "_MIN_GAIN", 0)
    monkeypatch.setattr(engine, "_SAMPLE", len(TEXTS))
    monkeypatch.setattr(engine, "_MIN_COSINE", 0.99)
    embedder = SentenceTransformerEmbedder(str(tiny_folder), threads=1)
    half = _documents(embedder, TEXTS)
    cosines = (half * exact).sum(axis=1)
    assert half.dtype == np.float32
    assert (cosines < 1 - 1e-7).any()
    assert cosines.min() > 0.99
    assert np.allclose(np.linalg.norm(half, axis=1), 1, atol=1e-5)
    assert np.array_equal(
        embedder.embed_query("abc"), SentenceTransformerEmbedder(str(tiny_folder)).embed_query("abc")
    )
    monkeypatch.setattr(engine, "_MIN_COSINE", 1.1)
    assert np.array_equal(_documents(embedder, TEXTS), half)
    far = SentenceTransformerEmbedder(str(tiny_folder), threads=1)
    assert np.array_equal(_documents(far, TEXTS), exact)


def test_native_bfloat16_is_told_by_the_flags(tmp_path):
    """AMX or AVX-512 with bfloat16 count, AVX-512 alone doesn't; where nothing tells, the answer is no."""
    cpuinfo = tmp_path / "cpuinfo"
    for flags, expected in (
        ("fpu avx512f", False),
        ("fpu avx512f avx512_bf16", True),
        ("amx_bf16 amx_tile", True),
    ):
        cpuinfo.write_text(f"model name\t: CPU\nflags\t\t: {flags}\nbugs\t: none\n")
        assert native_bfloat16(cpuinfo) is expected
    assert not native_bfloat16(tmp_path / "missing")


def test_a_model_that_isnt_here(tmp_path):
    """A name that was never downloaded is told at once, without asking a hub."""
    with pytest.raises(ModelUnavailable) as caught:
        SentenceTransformerEmbedder("BAAI/bge-m3", cache_folder=tmp_path)
    assert caught.value.parameters["reason"] == "not_downloaded"
    assert caught.value.parameters["model"] == "BAAI/bge-m3"


def test_a_damaged_model(tiny_folder, tmp_path):
    """Weights that can't be read are told as damaged."""
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"\x10" + b"\0" * 100)
    with pytest.raises(ModelUnavailable) as caught:
        SentenceTransformerEmbedder(str(folder)).load()
    assert caught.value.parameters["reason"] == "damaged"


@pytest.mark.parametrize("device", ["cuda:99", "no such device"])
def test_a_device_that_isnt_here(tiny_folder, device):
    """A device that torch can't use is told as such."""
    with pytest.raises(ModelUnavailable) as caught:
        SentenceTransformerEmbedder(str(tiny_folder), device=device).load()
    assert caught.value.parameters["reason"] == "device"


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(1, 1000))
@settings(max_examples=50)
def test_batches_hold_everything_once_within_the_budget(lengths, budget):
    """Every text is in one batch; a batch is within the budget with its padding, or one text."""
    found = batches(lengths, budget)
    assert sorted(at for batch in found for at in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[at] for at in batch) <= budget


def test_minilm_is_loaded_from_its_package(minilm):
    """The packaged model works offline, by its short and its full name, and knows what belongs together."""
    assert minilm.dimensions == 384
    assert minilm.name.startswith("sentence-transformers/all-MiniLM-L6-v2@")
    assert SentenceTransformerEmbedder("sentence-transformers/all-MiniLM-L6-v2").name == minilm.name
    near, far = minilm.embed_documents(["The cat sits on the mat.", "Interest rates rose again."])
    query = minilm.embed_query("Where is the kitten?")
    assert near[0] @ query > far[0] @ query + 0.2


def test_minilm_gives_the_vectors_of_encode(minilm):
    """To 1e-5, for texts of one window in both languages."""
    texts = ["The quick brown fox. " * length for length in (1, 3, 9, 27)] + ["연차는 언제 쓰나요?", ""]
    assert np.allclose(_documents(minilm, texts), _reference(minilm.folder, texts), atol=1e-5)
