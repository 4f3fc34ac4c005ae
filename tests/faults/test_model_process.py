"""The model's process dies or hangs; its askers are answered all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace

import psutil
import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.llama.watching import Pace, pause_before
from tests.faults.model_process import OPTIONS, PACE, TEXT, WAIT, answer, question, run, running
from tests.gguf_models import counting, endless, scripted

pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)


TOKENS = 120
WHOLE = "".join(f"w{i} " for i in range(TOKENS))
IMPATIENT = replace(PACE, health=3.0)


def stop(pid):
    os.kill(pid, signal.SIGSTOP)


def is_alive(process):
    """Whether it still runs; one that nobody has buried yet doesn't."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pid):
    """As a person does, or the kernel when memory runs out."""
    os.kill(pid, signal.SIGKILL)


def abort(pid):
    """As an assertion within llama.cpp does."""
    os.kill(pid, signal.SIGABRT)


@pytest.mark.parametrize("fault", [kill, abort, stop])
def test_a_process_that_dies_in_the_middle_of_four_answers(path, folder, fault):
    """Every asker gets one whole answer, none a doubled one, and the next question works."""
    counting(path, TOKENS)

    async def scene():
        async with running(path, folder, pace=IMPATIENT if fault is stop else PACE) as watched:
            await watched.until("ready")
            begun = [asyncio.Event() for _ in range(4)]
            asking = [
                asyncio.create_task(answer(watched.model, question(asker=str(i)), begun[i])) for i in range(4)
            ]
            for event in begun:
                await asyncio.wait_for(event.wait(), WAIT)
            fault(watched.pid)
            for tries in await asyncio.gather(*asking):
                assert tries[-1] == WHOLE
                assert len(tries) == 1 or WHOLE.startswith(tries[0])
            # Everything may have been written before the fault: then it is noticed after the answers.
            assert (await watched.until("ready", times=2)).restarts == 1
            assert await answer(watched.model, question()) == [WHOLE]
            return watched.pid

    assert not psutil.pid_exists(run(scene()))


def test_a_process_that_dies_between_questions(path, folder):
    """It is started again before anyone asks; whoever asks meanwhile waits for it."""
    scripted(path, TEXT)

    async def scene():
        async with running(path, folder) as watched:
            await watched.until("ready")
            assert await watched.model.prompt_limit() == OPTIONS.question_size
            kill(watched.pid)
            await watched.until("restarting")
            assert await answer(watched.model, question()) == [TEXT]
            told = [state.error.key for state in watched.states if state.error]
            assert told == ["error-model-unavailable-crashed"]
            counts = await watched.model.count_tokens(["연차", "15일"])
            kill(watched.pid)
            assert await watched.model.count_tokens(["연차", "15일"]) == counts

    run(scene())


def test_a_crash_loop_ends(path, folder):
    """After some tries it rests, says so, and questions aren't kept waiting; a new file ends the rest."""
    scripted(path, TEXT)

    async def scene():
        async with running(path, folder, pace=replace(PACE, failures=3, rest=10_000)) as watched:
            for times in (1, 2, 3):
                await watched.until("ready", times)
                kill(watched.pid)
            state = await watched.until("resting")
            assert state.error.key == "error-model-unavailable-crash_loop"
            assert state.error.parameters["detail"].endswith("model.log")
            with pytest.raises(GenerationFailed, match="not_ready"):
                await answer(watched.model, question())
            scripted(path, TEXT + " 다시.")
            await watched.until("ready", 4)
            assert await answer(watched.model, question()) == [TEXT + " 다시."]

    run(scene())


_BOT = """
import asyncio, sys
from pathlib import Path
from tests.faults.model_process import running

async def main():
    async with running(Path(sys.argv[1]), Path(sys.argv[2])) as watched:
        await watched.until("ready")
        print(watched.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("hung", [False, True])
def test_no_process_outlives_the_bot(path, folder, hung):
    """Kill -9 of the bot ends the model's process too, on Linux even one that has stopped."""
    if hung and sys.platform != "linux":
        pytest.skip("only Linux tells a process of its parent's death")
    endless(path)

    async def scene():
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _BOT, str(path), str(folder), stdout=asyncio.subprocess.PIPE
        )
        model = psutil.Process(int(await asyncio.wait_for(bot.stdout.readline(), WAIT)))
        if hung:
            stop(model.pid)
        bot.kill()
        await bot.wait()
        return model

    model = run(scene())
    while is_alive(model):
        time.sleep(0.05)


def test_the_pauses():
    """None before the second try, then ever longer, up to a limit."""
    pace = Pace(pause=1.0, longest_pause=60.0)
    assert [pause_before(n, pace) for n in range(1, 10)] == [0, 1, 2, 4, 8, 16, 32, 60, 60]
