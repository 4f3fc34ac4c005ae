"""Which chat platforms are connected, and what the operator hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.chat.platforms import Platforms
from bot.operations.readiness import READY, Condition
from bot.settings import Settings
from knowledge.errors import ChatUnavailable, SaseoError
from knowledge.messages import _bundle, describe
from knowledge.types import LANGUAGES
from tests.adapters.discord.server import TOKEN, FakeDiscord
from tests.adapters.slack.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.librarian import open_knowledge


class Heard(list[Any]):
    """What was announced, and a way to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.something = asyncio.Event()

    def __call__(self, said: str | SaseoError, **parameters: str) -> None:
        self.append((said, parameters))
        self.something.set()


def heard(folder: Path, **changes: Any) -> list[Any]:
    """What is announced first with these settings and a fake Slack that is there."""

    async def scene() -> list[Any]:
        async with FakeSlack() as slack:
            values = {"slack_api_base_url": slack.base_url, "data_dir": folder, **changes}
            settings = Settings(**{name: _secret(name, value) for name, value in values.items()})
            knowledge, announce = open_knowledge(folder), Heard()
            platforms = Platforms(knowledge, knowledge.answer, knowledge._parts.catalog, settings, announce)
            async with platforms:
                if settings.slack_bot_token.get_secret_value():
                    await asyncio.wait_for(announce.something.wait(), 20)
            knowledge.close()
            return list(announce)

    return asyncio.run(scene())


def _secret(name: str, value: Any) -> Any:
    return SecretStr(value) if name.endswith(("_token", "_secret")) else value


def test_slack_connects_and_says_so(tmp_path: Path) -> None:
    """With both tokens one line tells the workspace and the bot's name."""
    said = heard(tmp_path, slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN)
    assert said == [("run-slack-connected", {"bot": "saseo", "team": "Acme"})]


def test_every_sentence_is_read_before_a_platform_connects(tmp_path: Path) -> None:
    """Reading the catalogue takes a second, in which the first question would be acknowledged too late."""
    _bundle.cache_clear()
    heard(tmp_path, slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN)
    assert _bundle.cache_info().currsize == len(LANGUAGES)


def test_a_missing_token_is_named(tmp_path: Path) -> None:
    """One token of two is told with the other's name."""
    assert heard(tmp_path, slack_bot_token=BOT_TOKEN) == [
        ("run-slack-needs-both", {"missing": "SLACK_APP_TOKEN"})
    ]


def test_slack_over_http_needs_a_port(tmp_path: Path) -> None:
    """With a signing secret and nowhere to listen, the setting that is missing is named."""
    said = heard(tmp_path, slack_bot_token=BOT_TOKEN, slack_signing_secret=SIGNING_SECRET)
    assert said == [("run-slack-needs-port", {})]


def test_a_wrong_token_says_which_and_where_to_get_it(tmp_path: Path) -> None:
    """The reason tells the bot's token from the app's, names the page of the docs, and shows no token."""
    for changes, reason in (
        ({"slack_bot_token": "xoxb-wrong", "slack_app_token": APP_TOKEN}, "token"),
        ({"slack_bot_token": BOT_TOKEN, "slack_app_token": "xapp-wrong"}, "app_token"),
    ):
        ((error, _),) = heard(tmp_path, **changes)
        assert isinstance(error, ChatUnavailable)
        assert error.parameters["reason"] == reason
        assert "docs/slack.md" in describe(error, "en")
        assert "wrong" not in describe(error, "en")


def test_discord_connects_and_says_what_it_reads(tmp_path: Path) -> None:
    """One line tells the server and the bot's name, and what it reads; a wrong token names the docs."""

    async def scene() -> list[Any]:
        async with FakeDiscord() as discord:
            said: list[Any] = []
            for with_content, token in ((True, TOKEN), (False, TOKEN), (True, "wrong")):
                discord.world.with_content = with_content
                settings = Settings(
                    discord_bot_token=SecretStr(token),
                    discord_api_base_url=discord.api_url,
                    discord_gateway_url=discord.gateway_url,
                    data_dir=tmp_path,
                )
                knowledge, announce = open_knowledge(tmp_path), Heard()
                catalog = knowledge._parts.catalog
                async with Platforms(knowledge, knowledge.answer, catalog, settings, announce):
                    await asyncio.wait_for(announce.something.wait(), 60)
                knowledge.close()
                said += announce
            return said

    first, second, (error, _) = asyncio.run(scene())
    assert first == ("run-discord-connected", {"bot": "saseo", "servers": "Acme", "reads": "all"})
    assert second[1]["reads"] == "mentions"
    assert isinstance(error, ChatUnavailable)
    assert error.parameters["reason"] == "token"
    assert "docs/discord.md" in describe(error, "en")


