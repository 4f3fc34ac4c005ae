"""What the HTTP server turns away, and how."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress

import httpx2
import pytest

from knowledge.errors import GenerationFailed
from knowledge.models.chat import Delta, Done
from knowledge.models.llama.server import BODY_LIMIT, application
from tests.fakes import FakeEngine
from tests.http_server import served
from tests.knowledge.models.llama.serving import KEY, WAIT, model, post


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


def test_a_full_house_is_seen_to_be_alive():
    """Beyond its places the server says that it is busy; health and figures are told all the same."""
    engine = FakeEngine()
    with (
        served(application(engine, "qwen", "", most=1)) as address,
        httpx2.Client(base_url=address, trust_env=False, timeout=WAIT) as http,
    ):
        asking = threading.Thread(target=post, args=(http,), daemon=True)
        asking.start()
        engine.submitted.get(timeout=WAIT)
        refused = http.get("/v1/models")
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "busy")
        assert refused.headers["x-should-retry"] == "false"
        assert [http.get(path).status_code for path in ("/health", "/metrics")] == [200, 200]
        engine.tell(Delta("네"), Done("stop"))
        asking.join(WAIT)
        assert http.get("/v1/models").status_code == 200


def test_a_prompt_far_beyond_the_context_is_not_even_counted(http, engine):
    """Counting a book's tokens would hold up everyone else's answer."""
    response = post(http, messages=[{"role": "user", "content": "가" * 64 * 2049}])
    assert response.json()["error"]["code"] == "context_length_exceeded"
    assert engine.requests == []


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


def test_other_paths(http):
    """OpenAI's form there too."""
    for response in (http.get("/v2"), http.get("/v1/chat/completions")):
        assert response.status_code in (404, 405)
        assert json.loads(response.text)["error"]["type"] == "invalid_request_error"
