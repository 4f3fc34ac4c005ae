"""The client, against servers that behave and servers that don't."""

from __future__ import annotations

import asyncio
import socket
import traceback
from contextlib import aclosing

import pytest
from starlette.responses import HTMLResponse, RedirectResponse

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta, Done, Queued, Reading
from knowledge.models.llama.server import application
from knowledge.models.remote import Endpoint, Patience, RemoteModel
from knowledge.models.wire import Sampling
from tests.fakes import FakeEngine
from tests.http_server import served
from tests.knowledge.models.fake_server import ANSWER, WHOLE, FakeServer, delta, event, refusal

QUESTION = ChatRequest(
    (ChatMessage("system", "규칙"), ChatMessage("user", "연차는 며칠인가요?")), asker="slack:U1"
)
PATIENT = Patience(connect=60, short=60, silence=60, answer=60)
FOREVER = 3600.0


@pytest.fixture
def server():
    """A server that answers well, unless told otherwise."""
    return FakeServer()


@pytest.fixture
def model(server):
    """The client of it."""
    with served(server.application()) as address:
        yield client(address)


def client(address, patience=PATIENT, **options):
    """A client of the server at this address."""
    return RemoteModel(Endpoint(f"{address}/v1", "qwen", "key"), patience=patience, **options)


def ask(model, request=QUESTION):
    """All events of one answer."""

    async def collected():
        return [event async for event in model.stream(request)]

    return asyncio.run(collected())


def failed(model, request=QUESTION):
    """The reason of the failure that asking ends in."""
    with pytest.raises(GenerationFailed) as caught:
        ask(model, request)
    told = "".join(traceback.format_exception(caught.value))
    assert "secret" not in told  # what a server says may quote the question
    assert caught.value.parameters["model"] == "qwen"
    return caught.value.parameters["reason"]


async def never():
    """Waits until the server is stopped."""
    await asyncio.Event().wait()


def test_an_answer(model, server):
    """The text as it comes, then the end with the server's counts; the request is OpenAI's."""
    assert ask(model) == [*map(Delta, ANSWER), Done("stop", prompt=40, completion=7)]
    [body] = server.bodies
    assert body["messages"] == [
        {"role": "system", "content": "규칙"},
        {"role": "user", "content": "연차는 며칠인가요?"},
    ]
    assert (body["model"], body["max_tokens"], body["temperature"], body["top_p"]) == ("qwen", 512, 0.7, 0.9)
    assert server.headers[-1]["authorization"] == "Bearer key"


def test_what_a_stranger_is_not_told(model, server, monkeypatch):
    """The asker goes out as a digest, our own extension not at all, nor what the environment has for OpenAI."""
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    ask(model)
    [body] = server.bodies
    assert "slack" not in body["user"]
    assert "saseo" not in body
    assert all("from-the-environment" not in str(headers) for headers in server.headers)


def test_a_request_wins_over_the_settings(server):
    """Its own values are sent, and the settings' only where it has none."""
    with served(server.application()) as address:
        model = client(address, sampling=Sampling(100, 0.5, 0.8, seed=7))
        ask(model)
        ask(model, ChatRequest(QUESTION.messages, max_tokens=9, temperature=0, top_p=1, seed=1))
    names = ("max_tokens", "temperature", "top_p", "seed")
    assert [[body[name] for name in names] for body in server.bodies] == [[100, 0.5, 0.8, 7], [9, 0, 1, 1]]


