"""Discord's town. A gateway acknowledges nothing: here it is the first message of the answer."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from adapters.discord.adapter import DiscordAdapter, Options
from scripts.chat_rows.town import CHANNELS, PEOPLE, Timeline
from tests.adapters.discord import world
from tests.adapters.discord.server import TOKEN, FakeDiscord

_FIRST_PERSON, _FIRST_CHANNEL = 1000, 2000


def adapter_of(address: str) -> DiscordAdapter:
    """The product's own, with its own pace, for the server at this host and port.

    Only a new session needn't wait its five seconds.
    """
    options = Options(ready_seconds=0.1, identify_seconds=0.0)
    return DiscordAdapter(TOKEN, f"http://{address}/api/v10", f"ws://{address}/gateway/", options)


class Watched(FakeDiscord):
    """Notes when people could see what. `first` is the number of its first message."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.timeline = Timeline()
        self.world = world.World(_numbers=itertools.count(first))
        for number in range(PEOPLE):
            self.world.add_user(str(_FIRST_PERSON + number), f"person {number}")
        for number in range(CHANNELS):
            self.world.add_channel(str(_FIRST_CHANNEL + number), f"channel {number}")

    def thread_of(self, message: dict[str, Any]) -> str:
        """The message that a talk began with."""
        messages = self.world.messages[message["channel_id"]]
        while reference := message.get("message_reference"):
            message = messages[reference["message_id"]]
        return str(message["id"])

    async def _post(self, body: Any, channel: str) -> Any:
        return self._noted(await super()._post(body, channel))

    async def _edit(self, body: Any, channel: str, message: str) -> Any:
        return self._noted(await super()._edit(body, channel, message))

    def _noted(self, message: dict[str, Any]) -> dict[str, Any]:
        is_whole = "up" in world.buttons(message)
        self.timeline.note(self.thread_of(message), message["id"], world.seen(message), is_whole=is_whole)
        return message


class DiscordTown:
    """See Town. A follow-up replies to the answer before it."""

    def __init__(self, discord: Watched) -> None:
        self._discord = discord
        self.timeline = discord.timeline

    async def ask(self, person: int, text: str, thread: str = "") -> tuple[str, float]:
        place, channel = self._discord.world, str(_FIRST_CHANNEL + person % CHANNELS)
        more = {"reply_to": self._last_answer(channel, thread)} if thread else {}
        content = f"<@{world.BOT}> {text}"
        message = place.say(str(_FIRST_PERSON + person), channel, content, **more)
        began = time.perf_counter()
        await self._discord.dispatch("MESSAGE_CREATE", place.delivered(message))
        thread = thread or message["id"]
        first, number = self.timeline.first, len(self.timeline.first[thread])
        await self.until(lambda: len(first[thread]) > number)
        return thread, first[thread][number] - began

    def posts(self) -> Counter[str]:
        return Counter(
            self._discord.thread_of(each)
            for channel in self._discord.world.messages.values()
            for each in channel.values()
            if each["author"]["id"] == world.BOT
        )

    async def until(self, true: Callable[[], Any]) -> Any:
        return await self._discord.until(true)

    async def connected(self) -> None:
        await self._discord.until(lambda: self._discord.is_connected)

    async def break_connection(self, times: int) -> None:
        """By turns in a way that can be resumed, and in one that costs the session."""
        discord = self._discord
        before = discord.resumed, len(discord.identified)
        discord.can_resume = times % 2 == 0
        await discord.disconnect()
        await discord.until(lambda: (discord.resumed, len(discord.identified)) > before)
        await discord.until(lambda: discord.is_connected)

    def forget(self) -> None:
        self.timeline.forget()
        self._discord.world.nonces.clear()
        for messages in self._discord.world.messages.values():
            messages.clear()

    def _last_answer(self, channel: str, thread: str) -> dict[str, Any]:
        return [
            each
            for each in self._discord.world.messages[channel].values()
            if each["author"]["id"] == world.BOT and self._discord.thread_of(each) == thread
        ][-1]
