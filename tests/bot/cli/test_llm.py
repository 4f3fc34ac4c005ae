"""`saseo llm serve`, and `saseo ask --model`: commands that start the language model."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from bot.cli import main
from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta
from knowledge.models.remote import Endpoint, Patience, RemoteModel
from tests.gguf_models import scripted

pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)

WAIT = 100
TEXT = "연차는 15일입니다 [1]."


@pytest.fixture
def folder(tmp_path):
    """A folder with a model and settings for it."""
    scripted(tmp_path / "model.gguf", TEXT)
    lines = [
        "LLM_MODEL_PATH=model.gguf",
        "LLM_CONTEXT_SIZE=16384",
        "LLM_THREADS=1",
        "LLM_TEMPERATURE=0",
        "LLM_REPETITION_PENALTY=1",
        "LLM_API_KEY=the-key",
        "EMBEDDINGS_PROVIDER=none",
        "SASEO_LANG=en",
    ]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def command(*arguments):
    """A command of a process of its own."""
    return [sys.executable, "-P", "-m", "bot", *arguments]


@contextmanager
def serving(folder, *arguments):
    """A running `saseo llm serve` and what it says, up to the last line of how to use it."""
    process = subprocess.Popen(
        command("llm", "serve", *arguments),
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if "LLM_API_KEY" in line or "llm.sock" in line:
                break
        yield process, "".join(said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAIT)
        assert process.returncode == 0


def ask(address, key, at=None):
    """The model's answer."""
    model = RemoteModel(Endpoint(address, "model", key, at), patience=Patience(WAIT, WAIT, WAIT, WAIT))

    async def text():
        request = ChatRequest((ChatMessage("user", "연차는?"),))
        return "".join([event.text async for event in model.stream(request) if isinstance(event, Delta)])

    return asyncio.run(text())


def test_serving_other_machines(folder):
    """It says its address and how another bot uses it; with the key it answers, without it doesn't."""
    with serving(folder, "--port", "0") as (_, said):
        address = re.search(r"LLM_BASE_URL=(\S+)", said)[1]
        assert "LLM_PROVIDER=openai" in said
        assert "--host" in said, "this address is for this machine alone"
        assert "LLM_MODEL=model" in said
        assert "the-key" not in said
        assert ask(address, "the-key") == TEXT
        with pytest.raises(GenerationFailed, match="denied"):
            ask(address, "another")


def test_serving_on_a_socket(folder):
    """For a proxy on the same machine."""
    with serving(folder, "--socket", "llm.sock") as (_, said):
        assert "llm.sock" in said
        assert ask("http://localhost/v1", "the-key", folder / "llm.sock") == TEXT


def test_no_model_for_everyone(saseo, monkeypatch):
    """An address that other machines reach needs a key."""
    result = saseo("llm", "serve", "--host", "0.0.0.0", "--lang", "en")
    assert result.code == 1
    assert "LLM_API_KEY" in result.err


def test_an_address_that_is_taken(folder):
    """Said, and the end: nothing gets better by waiting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            command("llm", "serve", "--port", str(taken.getsockname()[1])),
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=WAIT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    assert done.returncode == 1
    assert "--port" in done.stderr


def test_asking_with_a_model_of_its_own(folder, monkeypatch, capsys):
    """With --model the model is started for the one question, where no bot runs."""
    (folder / "documents").mkdir()
    (folder / "documents" / "휴가.md").write_text(
        "# 휴가\n\n## 연차\n\n연차는 15일입니다.\n", encoding="utf-8"
    )

    def saseo(*arguments):
        code = main([*arguments, "--json"])
        written = capsys.readouterr()
        assert code == 0, written.err
        return json.loads(written.out)

    monkeypatch.chdir(folder)
    saseo("index", "documents")
    answer = saseo("ask", "연차는 며칠인가요?", "--model")
    assert (answer["mode"], answer["answer"]) == ("model", TEXT)
