"""A platform with its people, in a process of its own: what they compute is not the bot's work."""

from __future__ import annotations

import asyncio
import multiprocessing
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection
from typing import Any, Literal, Self

from adapters.protocol import Adapter
from scripts.chat_rows import discord, load, slack
from scripts.chat_rows.load import Fared
from scripts.chat_rows.town import Town

Platform = Literal["slack", "discord"]
PLATFORMS: tuple[Platform, ...] = ("slack", "discord")


class Elsewhere:
    """A town in another process. An async context manager; a call of a town that died raises EOFError.

    Args:
        platform: whose.
        first: of the numbers of its messages: those of an earlier town are claimed.
    """

    def __init__(self, platform: Platform, first: int) -> None:
        self._platform = platform
        self._here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_live, args=(platform, first, there), daemon=True)
        self._there = there

    async def __aenter__(self) -> Self:
        self._process.start()
        self._there.close()  # so that a town that died is noticed
        self._address = await asyncio.to_thread(self._here.recv)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._here.close()  # which ends it
        await asyncio.to_thread(self._process.join)

    def adapter(self) -> Adapter:
        """The product's own, with its own pace, for this process."""
        if self._platform == "slack":
            return slack.adapter_of(self._address)
        return discord.adapter_of(self._address)

    async def connected(self) -> None:
        """Wait for the bot."""
        await self._do("connected")

    async def burst(self, first: int, passages: int) -> Fared:
        """See `load.burst`."""
        fared: Fared = await self._do("burst", first, passages)
        return fared

    async def hour(self, number: int, passages: int) -> None:
        """See `load.hour`."""
        await self._do("hour", number, passages)

    async def _do(self, *order: Any) -> Any:
        self._here.send(order)
        return await asyncio.to_thread(self._here.recv)


def _live(platform: Platform, first: int, orders: Connection) -> None:
    asyncio.run(_serve(platform, first, orders))


async def _serve(platform: Platform, first: int, orders: Connection) -> None:
    """Do what the other process says, until it says no more."""
    async with AsyncExitStack() as stack:
        town: Town
        if platform == "slack":
            slack_there = await stack.enter_async_context(slack.Watched(first))
            town, address = slack.SlackTown(slack_there), slack_there.base_url
        else:
            discord_there = await stack.enter_async_context(discord.Watched(first))
            town, address = discord.DiscordTown(discord_there), discord_there.url
        orders.send(address)
        while True:
            try:
                name, *arguments = await asyncio.to_thread(orders.recv)
            except EOFError:
                return
            fared: Fared | None = None
            match name:
                case "connected":
                    await town.connected()
                case "burst":
                    fared = await load.burst(town, *arguments)
                case "hour":
                    await load.hour(town, *arguments)
                case _:
                    raise ValueError(name)
            orders.send(fared)
