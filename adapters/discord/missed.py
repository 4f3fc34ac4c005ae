"""What was written while nobody listened, read from the channels' histories."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import discord

from adapters.discord.errors import mapped
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)

_MISSED_FOR = timedelta(hours=1)
_MARGIN = timedelta(minutes=2)  # between our clock and Discord's
_MESSAGES = 500
_INSISTING = (0.5, 2.0, 10.0)


async def missed(
    client: discord.Client, since: datetime, direct: Iterable[int]
) -> AsyncIterator[discord.Message]:
    """The messages since then, of an hour at most, channel by channel and oldest first.

    Only channels in which something was written are read: Discord tells each one's last message with the
    servers. It names no direct messages, so their channels' ids are given.

    Raises:
        ChatUnavailable: Discord could not be reached for some of them; the others were read.
    """
    unread: ChatUnavailable | None = None
    after = discord.utils.time_snowflake(max(since, datetime.now(UTC) - _MISSED_FOR) - _MARGIN)
    places: list[discord.abc.Messageable] = []
    for guild in client.guilds:
        channels: list[Any] = [
            *guild.text_channels,
            *guild.voice_channels,
            *guild.stage_channels,
            *guild.threads,
        ]
        for channel in channels:
            rights = channel.permissions_for(guild.me)
            is_newer = (channel.last_message_id or 0) > after
            if is_newer and rights.view_channel and rights.read_message_history:
                places.append(channel)
    places += [client.get_partial_messageable(number) for number in direct]
    for place in places:
        try:
            for message in await _read(client, place, after):
                yield message
        except ChatUnavailable as error:
            unread = error
    if unread is not None:
        raise unread


async def _read(
    client: discord.Client, channel: discord.abc.Messageable, after: int
) -> list[discord.Message]:
    """What was written there; nothing where Discord doesn't let it be read.

    Raises:
        ChatUnavailable: Discord can't be reached, also after some attempts.
    """
    for seconds in (*_INSISTING, None):
        try:
            with mapped():
                history = channel.history(limit=_MESSAGES, after=discord.Object(after), oldest_first=True)
                return [message async for message in history]
        except ChatUnavailable as error:
            _log.warning("a channel's history could not be read: %s", error)
            if error.parameters["reason"] != "unreachable":
                return []
            if seconds is None or client.is_closed():
                raise
        await asyncio.sleep(seconds)
    raise AssertionError("the last attempt returns or raises")
