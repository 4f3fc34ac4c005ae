"""The sums beside the models."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from knowledge import checksums


def test_sums_are_kept_beside_each_other(tmp_path):
    """A new sum replaces the old one of its file, and leaves the others."""
    checksums.record(tmp_path, {"a.gguf": "0" * 64, "1_Pooling/config.json": "1" * 64})
    checksums.record(tmp_path, {"a.gguf": "2" * 64})
    assert checksums.recorded(tmp_path) == {"a.gguf": "2" * 64, "1_Pooling/config.json": "1" * 64}


def test_nonsense_is_no_sum(tmp_path):
    """No file, a damaged one, and lines of another kind."""
    assert checksums.recorded(tmp_path) == {}
    (tmp_path / checksums.FILE_NAME).write_bytes(b"\xff\xfe")
    assert checksums.recorded(tmp_path) == {}
    (tmp_path / checksums.FILE_NAME).write_text("# sums\nabc  file\n" + "a" * 64 + " *model.gguf\n")
    assert checksums.recorded(tmp_path) == {"model.gguf": "a" * 64}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_sha256sum_checks_them(tmp_path):
    """The file is one that every administrator's tool reads, Korean names too."""
    names = ("모델 1.gguf", "a.gguf")
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 1000)
    read = []
    checksums.record(tmp_path, {name: checksums.sha256(tmp_path / name, read.append) for name in names})
    assert sum(read) == sum((tmp_path / name).stat().st_size for name in names)
    done = subprocess.run(
        ["sha256sum", "-c", checksums.FILE_NAME], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
