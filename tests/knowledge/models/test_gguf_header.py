"""Reading a language model's file without llama.cpp."""

from __future__ import annotations

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import ModelUnavailable
from knowledge.models.gguf_header import read_header
from tests import gguf_models


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model that llama.cpp runs."""
    return gguf_models.scripted(tmp_path_factory.mktemp("models") / "tiny.gguf", "연차는 15일입니다.")


def reason(path):
    with pytest.raises(ModelUnavailable) as caught:
        read_header(path)
    return caught.value.parameters["reason"]


def written(path, architecture="qwen2", **options):
    """A file with one tensor of two rows of Q4_K, and these facts."""
    writer = gguf.GGUFWriter(path, architecture)
    for name, value in options.items():
        getattr(writer, f"add_{name}")(value)
    blocks = np.zeros((2, 144), np.uint8)
    writer.add_tensor("token_embd.weight", blocks, raw_dtype=gguf.GGMLQuantizationType.Q4_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_what_a_file_says_of_itself(tmp_path):
    """Name, architecture, mix, context, and what a token of context takes: Qwen2.5 7B's 56 KiB."""
    path = written(
        tmp_path / "m.gguf",
        name="Qwen2.5 7B Instruct",
        file_type=gguf.LlamaFileType.MOSTLY_Q4_K_M,
        context_length=32768,
        block_count=28,
        embedding_length=3584,
        head_count=28,
        head_count_kv=4,
        token_list=[f"token {number}" for number in range(5000)],
        token_scores=[0.5] * 5000,
    )
    header = read_header(path)
    assert (header.architecture, header.name) == ("qwen2", "Qwen2.5 7B Instruct")
    assert (header.quantisation, header.context_length) == ("Q4_K_M", 32768)
    assert header.cache_bytes_per_token == 57_344


def test_heads_may_differ_by_layer(tmp_path):
    """Then each layer counts."""
    path = written(
        tmp_path / "m.gguf", block_count=2, embedding_length=64, head_count=4, head_count_kv=[1, 3]
    )
    assert read_header(path).cache_bytes_per_token == (1 + 3) * (16 + 16) * 2


def test_a_model_that_runs_passes(model):
    """What llama.cpp runs isn't refused."""
    assert read_header(model).architecture == "qwen2"


@pytest.mark.parametrize("kind", list(gguf.GGML_QUANT_SIZES), ids=lambda kind: kind.name)
def test_a_missing_byte_is_noticed(tmp_path, kind):
    """In whatever type the weights are: the whole file passes, and no shorter one."""
    path = tmp_path / "m.gguf"
    writer = gguf.GGUFWriter(path, "qwen2")
    block = gguf.GGML_QUANT_SIZES[kind][1]
    writer.add_tensor("a", np.zeros((3, block), np.uint8), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read_header(path)
    end = path.stat().st_size - -(3 * block) % 32  # what follows the last weight is padding
    data = path.read_bytes()
    path.write_bytes(data[:end])
    read_header(path)
    path.write_bytes(data[: end - 1])
    assert reason(path) == "truncated"


@given(st.data())
@settings(max_examples=30)
def test_wherever_it_breaks_off(model, tmp_path_factory, data):
    """A file that was cut anywhere is shorter than it says."""
    whole = model.read_bytes()
    path = tmp_path_factory.mktemp("cut") / "m.gguf"
    path.write_bytes(whole[: data.draw(st.integers(4, len(whole) - 64))])
    assert reason(path) == "truncated"


@given(st.binary(max_size=200), st.integers(4, 2000))
@settings(max_examples=200)
def test_nonsense_is_refused_or_read(model, tmp_path_factory, noise, place):
    """Whatever the bytes, there is a header or our error, and never another."""
    whole = bytearray(model.read_bytes())
    whole[place : place + len(noise)] = noise
    path = tmp_path_factory.mktemp("noise") / "m.gguf"
    path.write_bytes(whole)
    try:
        read_header(path)
    except ModelUnavailable as error:
        assert error.parameters["reason"] in {
            *("truncated", "damaged", "unsupported", "not_generating", "part")
        }


def test_what_is_no_gguf(tmp_path):
    """A web page, nothing at all, no file, a folder."""
    path = tmp_path / "m.gguf"
    for data in (b"<html>", b"", b"GGU"):
        path.write_bytes(data)
        assert reason(path) == "not_gguf"
    assert reason(tmp_path / "none.gguf") == "unreadable"
    assert reason(tmp_path) == "unreadable"


def test_a_format_of_the_future(model, tmp_path):
    """Another version isn't guessed at."""
    data = bytearray(model.read_bytes())
    data[4] = 9
    (tmp_path / "m.gguf").write_bytes(data)
    assert reason(tmp_path / "m.gguf") == "unsupported"


def test_what_writes_no_text(tmp_path):
    """An embedding model, a pooled one, an adapter, a vocabulary alone."""
    assert reason(gguf_models.embedding(tmp_path / "e.gguf")) == "not_generating"
    assert reason(written(tmp_path / "b.gguf", "nomic-bert")) == "not_generating"
    pooled = written(tmp_path / "p.gguf", "qwen3", pooling_type=gguf.PoolingType.LAST)
    assert reason(pooled) == "not_generating"
    read_header(written(tmp_path / "n.gguf", "qwen3", pooling_type=gguf.PoolingType.NONE))
    assert reason(written(tmp_path / "a.gguf", type="adapter")) == "not_generating"
    writer = gguf.GGUFWriter(tmp_path / "v.gguf", "qwen2")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert reason(tmp_path / "v.gguf") == "not_generating"


def test_a_part_of_a_model(tmp_path):
    """A model that was cut into several files needs them all."""
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "qwen2")
    writer.add_uint16("split.count", 2)
    writer.add_tensor("a", np.zeros(4, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert reason(tmp_path / "m.gguf") == "part"
