"""What Slack adds for apps that are declared agents: a session's status with a stop button, and prompts.

Whether there is any of it depends on the plan, the app's settings and the workspace, and only a call tells. A
method that is refused for such a reason isn't tried again, and no answer fails over one.
"""

from __future__ import annotations

import logging
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.messages import Message
from adapters.slack.errors import mapped
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)

_SECONDS = 5
_TITLE = 200
_PASSING = frozenset(("channel_not_found", "thread_not_found", "message_not_found", "invalid_thread_ts"))


class Agent:
    """The agent's side of the app.

    Args:
        token: the bot's.
        base_url: of the Web API.

    `client` is its own, which soon gives up.
    """

    def __init__(self, token: str, base_url: str) -> None:
        self.client = AsyncWebClient(token=token, base_url=base_url, timeout=_SECONDS, retry_handlers=[])
        self._refused: set[str] = set()

    async def works(self, message: Message) -> None:
        """Show in a question's thread that it is being answered, with Slack's own stop button."""
        if message.thread and not message.reference:  # a session is a thread's
            title = " ".join(message.text.split())[:_TITLE] or "?"
            await self._status(message.channel, message.thread, "processing", title=title)

    async def rests(self, message: Message) -> None:
        """Show that a question is answered."""
        if message.thread and not message.reference:
            await self.rests_in(message.channel, message.thread)

    async def rests_in(self, channel: str, thread: str) -> None:
        """Show that nothing is being answered in a thread."""
        await self._status(channel, thread, "active")

    async def suggest(self, channel: str, prompts: list[dict[str, str]], title: str) -> None:
        """Offer questions in the direct messages with a person."""
        if prompts:
            method = "assistant.threads.setSuggestedPrompts"
            await self._call(method, channel_id=channel, prompts=prompts, title=title)

    async def _status(self, channel: str, thread: str, status: str, **more: str) -> None:
        method = "agents.sessions.setStatus"
        await self._call(method, channel_id=channel, thread_ts=thread, status=status, **more)

    async def _call(self, method: str, **arguments: Any) -> None:
        if method in self._refused:
            return
        try:
            with mapped():
                await self.client.api_call(method, json=arguments)
        except ChatUnavailable as error:
            cause = error.__cause__
            code = str(cause.response.get("error") or "") if isinstance(cause, SlackApiError) else ""
            if error.parameters["reason"] != "unreachable" and code not in _PASSING:
                self._refused.add(method)
                _log.info("Slack offers no %s here (%s); answers do without", method, code)
            else:
                _log.debug("%s: %s", method, error)