def test_our_own_server(model, server):
    """It is told the deadline and the allowed Han characters, and tells the queue and the reading."""
    server.models = {"data": [{"id": "qwen", "owned_by": "saseo", "max_model_len": 2048}]}
    server.events = (
        delta(saseo={"queued": {"position": 2, "seconds": 3.5}}),
        delta(saseo={"reading": {"done": 10, "total": 40}}),
        delta("네."),
        delta(finish="length", saseo={"finish": "deadline"}),
    )
    request = ChatRequest(QUESTION.messages, allowed_han=frozenset("年休"), deadline=50.0)
    assert ask(model, request) == [Queued(2, 3.5), Reading(10, 40), Delta("네."), Done("deadline")]
    assert server.bodies[0]["saseo"] == {"allowed_han": "休年", "deadline": 50.0}
    ask(model)
    assert server.bodies[1]["saseo"] == {"allowed_han": None, "deadline": PATIENT.answer}
    assert asyncio.run(model.prompt_limit()) == 2048


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (refusal(401), "denied"),
        (refusal(403), "denied"),
        (refusal(429, x_should_retry="false"), "rate_limited"),
        (refusal(429, "busy", x_should_retry="false"), "busy"),
        (refusal(400), "refused"),
        (refusal(404), "refused"),
        (refusal(400, "context_length_exceeded"), "too_long"),
        (refusal(500, x_should_retry="false"), "refused"),
        (refusal(503, "not_ready", x_should_retry="false"), "not_ready"),
        (lambda: HTMLResponse("<h1>a secret page</h1>"), "invalid"),
        (lambda: RedirectResponse("/elsewhere"), "refused"),
    ],
)
def test_a_server_that_says_no(model, server, failure, reason):
    """Each refusal has its reason, and the server's words, which may quote the question, go nowhere."""
    server.failures = [failure]
    assert failed(model) == reason
    assert server.paths == ["/v1/chat/completions"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again(model, server, status):
    """Before the first token, and when the server says when."""
    server.failures = [refusal(status, retry_after_ms="1"), refusal(status, retry_after_ms="1")]
    assert ask(model)[-1].reason == "stop"
    assert len(server.paths) == 3


def test_a_failure_that_stays(model, server):
    """After three tries it is told."""
    server.failures = [refusal(429, retry_after_ms="1")] * 9
    assert failed(model) == "rate_limited"
    assert len(server.paths) == 3


def test_a_server_that_asks_for_more_time_than_there_is(model, server):
    """Retry-After beyond the deadline: told at once, as what it is."""
    server.failures = [refusal(429, retry_after="100")] * 9
    assert failed(model, ChatRequest(QUESTION.messages, deadline=90.0)) == "rate_limited"
    assert len(server.paths) == 1


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        (WHOLE[:2], "cut"),
        ((), "cut"),
        ((delta("네"), "data: {not json}\n\n"), "invalid"),
        (("data: [1, 2]\n\n",), "invalid"),
        (("data: 3\n\n",), "invalid"),
        ((event({"choices": [{"delta": {"content": 5}}]}),), "invalid"),
        ((event({"choices": "none"}),), "invalid"),
        ((event({"choices": [None]}),), "invalid"),
        ((delta("네"), event({"error": {"message": "a secret question", "code": "crashed"}})), "crashed"),
        ((delta("네"), event({"error": {"message": "a secret question"}})), "refused"),
        (("data: " + "x" * (4 << 20),), "invalid"),
        (lambda: iter(lambda: delta("끝없이 " * 1000), None), "invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_stream_that_goes_wrong(model, server, events, reason):
    """Cut, broken, senseless, endless: each a clear failure, none tried again once it has begun."""
    server.events = events
    assert failed(model) == reason
    assert len(server.paths) == 1


def test_a_connection_that_breaks(server, model):
    """A server that dies in the middle of the stream has cut it."""

    async def die():
        raise ConnectionResetError

    server.events = (delta("네"), die)
    assert failed(model) == "cut"


def test_a_server_that_falls_silent(server):
    """Once the answer has begun, silence has a limit of its own; before that, the deadline is it, and the reason."""
    server.events = (delta("네"), never)
    with served(server.application()) as address:
        assert failed(client(address, Patience(60, 60, silence=0.3, answer=FOREVER))) == "hung"
        server.events = (never,)
        assert failed(client(address, Patience(60, 60, silence=FOREVER, answer=0.3))) == "deadline"


def test_an_answer_that_is_slow_but_whole(server):
    """A server may take its time as long as pieces come."""

    async def a_while():
        await asyncio.sleep(0.05)

    server.events = [each for piece in WHOLE for each in (a_while, piece)]
    with served(server.application()) as address:
        assert ask(client(address, Patience(60, 60, silence=30, answer=FOREVER)))[-1].reason == "stop"


def test_an_answer_that_never_ends(server):
    """At the deadline it ends where it stands."""

    async def a_while():
        await asyncio.sleep(0.01)

    def endless():
        while True:
            yield delta("또 ")
            yield a_while

    server.events = endless
    with served(server.application()) as address:
        model = client(address)
        asyncio.run(model.prompt_limit())  # what the first use takes longer for is done
        events = ask(model, ChatRequest(QUESTION.messages, deadline=1.0))
    assert events[-1] == Done("deadline")
    assert {type(each) for each in events[:-1]} == {Delta}


def test_no_server():
    """Nobody listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        model = client(f"http://127.0.0.1:{unused.getsockname()[1]}", Patience(retries=0))
        assert failed(model) == "unreachable"
        with pytest.raises(GenerationFailed, match="unreachable"):
            asyncio.run(model.count_tokens(["가"]))


def test_the_environments_proxies_are_not_used(model, monkeypatch):
    """They are nobody's configuration of where questions go."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(model)[-1].reason == "stop"


def test_leaving_closes_the_connection(server):
    """Whoever stops reading has the server know at once."""
    gone = asyncio.Event()

    async def until_cancelled():
        try:
            await never()
        finally:
            gone.set()

    server.events = (delta("네"), until_cancelled)

    async def read_one(model):
        async with aclosing(model.stream(QUESTION)) as events:
            return await anext(events)

    with served(server.application()) as address:
        assert asyncio.run(read_one(client(address))) == Delta("네")
        while not gone.is_set():
            asyncio.run(asyncio.sleep(0.01))


def test_tokens_are_counted_by_the_server(model, server):
    """All in one request where it is ours, one by one where it is llama-server or vLLM."""
    server.tokenizer = lambda body: {"counts": [len(text) for text in body["content"]]}
    assert asyncio.run(model.count_tokens(["가나", "abc"])) == [2, 3]
    server.tokenizer = lambda body: {"tokens": list(range(len(body["content"])))}
    assert asyncio.run(model.count_tokens(["가나", "abc"])) == [2, 3]
    server.tokenizer = lambda body: {"count": len(body["prompt"]), "max_model_len": 9, "tokens": []}
    assert asyncio.run(model.count_tokens(["가나", "abc"])) == [2, 3]
    assert asyncio.run(model.count_tokens([])) == []


def test_tokens_are_estimated_where_the_server_can_not_count(model, server):
    """Without asking again."""
    first = asyncio.run(model.count_tokens(["연차는 며칠인가요?", "leave"]))
    asked = len(server.bodies)
    assert asyncio.run(model.count_tokens(["연차는 며칠인가요?", "leave"])) == first
    assert len(server.bodies) == asked
    assert first[0] >= 9


@pytest.mark.parametrize(
    ("models", "properties", "limit"),
    [
        ({"data": [{"id": "qwen", "max_model_len": 4096}]}, None, 4096),
        ({"data": [{"id": "other", "max_model_len": 1}, {"id": "qwen", "max_model_len": 99999}]}, None, 8192),
        (
            {"data": [{"id": "q", "owned_by": "llamacpp"}]},
            {"default_generation_settings": {"n_ctx": 2048}},
            2048,
        ),
        ({"data": [{"id": "q", "owned_by": "llamacpp"}]}, None, 8192),
        ({"data": []}, None, 8192),
        ({}, None, 8192),
    ],
)
def test_the_limit_of_a_question(model, server, models, properties, limit):
    """What the server tells, or the setting where that is less or the server tells nothing."""
    server.models, server.properties = models, properties
    assert asyncio.run(model.prompt_limit()) == limit


def test_a_server_without_a_list_of_models(model, server):
    """It can answer all the same."""
    server.models = HTMLResponse("", 404)
    assert ask(model)[-1].reason == "stop"


def test_an_address_that_is_no_such_server(model, server):
    """A web page where JSON should be: the address is wrong."""
    server.models = HTMLResponse("<h1>Hello</h1>")
    assert failed(model) == "invalid"


def test_figures_are_our_servers(model):
    """Our server gives them, rates included; another one may have none."""
    with served(application(FakeEngine(), "fake", "key")) as address:
        figures = asyncio.run(client(address).figures()).decode()
    assert "saseo_llm_waiting 1.0" in figures
    assert "saseo_llm_decode_rate 4.0" in figures
    assert asyncio.run(model.figures()) == b""
