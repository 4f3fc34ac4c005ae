"""scripts/download_qwen2.5.py, run as a file."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from bot.cli.models import download
from knowledge.models.presets import DEFAULT
from tests.hub_server import Site, hub_servers

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "download_qwen2.5.py"


def test_it_is_the_command(tmp_path, monkeypatch, capsys):
    """From any folder it fetches the file to where the repository's settings look."""
    spec = importlib.util.spec_from_file_location("download_qwen", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    target = tmp_path / DEFAULT.file_name
    built = []
    monkeypatch.setattr(download, "_build_engine", built.append)
    monkeypatch.chdir(tmp_path)
    with hub_servers() as start:
        site = start(Site({DEFAULT.file_name: b"GGUF"}, DEFAULT.repository))
        monkeypatch.setenv("HF_ENDPOINT", site.address)
        monkeypatch.setenv("LLM_MODEL_PATH", str(target))
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
        assert script.main(["--yes", "--json"]) == 0
    assert target.read_bytes() == b"GGUF"
    assert json.loads(capsys.readouterr().out)["path"] == str(target)
    assert Path.cwd() == SCRIPT.parents[1]
    assert len(built) == 1


def test_it_says_what_to_run_first():
    """In a Python without Saseo's packages it is one sentence in both languages, and no traceback."""
    command = [sys.executable, "-I", "-S", str(SCRIPT)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "make setup" in done.stderr
    assert "먼저" in done.stderr
    assert "Traceback" not in done.stderr
