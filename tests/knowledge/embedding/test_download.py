"""Fetching a model, from a server on this machine that speaks the hub's protocol."""

from __future__ import annotations

import pytest

from knowledge import checksums
from knowledge.embedding import locate
from knowledge.embedding.download import download, needed
from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder
from knowledge.errors import ModelUnavailable
from tests.hub_server import Site, hub_servers

WEIGHTS = "model.safetensors"


@pytest.fixture
def serve():
    """Starts servers and stops them."""
    with hub_servers() as start:
        yield start


@pytest.fixture
def site(serve, tiny_folder):
    """A server with the small model and a lot that nobody needs."""
    names = [path for path in tiny_folder.rglob("*") if path.is_file()]
    files = {path.relative_to(tiny_folder).as_posix(): path.read_bytes() for path in names}
    extra = ["README.md", "onnx/model.onnx", "pytorch_model.bin", "openvino/openvino_model.bin", "imgs/a.png"]
    return serve(Site(files | dict.fromkeys(extra, b"not needed")))


def _reason(call):
    with pytest.raises(ModelUnavailable) as caught:
        call()
    return caught.value.parameters["reason"]


def test_what_is_needed_is_fetched_and_found(site, tmp_path):
    """The model is found afterwards and runs; nothing else is fetched."""
    seen = []
    folder = download("acme/small", tmp_path, endpoint=site.address, progress=lambda *now: seen.append(now))
    assert locate.locate("acme/small", tmp_path) == folder
    embedder = SentenceTransformerEmbedder("acme/small", cache_folder=tmp_path)
    assert embedder.embed_query("abc").shape == (32,)
    assert not any(
        word in path for path in site.paths() for word in ("README", "onnx", "pytorch", "openvino")
    )
    fetched = checksums.recorded(folder)
    assert seen[-1][0] == seen[-1][1] == sum((folder / name).stat().st_size for name in fetched)
    assert seen == sorted(seen)
    assert not list(tmp_path.rglob("*.partial"))


def test_a_repository_of_another_kind(site, tmp_path):
    """Files that are no Sentence Transformers model are told as such."""
    site.files = {"README.md": b"hello", "config.json": b"{}"}
    assert _reason(lambda: download("acme/small", tmp_path, endpoint=site.address)) == "unsupported"
    site.files = {"README.md": b"hello"}
    assert _reason(lambda: download("acme/small", tmp_path, endpoint=site.address)) == "unsupported"


def test_old_weights_only_where_there_are_no_new_ones():
    """Some models have only PyTorch's format, some have both, some are in several files."""
    common = ["config.json", "modules.json", "tokenizer.json", "1_Pooling/config.json", "2_Dense/config.json"]
    old = ["pytorch_model.bin", "2_Dense/pytorch_model.bin"]
    new = ["model.safetensors", "2_Dense/model.safetensors"]
    others = ["onnx/config.json", "model.onnx", "tf_model.h5", "colbert_linear.pt", "model.fp16.safetensors"]
    assert sorted(needed([*common, *old, *others])) == sorted([*common, *old])
    assert sorted(needed([*common, *old, *new, *others])) == sorted([*common, *new])
    shards = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    assert sorted(needed([*common, *shards])) == sorted([*common, *shards])
