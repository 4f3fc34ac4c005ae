"""The HTTP server, with an engine that does what the test wants."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import aclosing, suppress

import httpx2
import openai
import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta, Done, Queued, Reading
from knowledge.models.llama.server import BODY_LIMIT, application
from knowledge.models.remote import Endpoint, Patience, RemoteModel
from tests.fakes import FakeEngine
from tests.http_server import served

KEY = "열쇠-key"
WAIT = 60
EVENTS = (Queued(1, 2.5), Reading(3, 9), Delta("연차는 "), Delta("15일입니다."), Done("stop", 9, 4, 2, 1))
MESSAGES = [{"role": "user", "content": "연차는 며칠인가요?"}]


@pytest.fixture
def engine():
    """An engine that answers well."""
    return FakeEngine(EVENTS)


@pytest.fixture
def address(engine):
    """The server, without a key."""
    with served(application(engine, "qwen", "")) as found:
        yield found


@pytest.fixture
def http(address):
    """Plain HTTP."""
    with httpx2.Client(base_url=address, trust_env=False, timeout=WAIT) as client:
        yield client


@pytest.fixture
def client(address):
    """OpenAI's own client."""
    with openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0, timeout=WAIT) as client:
        yield client


def model(address, key=""):
    """Our own client."""
    patience = Patience(WAIT, WAIT, WAIT, WAIT)
    return RemoteModel(Endpoint(f"{address}/v1", "qwen", key), patience=patience)


def post(http, **body):
    """A completion's response."""
    return http.post("/v1/chat/completions", json={"messages": MESSAGES, **body})


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


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []},
        {"messages": "질문"},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "robot", "content": "가"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
        {"temperature": 9},
        {"max_tokens": 0},
        {"top_p": 0},
        {"n": 2},
        {"tools": [{"type": "function"}]},
        {"response_format": {"type": "json_object"}},
        {"logprobs": True},
        {"frequency_penalty": 1.5},
        {"stop": ["x"] * 17},
        {"saseo": {"deadline": -1}},
    ],
)
def test_requests_that_can_not_be_answered(http, engine, body):
    """What is wrong, or isn't done here, is refused in OpenAI's form, without a word of what was sent."""
    response = post(http, **body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert "질문" not in response.text
    assert engine.requests == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'"text"'])
def test_bodies_that_are_no_request(http, content):
    """400, whatever comes."""
    assert http.post("/v1/chat/completions", content=content).status_code == 400
    assert http.post("/tokenize", content=content).status_code == 400


def test_a_body_that_is_too_large(http):
    """It is refused before it fills the memory, with or without its length said beforehand."""

    def parts():
        for _ in range(BODY_LIMIT // 65536 + 2):
            yield b"x" * 65536

    for content in (parts(), b"".join(parts())):
        with suppress(httpx2.WriteError):  # it may hang up before the body is through
            assert http.post("/v1/chat/completions", content=content).status_code == 400


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("busy", 429, "busy"),
        ("too_long", 400, "context_length_exceeded"),
        ("not_ready", 503, "not_ready"),
        ("crashed", 500, "crashed"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_what_the_engine_refuses(http, engine, reason, status, code, stream, late):
    """An HTTP status and OpenAI's form, whether the engine says no at once or through the listener."""
    error = GenerationFailed(reason=reason, detail="secret")
    if late:
        engine.script = (error,)
    else:
        engine.refuses = error
    response = post(http, stream=stream)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert "secret" not in response.text
    assert ("retry-after" in response.headers) == (reason == "busy")


def test_a_prompt_far_beyond_the_context_is_not_even_counted(http, engine):
    """Counting a book's tokens would hold up everyone else's answer."""
    response = post(http, messages=[{"role": "user", "content": "가" * 64 * 2049}])
    assert response.json()["error"]["code"] == "context_length_exceeded"
    assert engine.requests == []


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


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/models"),
        ("POST", "/tokenize"),
        ("GET", "/metrics"),
        ("GET", "/"),
    ],
)
def test_the_key(engine, method, path):
    """Without it, or with another, nothing is to be had but the health."""
    with served(application(engine, "qwen", KEY)) as address:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY.encode()}):
            response = httpx2.request(method, address + path, headers=headers, trust_env=False)
            assert response.status_code == 401
            assert response.json()["error"]["code"] == "invalid_api_key"
        assert httpx2.get(f"{address}/health", trust_env=False).json()["status"] == "ok"
    assert engine.requests == []


def test_the_right_key(engine):
    """With it, everything is."""
    with served(application(engine, "qwen", "secret")) as address:
        assert asyncio.run(model(address, "secret").count_tokens(["가나", "다"])) == [2, 1]
        with pytest.raises(GenerationFailed, match="denied"):
            asyncio.run(model(address, "other").count_tokens(["가나", "다"]))


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


def test_other_paths(http):
    """OpenAI's form there too."""
    for response in (http.get("/v2"), http.get("/v1/chat/completions")):
        assert response.status_code in (404, 405)
        assert json.loads(response.text)["error"]["type"] == "invalid_request_error"
