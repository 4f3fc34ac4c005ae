"""Watching a process, with a program that only says that it is ready."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from knowledge.errors import GenerationFailed, MissingDependency
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.order import Order
from knowledge.models.llama.process import Launch
from knowledge.models.llama.supervisor import Supervisor
from knowledge.models.llama.watching import ModelFile, Pace, Seen, is_settled
from tests.gguf_models import scripted

WAIT = 60.0
PACE = Pace(poll=0.05, silence=10.0, pause=0.05, longest_pause=0.1, restart=WAIT)
READY = "import sys; sys.stdin.readline(); print('{\"ready\": {}}', flush=True); sys.stdin.read()"


class Client:
    """A process's client that hears of as much silence as the test wants."""

    def __init__(self, silence):
        self.silences = silence

    async def prepare(self):
        return

    async def silence(self):
        if isinstance(self.silences, Exception):
            raise self.silences
        return self.silences


async def watched(tmp_path: Path, clients, program=READY):
    """A supervisor at work, its states, and the task."""
    states = asyncio.Queue()
    supervisor = Supervisor(
        Order("serve", scripted(tmp_path / "model.gguf", "네, 그렇습니다."), EngineOptions()),
        Launch(tmp_path / "model.log", command=(sys.executable, "-c", program)),
        lambda process: clients.pop(0),
        tmp_path / "trial.json",
        PACE,
        states.put_nowait,
    )
    return supervisor, states, asyncio.create_task(supervisor.run())


async def until(states, phase):
    """The next state of this phase."""
    while (state := await asyncio.wait_for(states.get(), WAIT)).phase != phase:
        pass
    return state


@pytest.mark.parametrize("silence", [11.0, GenerationFailed(reason="hung")])
def test_an_engine_that_stands_still(tmp_path, silence):
    """A step without end, in a process that still answers or doesn't: it is killed, and another one started."""

    async def scene():
        first = Client(0.1)
        supervisor, states, task = await watched(tmp_path, [first, Client(0.1)])
        await until(states, "ready")
        life = await supervisor.ready()
        first.silences = silence
        assert await asyncio.wait_for(asyncio.shield(life.over), WAIT) == "hung"
        again = await supervisor.ready()
        assert again.process.pid != life.process.pid
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not any(psutil.pid_exists(each.process.pid) for each in (life, again))

    asyncio.run(scene())


def test_a_client_that_can_not_be_made(tmp_path):
    """No process is left behind for which there is no client; what is missing is said."""

    class Broken(Client):
        async def prepare(self):
            raise MissingDependency(package="openai", command="pip install 'saseo[openai]'")

    async def scene():
        before = set(psutil.Process().children())
        supervisor, states, task = await watched(tmp_path, [Broken(0.0)])
        state = await until(states, "resting")
        assert state.error.parameters["package"] == "openai"
        assert set(psutil.Process().children()) <= before
        with pytest.raises(MissingDependency):
            await supervisor.until_ready()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scene())


def test_a_file_that_is_being_written(tmp_path):
    """It is settled once it stands still, or did so long ago."""
    path = scripted(tmp_path / "model.gguf", "네, 그렇습니다.")
    file = ModelFile(path)
    first = file.look()
    assert not is_settled(first, None)
    assert is_settled(file.look(), first)
    grown = Seen(first.modified + 1, first.size + 1, first.inode)
    assert not is_settled(grown, first)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert is_settled(file.look(), None)