@pytest.mark.parametrize("wrong", ["slack", "discord"])
def test_a_wrong_token_of_one_platform_leaves_the_other_alone(tmp_path: Path, wrong: str) -> None:
    """One line names the reason and the page that mends it, and the other platform connects."""

    async def scene() -> list[Any]:
        async with FakeSlack() as slack, FakeDiscord() as discord:
            settings = Settings(
                slack_bot_token=SecretStr("xoxb-other" if wrong == "slack" else BOT_TOKEN),
                slack_app_token=SecretStr(APP_TOKEN),
                slack_api_base_url=slack.base_url,
                discord_bot_token=SecretStr("other" if wrong == "discord" else TOKEN),
                discord_api_base_url=discord.api_url,
                discord_gateway_url=discord.gateway_url,
                data_dir=tmp_path,
            )
            knowledge, announce = open_knowledge(tmp_path), Heard()
            async with Platforms(knowledge, knowledge.answer, knowledge._parts.catalog, settings, announce):
                while len(announce) < 2:
                    announce.something.clear()
                    await asyncio.wait_for(announce.something.wait(), 60)
            knowledge.close()
            return list(announce)

    said = [each for each, _ in asyncio.run(scene())]
    (error,) = [each for each in said if isinstance(each, ChatUnavailable)]
    assert error.parameters["reason"] == "token"
    assert f"docs/{wrong}.md" in describe(error, "en")
    assert f"run-{'discord' if wrong == 'slack' else 'slack'}-connected" in said


def test_the_mode_of_slack_may_be_said(tmp_path: Path) -> None:
    """With SLACK_MODE=http the signing secret is what counts, though there is an app token; socket is the reverse."""
    both = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN}
    assert heard(tmp_path, **both, slack_mode="http") == [
        ("run-slack-needs-both", {"missing": "SLACK_SIGNING_SECRET"})
    ]
    said = heard(tmp_path, **both, slack_mode="http", slack_signing_secret=SIGNING_SECRET)
    assert said == [("run-slack-needs-port", {})]
    ((name, _),) = heard(tmp_path, **both, slack_mode="socket", slack_signing_secret=SIGNING_SECRET)
    assert name == "run-slack-connected"


def test_nothing_is_said_without_tokens(tmp_path: Path) -> None:
    """Who uses the terminal alone hears nothing of chat platforms."""
    assert heard(tmp_path) == []


def test_a_platform_is_ready_once_it_is_connected(tmp_path: Path) -> None:
    """What should be connected is told from the start, and what is wrong with it."""

    async def conditions(bot_token: str) -> dict[str, Condition]:
        async with FakeSlack() as slack:
            settings = Settings(
                slack_api_base_url=slack.base_url,
                data_dir=tmp_path,
                slack_bot_token=SecretStr(bot_token),
                slack_app_token=SecretStr(APP_TOKEN),
            )
            knowledge, announce = open_knowledge(tmp_path), Heard()
            platforms = Platforms(knowledge, knowledge.answer, knowledge._parts.catalog, settings, announce)
            assert await platforms.conditions() == {}
            async with platforms:
                assert not (await platforms.conditions())["slack"].is_ready
                await asyncio.wait_for(announce.something.wait(), 20)
                found = await platforms.conditions()
            knowledge.close()
            return found

    assert asyncio.run(conditions(BOT_TOKEN)) == {"slack": READY}
    wrong = asyncio.run(conditions("xoxb-wrong"))["slack"]
    assert not wrong.is_ready
    assert "docs/slack.md" in wrong.why


def test_a_platform_is_connected_once_what_answers_need_is_loaded(tmp_path: Path) -> None:
    """Loading stops the process for seconds, in which a connection would miss its heartbeats and questions."""

    async def scene() -> None:
        async with FakeSlack() as slack:
            settings = Settings(
                slack_bot_token=SecretStr(BOT_TOKEN),
                slack_app_token=SecretStr(APP_TOKEN),
                slack_api_base_url=slack.base_url,
                data_dir=tmp_path,
            )
            knowledge, announce = open_knowledge(tmp_path), Heard()
            warmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            catalog = knowledge._parts.catalog
            async with Platforms(knowledge, knowledge.answer, catalog, settings, announce, warmed=warmed):
                for _ in range(20):
                    await asyncio.to_thread(knowledge.prepare)
                assert not slack.calls
                warmed.set_result(None)
                await asyncio.wait_for(announce.something.wait(), 60)
            knowledge.close()
        assert [said for said, _ in announce] == ["run-slack-connected"]

    asyncio.run(scene())


def test_a_platform_that_connects_anew_is_not_ready(tmp_path: Path) -> None:
    """Who looks from outside sees that questions don't arrive, from the moment that the connection is lost."""

    async def scene() -> None:
        async with FakeSlack() as slack, FakeDiscord() as discord:
            settings = Settings(
                slack_bot_token=SecretStr(BOT_TOKEN),
                slack_app_token=SecretStr(APP_TOKEN),
                slack_api_base_url=slack.base_url,
                discord_bot_token=SecretStr(TOKEN),
                discord_api_base_url=discord.api_url,
                discord_gateway_url=discord.gateway_url,
                data_dir=tmp_path,
            )
            knowledge, announce = open_knowledge(tmp_path), Heard()
            platforms = Platforms(knowledge, knowledge.answer, knowledge._parts.catalog, settings, announce)
            async with platforms:
                while len(announce) < 2:
                    announce.something.clear()
                    await asyncio.wait_for(announce.something.wait(), 60)
                assert await platforms.conditions() == {"slack": READY, "discord": READY}
                slack.refusing["apps.connections.open"] = "internal_error"
                discord.is_away = True
                await slack.disconnect(politely=False)
                await discord.disconnect()
                async with asyncio.timeout(60):
                    found = await platforms.conditions()
                    while any(condition.is_ready for condition in found.values()):
                        await asyncio.sleep(0.01)  # no event tells of it
                        found = await platforms.conditions()
                assert set(found) == {"slack", "discord"}
                assert "anew" in found["slack"].why
            knowledge.close()

    asyncio.run(scene())
