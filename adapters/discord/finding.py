"""Looks whether a message was posted although the call that posted it failed, and no nonce tells any more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import discord

from adapters.discord.errors import mapped
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)

_SEARCHED = 200


async def find_reply(
    client: discord.Client, place: discord.PartialMessageable, before: str
) -> discord.Message | None:
    """The bot's message that replies to this one."""

    def is_it(message: discord.Message) -> bool:
        return message.reference is not None and message.reference.message_id == int(before)

    return await _first(client, place, int(before), is_it)


async def find_words(
    client: discord.Client, place: discord.PartialMessageable, content: str, since: datetime
) -> discord.Message | None:
    """The bot's message with the same words, written since then.

    Its lines in small letters aren't compared: they tell how old the sources are, which changes.
    """
    wanted = _words(content)
    after = discord.utils.time_snowflake(since)
    return await _first(client, place, after, lambda message: _words(message.content) == wanted)


async def _first(
    client: discord.Client,
    place: discord.PartialMessageable,
    after: int,
    is_it: Callable[[discord.Message], bool],
) -> discord.Message | None:
    """The first of the bot's messages after this one that is it; None where the history may not be read."""
    me = client.user.id if client.user else 0
    try:
        with mapped():
            history = place.history(limit=_SEARCHED, after=discord.Object(after), oldest_first=True)
            async for each in history:
                if each.author.id == me and is_it(each):
                    return each
    except ChatUnavailable as error:
        if error.parameters["reason"] != "refused":
            raise
        _log.warning("a channel's history may not be read: %s", error)  # the nonce is left
    return None


def _words(content: str) -> list[str]:
    """A message's lines without those in small letters, and without the space that Discord trims."""
    lines = (line.rstrip() for line in content.strip().splitlines())
    return [line for line in lines if not line.startswith("-# ")]
