"""Listeners acknowledge, whatever happens next."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from adapters.slack.listeners import acknowledged


def test_an_error_right_after_the_acknowledgement_does_not_undo_it() -> None:
    """Slack hears that a click arrived even if what it asks for fails in the same moment."""

    async def scene() -> int:
        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test")

        async def fails(body: dict[str, Any]) -> None:
            raise ValueError(body["type"])

        app = AsyncApp(authorize=authorize, request_verification_enabled=False)
        app.action("press")(acknowledged(fails))
        body = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "actions": [{"action_id": "press", "block_id": "b", "type": "button"}],
        }
        answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        return answer.status

    assert asyncio.run(scene()) == 200
