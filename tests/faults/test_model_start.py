"""The model's file appears, is replaced or is none; its process can't start."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.llama.order import Order
from tests.faults.model_process import OPTIONS, TEXT, WAIT, answer, question, run, running
from tests.gguf_models import CHATML_TEMPLATE, counting, embedding, scripted

pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)


TOKENS = 120
WHOLE = "".join(f"w{i} " for i in range(TOKENS))


def test_a_model_that_appears_while_running(path, folder):
    """Without a file: said once, no process; once a whole file is there: ready, without anyone's doing."""

    async def scene():
        async with running(path, folder) as watched:
            state = await watched.until("waiting")
            assert state.error.key == "error-model-unavailable-not_downloaded"
            with pytest.raises(GenerationFailed, match="not_ready"):
                await answer(watched.model, question())
            scripted(folder / "half", TEXT)
            path.write_bytes((folder / "half").read_bytes()[:100])
            (folder / "half").rename(path)
            await watched.until("ready")
            assert [state.phase for state in watched.states] == ["waiting", "checking", "starting", "ready"]
            assert await answer(watched.model, question()) == [TEXT]
        assert watched.states[-1].phase == "stopped"

    run(scene())


def test_a_file_that_is_replaced_while_running(path, folder):
    """An answer that is being written ends with the old model, the next one comes from the new."""
    counting(path, TOKENS)

    async def scene():
        async with running(path, folder) as watched:
            await watched.until("ready")
            begun = asyncio.Event()
            asking = asyncio.create_task(answer(watched.model, question(), begun))
            await asyncio.wait_for(begun.wait(), WAIT)
            scripted(folder / "new", TEXT).rename(path)
            await watched.until("restarting")
            following = asyncio.create_task(answer(watched.model, question()))
            assert await asking == [WHOLE]
            assert await following == [TEXT]

    run(scene())


def write_garbage(path):
    path.write_bytes(b"GGUF" + bytes(range(256)) * 100)


def write_half(path):
    scripted(path, TEXT)
    path.write_bytes(path.read_bytes()[:-50_000])


def write_unknown(path):
    scripted(path, TEXT, architecture="qwen9")


@pytest.mark.parametrize(
    ("write", "phase", "key"),
    [
        (write_garbage, "waiting", "unsupported"),
        (write_half, "waiting", "truncated"),
        (embedding, "waiting", "not_generating"),
        (write_unknown, "resting", "unsupported"),
        (lambda path: path.write_bytes(b"PK\x03\x04 not a model"), "waiting", "not_gguf"),
        (lambda path: path.write_bytes(b""), "waiting", "not_gguf"),
        (lambda path: path.mkdir(), "waiting", "unreadable"),
    ],
)
def test_files_that_are_no_model(path, folder, write, phase, key):
    """A clear error, and no process that is started over and over."""
    write(path)

    async def scene():
        async with running(path, folder) as watched:
            state = await watched.until(phase)
            assert state.error.key == f"error-model-unavailable-{key}"
            with pytest.raises(GenerationFailed, match="not_ready"):
                await answer(watched.model, question())

    run(scene())


def test_a_model_of_another_family(path, folder):
    """One that llama.cpp can run answers, whoever made it."""
    scripted(path, TEXT, architecture="llama", template=CHATML_TEMPLATE)

    async def scene():
        async with running(path, folder) as watched:
            await watched.until("ready")
            assert await answer(watched.model, question()) == [TEXT]

    run(scene())


@pytest.mark.parametrize("number", [signal.SIGILL, signal.SIGSEGV])
def test_a_build_that_is_wrong_for_the_processor(path, folder, number):
    """The trial's throw-away process dies of it, and what helps is said; no process is started for the questions."""
    scripted(path, TEXT)
    program = f"import os, sys; sys.stdin.readline(); os.kill(os.getpid(), {int(number)})"

    async def scene():
        async with running(path, folder, command=(sys.executable, "-c", program)) as watched:
            state = await watched.until("resting")
            assert state.error.key == "error-model-unavailable-build"
            assert state.error.parameters["detail"] == number.name
            assert [state.phase for state in watched.states] == ["checking", "resting"]

    run(scene())


def test_the_trial_is_made_once_for_each_build_and_file(path, folder):
    """The next start of the bot is quicker."""
    scripted(path, TEXT)

    async def start():
        async with running(path, folder) as watched:
            await watched.until("ready")
            return watched

    run(start())
    before = (folder / "llm" / "trial.json").stat().st_mtime_ns
    run(start())
    assert (folder / "llm" / "trial.json").stat().st_mtime_ns == before


def test_a_trial_ends_by_itself(path, folder):
    """It ends well, also while whoever started it still holds the other end of its standard input."""
    scripted(path, TEXT)
    command = (sys.executable, "-m", "knowledge.models.llama")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        process.stdin.write(Order("trial", path, OPTIONS).to_json())
        process.stdin.flush()
        assert process.stdout.readline() == b'{"ready": {}}\n'
        assert process.wait(WAIT) == 0
