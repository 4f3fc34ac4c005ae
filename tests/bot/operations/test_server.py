"""Status and figures over HTTP, by themselves and of a whole app."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.error
import urllib.request

import pytest
from pydantic import SecretStr

from bot.app import build
from bot.operations.address import is_open, listen, written
from bot.operations.metrics import Metrics
from bot.operations.readiness import READY, Condition, Readiness
from bot.operations.server import Serving, application
from bot.settings import load_settings
from knowledge.errors import AddressUnavailable
from knowledge.messages import describe
from knowledge.types import EVERYONE, Question
from tests.adapters.slack.server import BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.bot.operations.test_metrics import STATUS
from tests.librarian import ANALYZER, fill

WAIT = 100.0


def get(url):
    """Status, content type and body."""
    try:
        with urllib.request.urlopen(url, timeout=WAIT) as answer:
            return answer.status, answer.headers["content-type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["content-type"], error.read().decode()


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, WAIT))


async def nothing_more():
    return b"more_figures 1\n"


def test_alive_ready_and_figures(tmp_path):
    """/healthz is alive; /readyz is 503 while a part isn't ready and says which and why; /metrics has it all."""

    async def scene():
        condition = Condition(is_ready=False, why="The index is away.")

        async def index():
            return condition

        metrics = Metrics(lambda: STATUS, tmp_path)
        app = application(Readiness({"index": index}), metrics, nothing_more)
        async with Serving(app, "127.0.0.1", 0) as serving:
            status, _, body = await asyncio.to_thread(get, f"{serving.address}/healthz")
            assert (status, json.loads(body)) == (200, {"status": "alive"})
            status, _, body = await asyncio.to_thread(get, f"{serving.address}/readyz")
            assert status == 503
            assert json.loads(body)["parts"] == {"index": {"ready": False, "why": "The index is away."}}
            status, kind, body = await asyncio.to_thread(get, f"{serving.address}/metrics")
            assert status == 200
            assert kind.startswith("text/plain; version=0.0.4")
            assert 'saseo_ready{part="index"} 0.0' in body
            assert body.endswith("more_figures 1\n")
            condition = READY
            status, _, body = await asyncio.to_thread(get, f"{serving.address}/readyz")
            assert (status, json.loads(body)["status"]) == (200, "ready")
            assert (await asyncio.to_thread(get, f"{serving.address}/docs"))[0] == 404

    run(scene())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_port_that_is_taken_is_named(language):
    """The sentence has the address and the setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressUnavailable) as caught:
            listen("127.0.0.1", port)
    sentence = describe(caught.value, language)
    assert f"127.0.0.1:{port}" in sentence
    assert "HTTP_PORT" in sentence
    assert caught.value.parameters["reason"] == "taken"


def test_a_host_that_is_not_ours_is_named():
    """An address of another machine is told with the setting to change."""
    with pytest.raises(AddressUnavailable) as caught:
        listen("203.0.113.1", 0)
    assert caught.value.parameters["reason"] == "host"
    assert "HTTP_HOST" in describe(caught.value, "en")


@pytest.mark.parametrize(
    ("host", "others"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("::", True),
        ("bot", True),
    ],
)
def test_who_can_reach_it(host, others):
    """Loopback is this machine's own; anything else is worth a warning."""
    assert is_open(host) is others


def test_an_address_of_ipv6_has_brackets():
    """As a browser wants it."""
    assert (written("::1", 1), written("localhost", 2)) == ("[::1]:1", "localhost:2")


@pytest.fixture
def settings(tmp_path):
    """Settings of a librarian that knows a document, and serves figures."""
    fill(tmp_path / "documents", {"휴가.md": "# 휴가 규정\n\n## 연차\n\n구성원의 연차는 15일입니다.\n"})
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return load_settings(
        folder=tmp_path,
        embeddings_provider="none",
        shared_folders=str(tmp_path / "documents"),
        refresh_schedule="off",
        http_port=port,
    ).settings


def test_a_whole_app_tells_how_it_is(settings):
    """Ready once the index is open; a question is counted by platform; the port is free again afterwards."""

    async def scene():
        async with build(settings, analyzer=ANALYZER, chat_model=None) as app:
            address = f"http://127.0.0.1:{settings.http_port}"
            await asyncio.to_thread(app.knowledge.refresh)
            while (await asyncio.to_thread(get, f"{address}/readyz"))[0] != 200:
                pass
            question = Question("연차는 며칠인가요?", frozenset({EVERYONE}))
            assert [event async for event in app.handler(question)]
            body = (await asyncio.to_thread(get, f"{address}/metrics"))[2]
            assert 'saseo_questions_total{outcome="extractive",platform="console"} 1.0' in body
            assert "saseo_documents 1.0" in body
            assert "saseo_refreshes_total 1.0" in body
            for part in ("catalog", "index", "model"):
                assert f'saseo_ready{{part="{part}"}} 1.0' in body
            assert "연차" not in body
        listen("127.0.0.1", settings.http_port).close()

    run(scene())


def test_slack_over_http_comes_in_beside_status_and_figures(settings):
    """With the signing secret and no app's token, a signed question is answered; the others' pages stay."""

    async def scene():
        async with FakeSlack() as slack:
            over_http = settings.model_copy(
                update={
                    "slack_bot_token": SecretStr(BOT_TOKEN),
                    "slack_signing_secret": SecretStr(SIGNING_SECRET),
                    "slack_api_base_url": slack.base_url,
                }
            )
            said = []
            async with build(over_http, analyzer=ANALYZER, chat_model=None) as app:
                await app.connect(lambda key, **facts: said.append((key, facts)))
                slack.request_url = f"http://127.0.0.1:{settings.http_port}/slack/events"
                message = slack.workspace.say("U1", "D1", "연차는 며칠인가요?")
                event = {**message, "channel": "D1", "channel_type": "im"}
                await slack.deliver("events_api", slack.event(event))
                await slack.until(lambda: slack.calls["chat.postMessage"])
                ((key, facts),) = said
                assert (key, facts["address"]) == ("run-slack-listening", slack.request_url)
                health = await asyncio.to_thread(get, f"http://127.0.0.1:{settings.http_port}/healthz")
                assert health[0] == 200
                assert slack.calls["apps.connections.open"] == 0

    run(scene())


def test_without_a_port_nothing_is_opened_or_measured(settings):
    """The handler is the knowledge's own."""
    app = build(settings.model_copy(update={"http_port": None}), analyzer=ANALYZER, chat_model=None)
    assert app.handler == app.knowledge.answer


def test_a_taken_port_ends_the_start_and_leaves_nothing_behind(settings):
    """The operator asked for it, so the app doesn't start without; the data folder is free again."""

    async def start():
        async with build(settings, analyzer=ANALYZER, chat_model=None):
            raise AssertionError("started")

    with (
        socket.create_server(("127.0.0.1", settings.http_port)),
        pytest.raises(AddressUnavailable),
    ):
        run(start())
    run_once = build(settings, analyzer=ANALYZER, chat_model=None)

    async def again():
        async with run_once:
            pass

    run(again())
