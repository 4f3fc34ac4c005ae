"""Discord's town. A gateway acknowledges nothing: here it is the first message of the answer."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from adapters.discord.adapter import DiscordAdapter, Options
from scripts.chat_rows.town import CHANNELS, FIRST, PEOPLE, Timeline
from tests.adapters.discord import world
from tests.adapters.discord.server import TOKEN, FakeDiscord

_FIRST_PERSON, _FIRST_CHANNEL = 1000, 2000


class Watched(FakeDiscord):
    """Notes when people could see what."""

    def __init__(self) -> None:
        super().__init__()
        self.timeline = Timeline()
        self.world = world.World(_numbers=itertools.count(next(FIRST)))
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

    def adapter(self) -> DiscordAdapter:
        """The product's own, with its own pace; only a new session needn't wait its five seconds."""
        options = Options(ready_seconds=0.1, identify_seconds=0.0)
        return DiscordAdapter(TOKEN, self._discord.api_url, self._discord.gateway_url, options)

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
        """Wait for the bot."""
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
