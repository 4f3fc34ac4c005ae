"""What Slack reports: questions, edits and deletions are claimed before they are acknowledged.

Bolt acknowledges an event before its listener runs, so a question is claimed in a middleware: when the claim
can't be written, the event isn't acknowledged and Slack delivers it again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.desk import Desk
from adapters.messages import Message
from adapters.protocol import Librarian
from adapters.slack.convert import (
    Deleted,
    Edited,
    event_of,
    question_of_command,
    question_of_shortcut,
    team_of,
)
from adapters.slack.directory import SlackDirectory

MESSAGES = ("app_mention", "message")
CHANGES = ("member_joined_channel", "channel_shared", "user_change")


class Events:
    """Takes what asks, and what changes who reads along.

    Args:
        desk: answers.
        librarian: knows which threads go on without a mention.
        directory: forgets what a change made untrue.
        me: the bot's user id.
        answer_bots: take other bots' mentions too.
    """

    def __init__(
        self, desk: Desk, librarian: Librarian, directory: SlackDirectory, me: str, *, answer_bots: bool
    ) -> None:
        self._desk = desk
        self._librarian = librarian
        self._directory = directory
        self._me = me
        self._answer_bots = answer_bots

    def register(self, app: AsyncApp) -> None:
        """Take them, before any listener."""

        @app.middleware
        async def claim(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
            await self._take(body)
            await next()

        async def nothing_more() -> None:
            """The middleware did it; having a listener is what acknowledges an event."""

        async def acknowledge(ack: Callable[..., Awaitable[None]]) -> None:
            await ack()

        for event in (*MESSAGES, *CHANGES):
            app.event(event)(nothing_more)
        app.command("/ask")(acknowledge)
        app.shortcut("ask_about")(acknowledge)

    async def _take(self, body: dict[str, Any]) -> None:
        """Claim whatever asks."""
        if body.get("command") == "/ask":
            await self._desk.receive(question_of_command(body))
            return
        if body.get("type") == "message_action" and body.get("callback_id") == "ask_about":
            await self._desk.receive(question_of_shortcut(body))
            return
        event = body.get("event") or {}
        if event.get("type") in CHANGES:
            user = event.get("user")
            person = str(user.get("id") or "") if isinstance(user, dict) else str(user or "")
            self._directory.changed(team_of(body), str(event.get("channel") or ""), person)
            return
        match event_of(body, self._me, answer_bots=self._answer_bots):
            case Message(kind="follow_up") as message:
                if await self._librarian.follows(message.team, message.channel, message.thread):
                    await self._desk.receive(message)
            case Message() as message:
                await self._desk.receive(message)
            case Edited(message=message):
                await self._desk.revise(message)
            case Deleted(team=team, channel=channel, message=ts):
                await self._desk.retract(team, channel, ts)
            case None:
                pass
