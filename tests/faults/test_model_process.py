"""The model's process dies, hangs, or can't start; its askers are answered all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import Delta, Done, Queued
from knowledge.models.llama.local import RunningModel
from knowledge.models.llama.order import Order
from knowledge.models.llama.watching import Pace, pause_before
from tests.faults.model_process import OPTIONS, PACE, WAIT, answer, question, running
from tests.gguf_models import CHATML_TEMPLATE, counting, embedding, endless, scripted

pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)

TEXT = "연차는 15일입니다. 쓰지 않은 연차는 이월됩니다."
TOKENS = 120
WHOLE = "".join(f"w{i} " for i in range(TOKENS))
IMPATIENT = replace(PACE, health=3.0)


def run(coroutine):
    """Run a test's coroutine."""
    return asyncio.run(asyncio.wait_for(coroutine, 3 * WAIT))


@pytest.fixture
def path(tmp_path):
    """Where the model is."""
    return tmp_path / "model.gguf"


@pytest.fixture
def folder():
    """A data folder with a short path, as the name of a socket may not be long."""
    with tempfile.TemporaryDirectory(prefix="saseo-") as name:
        yield Path(name)


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
            assert watched.model.state.restarts == 1
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


def test_a_prompt_longer_than_the_context(path, folder):
    """Refused as too long; nothing dies of it."""
    scripted(path, TEXT)

    async def scene():
        async with running(path, folder) as watched:
            await watched.until("ready")
            for text in ("가" * 2000, "가" * 500_000):
                with pytest.raises(GenerationFailed, match="too_long"):
                    await answer(watched.model, question(text))
            assert await answer(watched.model, question()) == [TEXT]
            assert watched.model.state.restarts == 0

    run(scene())


def test_two_hundred_questions_at_once(path, folder):
    """As many as may wait are answered whole, with honest positions; the rest are told "busy" at once."""
    counting(path, 20)
    whole = "".join(f"w{i} " for i in range(20))
    places = OPTIONS.queue_limit + OPTIONS.max_sequences

    async def scene():
        async with running(path, folder) as watched:
            await watched.until("ready")
            memory = psutil.Process(watched.pid)
            before = memory.memory_info().rss

            async def ask(number):
                stream = watched.model.stream(question(f"{number}번 질문", asker=str(number)))
                try:
                    events = [event async for event in stream]
                except GenerationFailed as error:
                    return error.parameters["reason"], []
                return "".join(e.text for e in events if isinstance(e, Delta)), events

            answers = await asyncio.gather(*map(ask, range(200)))
            texts = [text for text, _ in answers]
            assert set(texts) == {whole, "busy"}
            assert OPTIONS.queue_limit <= texts.count(whole)
            for _, events in answers:
                positions = [event.position for event in events if isinstance(event, Queued)]
                assert positions == sorted(positions, reverse=True)
                assert all(position < places for position in positions)
            assert memory.memory_info().rss - before < 200 << 20
            assert await answer(watched.model, question()) == [whole]

    run(scene())


def test_leaving_in_the_middle_of_an_answer(path, folder):
    """Whoever stops reading frees the place; whoever stops the bot stops the process."""
    endless(path)

    async def scene():
        async with running(path, folder, options=replace(OPTIONS, max_sequences=1)) as watched:
            await watched.until("ready")
            for _ in range(3):
                events = watched.model.stream(question())
                async for event in events:
                    if isinstance(event, Delta):
                        break
                await events.aclose()
            return watched.pid

    assert not psutil.pid_exists(run(scene()))


def test_an_answers_deadline(path, folder):
    """An answer ends where it stands, the engine seeing to it."""
    endless(path)

    async def scene():
        async with running(path, folder) as watched:
            await watched.until("ready")
            request = question(deadline=2.0, max_tokens=1000)
            events = [event async for event in watched.model.stream(request)]
            assert events[-1].reason in ("deadline", "length")
            assert isinstance(events[-1], Done)

    run(scene())


def test_other_commands_find_the_model(path, folder):
    """By a file that only this person may read, there while the model is ready."""
    scripted(path, TEXT)
    found = folder / "llm" / "server.json"

    async def scene():
        other = RunningModel(folder / "llm", OPTIONS, WAIT)
        with pytest.raises(GenerationFailed, match="not_ready"):
            await other.prompt_limit()
        async with running(path, folder) as watched:
            await watched.until("ready")
            assert found.stat().st_mode & 0o077 == 0
            assert (folder / "llm" / "llm.sock").stat().st_mode & 0o077 == 0
            assert await other.count_tokens(["연차"])
            assert await answer(other, question()) == [TEXT]
        with pytest.raises(GenerationFailed, match="not_ready"):
            await anext(other.stream(question()))

    run(scene())
    assert not found.exists()


def test_a_data_folder_with_a_long_path(path, folder):
    """A socket's name has to be short; otherwise the process listens on this machine's own address."""
    scripted(path, TEXT)
    deep = folder / ("깊은-폴더" * 8)
    deep.mkdir()

    async def scene():
        async with running(path, deep) as watched:
            await watched.until("ready")
            assert await answer(watched.model, question()) == [TEXT]
            [connection] = psutil.Process(watched.pid).net_connections("inet")[:1]
            assert connection.laddr.ip == "127.0.0.1"

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
