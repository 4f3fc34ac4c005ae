"""The settings' language model, and answers by it through the whole librarian."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import build
from bot.models.chat_model import borrowed_model, engine_options, own_model, passed_on
from bot.models.language_model import memory_of
from bot.opening import open_knowledge
from bot.settings import Settings, load_settings
from knowledge.models.llama.local import LocalModel
from knowledge.models.presets import DEFAULT
from knowledge.models.remote import RemoteModel
from knowledge.sources.options import Folder
from knowledge.types import EVERYONE, Finished, Question
from tests.gguf_models import scripted
from tests.http_server import served
from tests.knowledge.models.fake_server import FakeServer, delta
from tests.librarian import ANALYZER

WAIT = 100.0
WRITTEN = "연차는 15일입니다 [1]."
QUESTION = Question("연차는 며칠인가요?", frozenset({EVERYONE}))


@pytest.fixture
def folder():
    """A folder with a short path, as the name of a socket may not be long."""
    with tempfile.TemporaryDirectory(prefix="saseo-") as name:
        yield Path(name)


@pytest.fixture
def settings(folder):
    """Settings of a librarian that knows one document, without its language model's file."""
    (folder / "documents").mkdir()
    (folder / "documents" / "휴가.md").write_text(
        "# 휴가 규정\n\n## 연차\n\n입사 1년 이상인 구성원의 연차는 15일입니다.\n", encoding="utf-8"
    )
    found = load_settings(
        folder=folder,
        embeddings_provider="none",
        refresh_schedule="off",
        llm_model_path=folder / "model.gguf",
        llm_context_size=16384,
        llm_threads=1,
        llm_temperature=0.0,
        llm_repetition_penalty=1.0,
    ).settings
    with open_knowledge(found, analyzer=ANALYZER) as knowledge:
        knowledge.refresh([Folder(folder / "documents")])
    return found


async def ask(handler):
    """The answer to the question."""
    events = [event async for event in handler(QUESTION)]
    assert isinstance(events[-1], Finished)
    return events[-1].answer


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, WAIT))


def test_a_model_that_appears_writes_the_answers(settings):
    """Without its file answers are quoted, without a word about it at each; then they are written, and kept."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)

    async def scene():
        model = own_model(settings)
        async with build(settings, chat_model=model, analyzer=ANALYZER) as app:
            quoted = await ask(app.handler)
            assert (quoted.mode, quoted.why_not) == ("extractive", "")
            scripted(settings.llm_model_path, WRITTEN)
            supervisor = model._supervisor
            async with supervisor._changed:
                await supervisor._changed.wait_for(lambda: model.state.phase == "ready")
            written = await ask(app.handler)
            assert (written.mode, written.text) == ("model", WRITTEN)
            # A command beside the bot has the same model write.
            with open_knowledge(settings, write=False, analyzer=ANALYZER) as knowledge:
                assert (await ask(knowledge.answer)).text == WRITTEN

    run(scene())
    with open_knowledge(settings, write=False, analyzer=ANALYZER) as knowledge:
        assert run(ask(knowledge.answer)).mode == "cached"  # without the model, what it wrote is there yet


def test_a_configured_server_writes_the_answers(settings):
    """LLM_PROVIDER=openai, for the bot and for commands alike."""
    server = FakeServer(events=(delta(WRITTEN), delta(finish="stop")))
    with served(server.application()) as address:
        remote = settings.model_copy(
            update={"llm_provider": "openai", "llm_base_url": f"{address}/v1", "llm_model": "qwen"}
        )
        with open_knowledge(remote, write=False, analyzer=ANALYZER) as knowledge:
            assert run(ask(knowledge.answer)).text == WRITTEN


def test_which_model(settings):
    """The bot has its own, a command beside it the bot's, and without a bot none."""
    assert isinstance(own_model(settings), LocalModel)
    assert borrowed_model(settings) is None
    remote = settings.model_copy(update={"llm_provider": "openai", "llm_base_url": "http://127.0.0.1:1/v1"})
    assert isinstance(own_model(remote), RemoteModel)
    assert isinstance(borrowed_model(remote), RemoteModel)


def test_every_setting_reaches_the_engine():
    """A question never has more than the whole context; the rest is passed on as it is."""
    settings = Settings(
        llm_context_size=4096,
        llm_question_size=8192,
        llm_parallel=3,
        llm_queue_limit=9,
        llm_batch_size=128,
        llm_flash_attention="off",
        llm_gpu_layers=-1,
        llm_seed=5,
        llm_top_p=0.5,
        llm_repetition_penalty=1.2,
        llm_prompt_lookup="off",
    )
    options = engine_options(settings)
    assert (options.context_size, options.question_size) == (4096, 4096)
    assert (options.max_sequences, options.queue_limit, options.batch, options.micro_batch) == (
        3,
        9,
        128,
        128,
    )
    assert (options.flash_attention, options.prompt_lookup, options.gpu_layers) == (False, False, -1)
    assert (options.seed, options.top_p, options.repetition_penalty) == (5, 0.5, 1.2)
    assert engine_options(Settings(llm_kv_type="q8_0")).kv_type == "q8_0"


def test_no_secret_reaches_the_models_process():
    """It is given where libraries and devices are, and nothing that the settings hold."""
    secrets = {
        name.upper(): "s" for name, info in Settings.model_fields.items() if info.annotation is SecretStr
    }
    needed = {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0", "OMP_NUM_THREADS": "2"}
    assert secrets
    assert passed_on({**secrets, **needed, "AWS_SECRET_ACCESS_KEY": "x", "HF_TOKEN": "x"}) == needed


def test_the_memory_of_a_smaller_cache(tmp_path):
    """A q8_0 cache takes 34 bytes where f16 takes 64."""
    path = tmp_path / "none.gguf"
    whole, smaller = (memory_of(path, Settings(llm_kv_type=kind)) for kind in ("f16", "q8_0"))
    assert whole - smaller == Settings().llm_context_size * DEFAULT.cache_bytes_per_token * 30 // 64
