"""Listeners acknowledge, whatever happens next."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.listeners import acknowledged
from tests.adapters.slack.server import BOT_TOKEN, FakeSlack


def test_an_error_right_after_the_acknowledgement_does_not_undo_it() -> None:
    """Slack hears that a click arrived even if what it asks for fails in the same moment, and the person why."""

    async def scene() -> None:
        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=BOT_TOKEN)

        async def fails(body: dict[str, Any]) -> None:
            raise ValueError(body["type"])

        async with FakeSlack() as slack:
            client = AsyncWebClient(base_url=slack.base_url)
            app = AsyncApp(client=client, authorize=authorize, request_verification_enabled=False)
            app.action("press")(acknowledged(fails))
            body = {
                "type": "block_actions",
                "team": {"id": "T1"},
                "user": {"id": "U1"},
                "actions": [{"action_id": "press", "block_id": "b", "type": "button"}],
            }
            answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
            assert answer.status == 200
            (said,) = await slack.until(slack.workspace.channels["D1"].messages.values)
            assert "id " in said["text"]

    asyncio.run(scene())
