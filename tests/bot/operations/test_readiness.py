"""Whether everything is ready for questions."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from bot.operations.parts import model_look
from bot.operations.readiness import READY, Condition, Readiness
from knowledge.errors import GenerationFailed, IndexUnavailable, ModelUnavailable
from knowledge.models.llama.local import LocalModel
from knowledge.models.llama.supervisor import ModelState
from knowledge.models.remote import Endpoint, RemoteModel
from tests.fakes import FakeChatModel
from tests.http_server import served
from tests.knowledge.models.fake_server import FakeServer


async def fine():
    return READY


def looked(readiness):
    return asyncio.run(readiness.look())


def test_each_part_says_what_is_wrong_with_it():
    """Errors of the tree become their sentence, others a word about the log; the rest is looked at all the same."""

    async def down():
        raise IndexUnavailable(reason="down", address="milvus:19530")

    async def broken():
        raise ZeroDivisionError

    found = looked(Readiness({"catalog": fine, "index": down, "model": broken}))
    assert found["catalog"] == READY
    assert not found["index"].is_ready
    assert "milvus:19530" in found["index"].why
    assert not found["model"].is_ready
    assert "log" in found["model"].why


def test_a_look_that_hangs_is_waited_for_shortly_and_begun_once():
    """Whoever asks again and again doesn't pile up looks, and hears it when the part comes back."""

    async def scene():
        begun, back = [], asyncio.Event()

        async def slow():
            begun.append(1)
            await back.wait()
            return READY

        readiness = Readiness({"index": slow}, seconds=0.01)
        assert not (await readiness.look())["index"].is_ready
        assert not (await readiness.look())["index"].is_ready
        assert len(begun) == 1
        back.set()
        while not (await readiness.look())["index"].is_ready:
            pass

    asyncio.run(scene())


def test_a_program_that_is_being_stopped_is_not_ready():
    """New questions should go elsewhere while the running ones are finished."""
    readiness = Readiness({"catalog": fine})
    assert set(looked(readiness)) == {"catalog"}
    readiness.is_stopping = True
    assert not looked(readiness)["program"].is_ready


def local_model(tmp_path, phase, error=None):
    """A local model in some state."""
    model = LocalModel.__new__(LocalModel)
    model._supervisor = SimpleNamespace(state=ModelState(phase, error))
    return model


@pytest.mark.parametrize(
    ("phase", "reason", "is_ready"),
    [
        ("ready", None, True),
        ("waiting", "not_downloaded", True),
        ("waiting", "truncated", False),
        ("starting", None, False),
        ("resting", "crash_loop", False),
    ],
)
def test_the_local_model_is_ready_when_its_process_is(tmp_path, phase, reason, is_ready):
    """A model that was never put there isn't waited for; one that is there has to run."""
    error = ModelUnavailable(model="m.gguf", reason=reason, detail="") if reason else None
    found = asyncio.run(model_look(local_model(tmp_path, phase, error))())
    assert found.is_ready is is_ready
    assert bool(found.why) is (phase != "ready")


def test_a_model_server_is_asked():
    """One that answers is ready; one that is gone isn't, also after it was."""

    async def scene(model):
        return await model_look(model)()

    with served(FakeServer().application()) as address:
        model = RemoteModel(Endpoint(f"{address}/v1", "m"))
        assert asyncio.run(scene(model)) == READY
    with pytest.raises(GenerationFailed):
        asyncio.run(scene(model))


def test_without_a_model_documents_are_quoted():
    """That is no fault."""
    assert asyncio.run(model_look(None)()) == Condition(
        is_ready=True, why="There is no language model: documents are quoted."
    )
    assert asyncio.run(model_look(FakeChatModel())()).is_ready
