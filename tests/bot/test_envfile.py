"""Writing one setting into a file that belongs to a person."""

from __future__ import annotations

import stat
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.envfile import read_env_file, set_value

ROOT = Path(__file__).resolve().parents[2]


def changed(tmp_path, before, name="LLM_MODEL_PATH", value="m.gguf"):
    path = tmp_path / ".env"
    path.write_bytes(before)
    set_value(path, name, value)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"LLM_MODEL_PATH=m.gguf\n"),
        (b"A=1\nLLM_MODEL_PATH=old\nB=2\n", b"A=1\nLLM_MODEL_PATH=m.gguf\nB=2\n"),
        (b"LLM_MODEL_PATH=1\nLLM_MODEL_PATH=2\n", b"LLM_MODEL_PATH=1\nLLM_MODEL_PATH=m.gguf\n"),
        (b"A=1", b"A=1\nLLM_MODEL_PATH=m.gguf\n"),
        (b"# one\n#LLM_MODEL_PATH=x\n\nB=2\n", b"# one\n#LLM_MODEL_PATH=x\nLLM_MODEL_PATH=m.gguf\n\nB=2\n"),
        (b"A=1\r\nLLM_MODEL_PATH='a b'\r\n", b"A=1\r\nLLM_MODEL_PATH=m.gguf\r\n"),
        (b"A=1\r\n", b"A=1\r\nLLM_MODEL_PATH=m.gguf\r\n"),
        (b"\n\n export LLM_MODEL_PATH = x # why\nB=1\n", b"\n\n export LLM_MODEL_PATH=m.gguf # why\nB=1\n"),
        (b"LLM_MODEL_PATH='a # b'\n", b"LLM_MODEL_PATH=m.gguf\n"),
        (b"nonsense here\nLLM_MODEL_PATH=\n", b"nonsense here\nLLM_MODEL_PATH=m.gguf\n"),
        (b"\xef\xbb\xbfLLM_MODEL_PATH=x\n", b"\xef\xbb\xbfLLM_MODEL_PATH=m.gguf\n"),
        ("# 모델\nA=1\n".encode("cp949"), "# 모델\nA=1\nLLM_MODEL_PATH=m.gguf\n".encode("cp949")),
        (b"# \xff\xfe\xff\nA=1\n", b"# \xff\xfe\xff\nA=1\nLLM_MODEL_PATH=m.gguf\n"),
        ("# 모델\r\nA=1\r\n".encode("utf-16"), "# 모델\r\nA=1\r\nLLM_MODEL_PATH=m.gguf\r\n".encode("utf-16")),
    ],
)
def test_one_line_changes(tmp_path, before, after):
    """Comments, order, line ends, encoding and lines that make no sense stay as they are."""
    assert changed(tmp_path, before) == after


@given(value=st.text(string.printable.replace("\x0b", "").replace("\x0c", "") + "가나다 모델", max_size=40))
def test_what_is_written_is_read(tmp_path_factory, value):
    """Any value comes back as it is, but for the spaces around it, which settings ignore."""
    path = tmp_path_factory.mktemp("env") / ".env"
    value = " ".join(value.split())
    set_value(path, "EMBEDDINGS_MODEL", value)
    set_value(path, "A", "1")
    set_value(path, "EMBEDDINGS_MODEL", value)
    values = {entry.name: entry.value for entry in read_env_file(path).entries}
    assert values == {"EMBEDDINGS_MODEL": value, "A": "1"}


def test_the_example_keeps_its_comments(tmp_path):
    """In a copy of .env.example the setting stands below its own comment."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    after = changed(tmp_path, example.encode()).decode()
    assert after.replace("LLM_MODEL_PATH=m.gguf\n", "", 1) == example
    lines = after.splitlines()
    assert lines[lines.index("LLM_MODEL_PATH=m.gguf") - 1].startswith("#LLM_MODEL_PATH=")


def test_permissions_and_links_stay(tmp_path):
    """Tokens that only their owner may read stay so, and a linked file stays a link."""
    real = tmp_path / "secrets"
    real.write_text("SLACK_BOT_TOKEN=x\n")
    real.chmod(0o600)
    link = tmp_path / ".env"
    link.symlink_to(real)
    set_value(link, "LLM_MODEL_PATH", "m.gguf")
    assert link.is_symlink()
    assert "LLM_MODEL_PATH=m.gguf" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
