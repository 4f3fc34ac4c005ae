"""The log: an id through every line of a question, and neither what people wrote nor any secret."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from pydantic import SecretStr

from bot import logs
from bot.settings import Settings, load_settings
from knowledge.errors import ChatUnavailable
from knowledge.threads import run_blocking
from knowledge.tracing import question_id, traced
from knowledge.types import EVERYONE, Answer, Finished, Question, Token
from tests.fakes import a_message
from tests.librarian import fill, open_knowledge
from tests.talk import FakeSurface, a_desk, a_librarian

SECRETS = {
    "slack_bot_token": "xoxb-1-secret",
    "slack_app_token": "xapp-1-secret",
    "slack_signing_secret": "0123456789abcdef",
    "discord_bot_token": "MTk4NjIyNDgzNDcx.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "llm_api_key": 'quo"ted/key',
    "milvus_password": "cat",
    "milvus_token": "root:Milvus",
    "catalog_url": "postgresql+psycopg://saseo:p%40ss-of-db@db/saseo",
}


@pytest.fixture
def logged(tmp_path):
    """Configures the log for a folder, and reads its lines; afterwards it is as before."""
    root = logging.getLogger()
    level = root.level

    def configure(**changes):
        settings = load_settings(folder=tmp_path, **{"log_format": "json", **changes}).settings
        logs.configure(settings)
        return settings

    def lines():
        path = tmp_path / "data" / "logs" / "saseo.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    configure.lines = lines
    yield configure
    for handler in list(root.handlers):
        if getattr(handler, "is_saseo", False):
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


def handler_that_logs(question):
    """Logs in the loop and in a thread."""

    async def events():
        logging.getLogger("here").info("in the loop")
        yield Token("말")
        await run_blocking(logging.getLogger("there").info, "in a thread")
        yield Finished(Answer("말", "ko", "extractive", ()))

    return events()


def test_every_line_of_a_question_has_its_id(logged):
    """Two questions that are answered in turns in one task don't mix; what comes after them has none."""
    logged()

    async def scene():
        one, two = (
            traced(handler_that_logs)(Question("?", frozenset(), key=key))
            for key in ("console:1", "console:2")
        )
        for _ in range(2):
            await anext(one)
            await anext(two)
        logging.getLogger("after").info("neither")
        await one.aclose()
        await two.aclose()

    asyncio.run(scene())
    found = [(line["event"], line.get("question")) for line in map(json.loads, logged.lines())]
    first, second = question_id("console:1"), question_id("console:2")
    assert found == [
        ("in the loop", first),
        ("in the loop", second),
        ("in a thread", first),
        ("answered", first),
        ("in a thread", second),
        ("answered", second),
        ("neither", None),
    ]


def test_a_chat_has_the_same_id_before_and_after_the_answer(logged, tmp_path):
    """What the desk logs about posting has the id that the answer's lines have."""
    logged()

    async def scene():
        surface = FakeSurface(failures={"finish": [ChatUnavailable(platform="Slack", reason="refused")]})
        desk = a_desk(a_librarian(tmp_path), surface)
        await desk.receive(a_message())
        await desk.settle()

    asyncio.run(scene())
    (line,) = [json.loads(line) for line in logged.lines() if "could not be answered" in line]
    assert line["question"] == question_id(a_message().key)


def test_at_info_nothing_of_what_people_wrote_is_logged(logged, tmp_path):
    """A refresh and a question leave counts and times; neither question, answer, document nor its name."""
    logged(log_level="INFO")
    fill(tmp_path / "documents", {"비밀문서.md": "# 비밀 규정\n\n## 연차\n\n구성원의 연차는 15일입니다.\n"})
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "documents")
    knowledge.refresh()

    async def ask():
        question = Question(
            "구성원의 연차는 며칠인가요?", frozenset({EVERYONE}), asker="slack:TEAM/@USER", key="slack:TEAM/1"
        )
        return [event async for event in knowledge.answer(question)]

    asyncio.run(ask())
    knowledge.close()
    text = "\n".join(logged.lines())
    assert '"event": "answered"' in text
    for private in ("비밀", "연차", "15일", "documents", "USER", "TEAM"):
        assert private not in text


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_exceptions_that_carry_secrets_are_logged_without_them(logged, tmp_path, log_format, monkeypatch):
    """Neither the message, the traceback, its causes nor fields show a secret of settings or environment."""
    monkeypatch.setenv("HF_TOKEN", "hub-token-1234")
    monkeypatch.setenv("SASEO_TEST", "harmless")
    logs.configure(
        Settings(
            data_dir=tmp_path / "data",
            log_format=log_format,
            **{name: SecretStr(value) for name, value in SECRETS.items()},
        )
    )
    carried = [*SECRETS.values(), "p%40ss-of-db", "hub-token-1234"]
    log = logging.getLogger("bot")
    for secret in carried:
        try:
            try:
                raise ValueError(f"cause {secret}")
            except ValueError as error:
                raise ConnectionError({"headers": {"Authorization": secret}}) from error
        except ConnectionError:
            log.exception("failed with %s", secret, extra={"field": {"token": secret}})
        logs.record_incident(RuntimeError(f"incident {secret} harmless concatenated"))
    text = "\n".join(logged.lines())
    for secret in carried:
        assert secret not in text.replace("concatenated", ""), secret
        assert json.dumps(secret)[1:-1] not in text.replace("concatenated", ""), secret
    assert "harmless concatenated" in text
    assert text.count("[hidden]") >= 3 * len(carried)


def test_what_looks_like_a_secret_is_hidden_too(logged):
    """Tokens that aren't ours: of another workspace, in a header, in an address."""
    logged()
    for line in (
        "xoxp-99-otherworkspace",
        "Authorization: Bearer abcdefgh12345678",
        "Bot MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
        "https://user:word-pass@host/path",
        "https://hooks.slack.com/commands/T1/2/answers-to-it",
        f"https://discord.com/api/v10/webhooks/12345/{'tokenofit' * 5}/messages/@original",
        f"https://discord.com/api/v10/interactions/12345/{'tokenofit' * 5}/callback",
    ):
        logging.getLogger("x").warning("sent %s", line)
    text = "\n".join(logged.lines())
    for part in ("otherworkspace", "abcdefgh", "Cl2FMQ", "word-pass", "answers-to-it", "tokenofit"):
        assert part not in text
    assert "@host/path" in text


def test_only_this_account_may_read_the_log_and_what_lies_beside_it(logged, tmp_path):
    """The first line may be what makes the data folder."""
    logged()
    logging.getLogger("x").warning("first")
    for folder in (tmp_path / "data", tmp_path / "data" / "logs"):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_line_of_another_program_s_kind_is_no_reason_to_fail(logged):
    """Bytes, objects and surrogates in fields are written somehow."""
    logged()
    logging.getLogger("x").warning("odd", extra={"field": object(), "data": b"\xff", "name_of": "a\udcff"})
    assert any("odd" in line for line in logged.lines())
