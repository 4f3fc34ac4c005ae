"""A message, or the thread that it is in, as a talk to be saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord

from adapters.discord.convert import plain
from adapters.discord.errors import mapped
from knowledge.errors import ChatUnavailable
from knowledge.sources.talks import Said, Talk

_MOST = 200
_SPOKEN = frozenset((discord.MessageType.default, discord.MessageType.reply))


async def talk_of(message: discord.Message, channel: Any) -> Talk:
    """The thread that a message is in or has begun, else the message alone.

    Args:
        message: from whose menu it is saved.
        channel: where it was said, whole.

    Raises:
        ChatUnavailable: the thread can't be read.
    """
    thread = channel if isinstance(channel, discord.Thread) else message.thread
    if thread is None:
        return Talk(f"{message.channel.id}/{message.id}", message.jump_url, _said([message]))
    with mapped():
        said = [each async for each in thread.history(limit=_MOST, oldest_first=True, after=None)]
    opening = message if message.id == thread.id else await _opening(thread)
    if opening is not None and all(each.id != opening.id for each in said):
        said.insert(0, opening)
    link = opening.jump_url if opening is not None else thread.jump_url
    return Talk(f"{thread.parent_id}/{thread.id}", link, _said(said), thread.name)


async def _opening(thread: discord.Thread) -> discord.Message | None:
    """The message of the channel that the thread began with, which isn't in the thread; None without one."""
    if thread.starter_message is not None:
        return thread.starter_message
    if not isinstance(thread.parent, discord.TextChannel):
        return None  # a forum's post has its first message in itself
    try:
        with mapped():
            return await thread.parent.fetch_message(thread.id)
    except ChatUnavailable as error:
        if error.parameters["reason"] == "unreachable":
            raise
        return None


def _said(messages: Iterable[discord.Message]) -> tuple[Said, ...]:
    return tuple(
        Said(each.author.display_name, each.created_at, plain(each, 0, set()))
        for each in messages
        if each.type in _SPOKEN
    )
