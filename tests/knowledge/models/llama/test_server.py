"""The HTTP server, with an engine that does what the test wants."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing

import httpx2
import openai
import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta, Done, Queued
from tests.knowledge.models.llama.serving import EVENTS, MESSAGES, WAIT, model, post


@pytest.fixture
def client(address):
    """OpenAI's own client."""
    with openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0, timeout=WAIT) as client:
        yield client


def test_our_client_hears_everything(address, engine):
    """The queue, the reading, the text and the counts; the engine is asked what the client was asked."""
    request = ChatRequest(
        (ChatMessage("system", "규칙"), ChatMessage("user", "질문")),
        asker="slack:U1",
        max_tokens=50,
        temperature=0.0,
        top_p=0.5,
        seed=3,
        allowed_han=frozenset("年"),
        deadline=30.0,
    )

    async def asked():
        return [event async for event in model(address).stream(request)]

    assert asyncio.run(asked()) == list(EVENTS)
    [got] = engine.requests
    assert got.asker
    assert got.asker != "slack:U1"
    assert (got.messages, got.max_tokens, got.temperature, got.top_p, got.seed) == (
        request.messages,
        50,
        0.0,
        0.5,
        3,
    )
    assert (got.allowed_han, got.deadline) == (frozenset("年"), 30.0)


def test_any_openai_client_streams(client):
    """Chunks of the text, each with its choice, and the usage where it is asked for."""
    chunks = list(
        client.chat.completions.create(
            model="any", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks[:-1]) == "연차는 15일입니다."
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.prompt_tokens_details.cached_tokens) == (9, 4)
    assert len({chunk.id for chunk in chunks}) == 1


def test_any_openai_client_gets_a_whole_answer(client):
    """Not streamed: one message, with its counts."""
    answer = client.chat.completions.create(model="any", messages=MESSAGES)
    assert answer.choices[0].message.content == "연차는 15일입니다."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == 11
    assert [model.id for model in client.models.list()] == ["qwen"]


def test_content_in_parts(http, engine):
    """A message's text may come in pieces, and a developer is the system."""
    content = [{"type": "text", "text": "연차는 "}, {"type": "text", "text": "며칠?"}]
    post(http, messages=[{"role": "developer", "content": "규칙"}, {"role": "user", "content": content}])
    assert engine.requests[0].messages == (ChatMessage("system", "규칙"), ChatMessage("user", "연차는 며칠?"))


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ("15", "연차는 "),
        (["없음", "차는 15일"], "연"),
        ("일입니다!", "연차는 15일입니다."),
        (["", "."], "연차는 15일입니다"),
    ],
)
def test_stop_texts(http, engine, stop, text):
    """The answer ends before them, also when they come in pieces, and the engine stops writing."""
    [choice] = post(http, stop=stop).json()["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (text, "stop")
    assert engine.cancelled.get(timeout=WAIT) == 0


def test_a_failure_in_the_middle_of_a_stream(address, engine):
    """The client hears the reason, after the text that came before."""
    engine.script = (Delta("연차는 "), GenerationFailed(reason="crashed"))

    events = model(address).stream(ChatRequest((ChatMessage("user", "질문"),)))
    with asyncio.Runner() as runner:
        assert runner.run(anext(events)) == Delta("연차는 ")
        with pytest.raises(GenerationFailed, match="crashed"):
            runner.run(anext(events))


@pytest.mark.parametrize("script", [(), (Queued(3, None),), (Delta("연차"),)])
@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_is_cancelled(address, engine, script, stream):
    """While it waits, reads or writes, streamed or not: the engine is told at once, without a further event."""
    engine.script = script
    body = {"messages": MESSAGES, "stream": stream}

    async def leave():
        async with httpx2.AsyncClient(base_url=address, trust_env=False, timeout=WAIT) as client:
            asking = asyncio.ensure_future(client.post("/v1/chat/completions", json=body))
            await asyncio.to_thread(engine.submitted.get, timeout=WAIT)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    asyncio.run(leave())
    assert engine.cancelled.get(timeout=WAIT) == 0


def test_closing_our_clients_stream_cancels(address, engine):
    """Whoever stops iterating frees the place in the engine."""
    engine.script = (Delta("연차"),)

    async def read_one():
        async with aclosing(model(address).stream(ChatRequest((ChatMessage("user", "질문"),)))) as events:
            return await anext(events)

    assert asyncio.run(read_one()) == Delta("연차")
    assert engine.cancelled.get(timeout=WAIT) == 0


def test_many_answers_at_once(address, engine):
    """Each stream gets its own events, in their order, from whatever thread they come."""
    engine.script = ()
    count = 20

    def tell():
        for _ in range(count):
            engine.submitted.get(timeout=WAIT)
        for step in range(5):
            for ticket, request in enumerate(engine.requests):
                engine.tell(Delta(f"{request.messages[0].content}-{step} "), ticket=ticket)
        for ticket in range(count):
            engine.tell(Done("stop"), ticket=ticket)

    async def ask(number):
        request = ChatRequest((ChatMessage("user", str(number)),))
        return [event async for event in model(address).stream(request)]

    async def ask_all():
        return await asyncio.gather(*map(ask, range(count)))

    telling = threading.Thread(target=tell)
    telling.start()
    answers = asyncio.run(ask_all())
    telling.join()
    for number, events in enumerate(answers):
        assert events == [*(Delta(f"{number}-{step} ") for step in range(5)), Done("stop")]


def test_counting(address, http):
    """One text, or many at once; and the limit of a question."""
    assert http.post("/tokenize", json={"content": "가나다"}).json() == {"count": 3}
    assert http.post("/tokenize", json={"content": ["가", "나다"]}).json() == {"counts": [1, 2]}
    assert http.post("/tokenize", json={"content": 5}).status_code == 400
    assert asyncio.run(model(address).prompt_limit()) == 2048


def test_metrics(http, engine):
    """The engine's figures and how answers ended, without a text or a name."""
    post(http, user="hong.gildong")
    engine.script = (GenerationFailed(reason="crashed"),)
    post(http)
    figures = http.get("/metrics").text
    for line in (
        "saseo_llm_waiting 1.0",
        "saseo_llm_cached_tokens_total 5.0",
        'saseo_llm_answers_total{end="stop"} 1.0',
        'saseo_llm_answers_total{end="crashed"} 1.0',
        "saseo_llm_first_text_seconds_count 1.0",
    ):
        assert line in figures
    assert "hong" not in figures
    assert "연차" not in figures


def test_the_health_tells_the_engines_silence(http):
    """Seconds since its last sign of life."""
    health = http.get("/health").json()
    assert health["status"] == "ok"
    assert health["silence"] >= 0
