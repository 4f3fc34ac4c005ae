"""Discord's messages and interactions as questions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import discord

from adapters.discord.render import root_of
from adapters.messages import Attachment, Kind, Message

PLATFORM = "discord"
_ASKING = (discord.MessageType.default, discord.MessageType.reply)
_MENTION = re.compile(r"<(?:@[!&]?|#)(\d+)>")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: a channel, perhaps a thread of it, or a direct message.

    A thread belongs to its channel: who reads the channel may read it, and it has its documents.
    """

    team: str
    channel: str
    thread: str = ""
    is_direct: bool = False
    is_private_thread: bool = False


def place_of(channel: Any, home: str = "") -> Place | None:
    """The place of a channel; None of one that isn't known. `home` is the team of a direct message."""
    match channel:
        case discord.DMChannel():
            return Place(home, str(channel.id), is_direct=True)
        case discord.Thread():
            return Place(
                str(channel.guild.id),
                str(channel.parent_id),
                str(channel.id),
                is_private_thread=channel.is_private(),
            )
        case discord.abc.GuildChannel():
            return Place(str(channel.guild.id), str(channel.id))
        case _:
            return None


def question_of(
    message: discord.Message, place: Place, bot: int, roles: Iterable[int] = ()
) -> Message | None:
    """A message as a question to the bot with this user id and these roles; None when it isn't one.

    What goes on without a mention comes as a `follow_up`: whether it is one is the librarian's to say.
    """
    if message.type not in _ASKING:
        return None
    replied = _replied(message)
    to_bot = replied is not None and replied.author.id == bot
    kind = _kind(message, place, bot, {*roles}, to_bot=to_bot)
    if kind is None:
        return None
    text = plain(message, bot, {*roles})
    if replied is not None and not to_bot and kind == "mention" and not _LETTER.search(text):
        text = plain(replied, bot, {*roles})  # the mention points at what it replies to
    root = root_of(_custom_ids(replied)) if replied is not None and to_bot else ""
    if replied is not None and to_bot and not root and replied.reference is not None:
        root = str(replied.reference.message_id or "")
    return Message(
        platform=PLATFORM,
        team=place.team,
        channel=place.channel,
        message=str(message.id),
        author=str(message.author.id),
        text=text,
        kind=kind,
        thread="" if place.is_direct else place.thread or root or str(message.id),
        is_private=place.is_direct,
        reference=str(message.channel.id),
        attachments=attachments_of(message.attachments),
    )


def edited(message: discord.Message, question: Message | None) -> Message | None:
    """The question as a new revision; None when it wasn't edited: a link's preview changes a message too."""
    if question is None or message.edited_at is None:
        return None
    return replace(question, revision=message.edited_at.isoformat())


def question_of_interaction(
    interaction: discord.Interaction[Any],
    place: Place,
    text: str,
    kind: Kind,
    files: Iterable[discord.Attachment] = (),
) -> Message:
    """A slash command or a message's menu: answered for the asker alone."""
    return Message(
        platform=PLATFORM,
        team=place.team,
        channel=place.channel,
        message=str(interaction.id),
        author=str(interaction.user.id),
        text=text.strip(),
        kind=kind,
        is_private=True,
        locale=str(interaction.locale),
        reference=interaction.token,
        attachments=attachments_of(files),
    )


def is_interaction(message: Message) -> bool:
    """Whether a question was asked by a command or a menu, so that its token answers it."""
    return message.kind in ("command", "about")


def plain(message: discord.Message, bot: int, roles: set[int]) -> str:
    """The text as a person reads it: no mention of the bot, people and channels by their names."""
    names = {user.id: f"@{user.display_name}" for user in message.mentions}
    names |= {role.id: f"@{role.name}" for role in message.role_mentions}
    names |= {channel.id: f"#{channel.name}" for channel in message.channel_mentions}
    names |= dict.fromkeys((bot, *roles), "")
    named = _MENTION.sub(lambda match: names.get(int(match[1]), match[0]), message.content)
    return _EMOJI.sub(r"\1", named).strip()


def attachments_of(files: Iterable[discord.Attachment]) -> tuple[Attachment, ...]:
    """The files that came with a message."""
    return tuple(Attachment(each.filename, each.size, each.url) for each in files)


def _kind(message: discord.Message, place: Place, bot: int, roles: set[int], *, to_bot: bool) -> Kind | None:
    if place.is_direct:
        return "direct"
    mentioned = {user.id for user in message.mentions}
    if bot in mentioned or roles & {role.id for role in message.role_mentions}:
        return "mention"
    if to_bot:
        return "follow_up"
    if place.thread and not mentioned and message.reference is None:
        return "follow_up"  # a message that names somebody else is meant for them
    return None


def _replied(message: discord.Message) -> discord.Message | None:
    found = message.reference.resolved if message.reference is not None else None
    return found if isinstance(found, discord.Message) else None


def _custom_ids(message: discord.Message) -> list[str]:
    return [
        child.custom_id
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button) and child.custom_id
    ]
