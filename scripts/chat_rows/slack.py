"""Slack's town. Its acknowledgement is that of Slack's envelopes, both of a mention's."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from adapters.slack.adapter import SlackAdapter
from adapters.slack.connections import SocketConnection
from adapters.slack.render import UP
from scripts.chat_rows.town import CHANNELS, PEOPLE, Timeline
from tests.adapters.slack import workspace
from tests.adapters.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack


def adapter_of(address: str) -> SlackAdapter:
    """The product's own, with its own pace, for the server at this address."""
    return SlackAdapter(BOT_TOKEN, SocketConnection(APP_TOKEN, address), address)


class Watched(FakeSlack):
    """Notes when people could see what. `first` is the number of its first message."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.timeline = Timeline()
        self.workspace = workspace.Workspace(page=200, _clock=itertools.count(first))
        people = {f"U{number + 1}" for number in range(PEOPLE)}
        for person in people:
            self.workspace.add_user(person, locale="en-US")
        for number in range(CHANNELS):
            self.workspace.add_channel(f"C{number + 1}", people)

    def _do(self, method: str, authorization: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = super()._do(method, authorization, arguments)
        if method in ("chat.postMessage", "chat.update"):
            ts = str(answer["ts"])
            message = self.workspace.channels[arguments["channel"]].messages[ts]
            is_whole = UP in workspace.buttons(message)
            self.timeline.note(message.get("thread_ts", ""), ts, workspace.seen(message), is_whole=is_whole)
        return answer


class SlackTown:
    """See Town."""

    def __init__(self, slack: Watched) -> None:
        self._slack = slack
        self.timeline = slack.timeline

    async def ask(self, person: int, text: str, thread: str = "") -> tuple[str, float]:
        slack, channel = self._slack, f"C{person % CHANNELS + 1}"
        more = {"thread_ts": thread} if thread else {}
        message = slack.workspace.say(f"U{person + 1}", channel, f"<@{workspace.BOT}> {text}", **more)
        event = {**message, "channel": channel, "channel_type": "channel", "event_ts": message["ts"]}
        began = time.perf_counter()
        twins = (event, {**event, "type": "app_mention"})  # as Slack sends a mention: twice
        await asyncio.gather(*(slack.deliver("events_api", slack.event(each)) for each in twins))
        return thread or str(message["ts"]), time.perf_counter() - began

    def posts(self) -> Counter[str]:
        return Counter(
            str(each.get("thread_ts"))
            for channel in self._slack.workspace.channels.values()
            for each in channel.messages.values()
            if each["user"] == workspace.BOT
        )

    async def until(self, true: Callable[[], Any]) -> Any:
        return await self._slack.until(true)

    async def connected(self) -> None:
        await self._slack.until(lambda: self._slack.connections)

    async def break_connection(self, times: int) -> None:
        """By turns as Slack does every few hours, and without a word."""
        slack, before = self._slack, self._slack.calls["apps.connections.open"]
        await slack.disconnect(politely=times % 2 == 0)
        await slack.until(lambda: slack.calls["apps.connections.open"] > before and slack.connections)

    def forget(self) -> None:
        self.timeline.forget()
        self._slack.acknowledged.clear()
        for channel in self._slack.workspace.channels.values():
            channel.messages.clear()
