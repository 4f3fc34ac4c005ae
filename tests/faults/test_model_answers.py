"""What the model's process is asked is too long, too much, too late or left."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psutil
import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import Delta, Done, Queued
from knowledge.models.llama.local import RunningModel
from tests.faults.model_process import OPTIONS, TEXT, WAIT, answer, question, run, running
from tests.gguf_models import counting, endless, scripted

pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)


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
