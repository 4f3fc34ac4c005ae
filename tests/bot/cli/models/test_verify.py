"""`saseo models verify`."""

from __future__ import annotations

import shutil

from tests.bot.cli.models import FOLDER


def test_verify_finds_what_changed(saseo, gguf):
    """One bit is enough; exit code 1."""
    assert saseo("models", "add", gguf).code == 0
    [whole] = saseo("models", "verify", "tiny", "--json").json
    assert whole["state"] == "ok"
    path = FOLDER / "tiny.gguf"
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    result = saseo("models", "verify", "tiny", "--json")
    assert result.code == 1
    assert result.json[0]["state"] == "damaged"
    path.write_bytes(data[:-200])
    result = saseo("models", "verify", "tiny", "--lang", "en")
    assert result.code == 1
    assert "shorter" in result.out


def test_verify_says_what_it_can_not_know(saseo, gguf):
    """A file that was only put there looks whole; all that is here is looked at."""
    FOLDER.mkdir(parents=True)
    shutil.copy(gguf, FOLDER / "own.gguf")
    result = saseo("models", "verify", "--json")
    assert result.code == 0
    states = {verdict["name"]: verdict["state"] for verdict in result.json}
    assert states == {"own": "unknown", "sentence-transformers/all-MiniLM-L6-v2": "unknown"}
