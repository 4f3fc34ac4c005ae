"""Who will see an answer, and which scopes all of them may read. It fails closed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from adapters.messages import Message
from adapters.protocol import Directory
from knowledge.errors import ChatUnavailable
from knowledge.types import EVERYONE, Scope

_log = logging.getLogger(__name__)

Limit = Literal["", "outsiders", "unknown_channel", "unknown_person", "unknown_channels"]


@dataclass(frozen=True, slots=True)
class Audience:
    """Scopes that everyone who sees the answer may read. `limit` says why they are fewer than usual."""

    scopes: frozenset[Scope]
    limit: Limit = ""


async def audience_of(message: Message, directory: Directory) -> Audience:
    """The audience of the answer to a question."""
    if message.is_private:
        return await person_audience(directory, message.platform, message.team, message.author)
    return await channel_audience(directory, message.platform, message.team, message.channel)


async def channel_audience(directory: Directory, platform: str, team: str, channel: str) -> Audience:
    """What everyone in a channel may read.

    The channel's own documents always; the team's and everyone's only where no guest and nobody of another
    company reads along, which has to be known.
    """
    own = channel_scope(platform, team, channel)
    try:
        if await directory.has_outsiders(team, channel):
            return Audience(frozenset({own}), "outsiders")
    except ChatUnavailable as error:
        _log.warning("who reads a channel could not be looked up: %s", error)
        return Audience(frozenset({own}), "unknown_channel")
    return Audience(frozenset({EVERYONE, team_scope(platform, team), own}))


async def person_audience(directory: Directory, platform: str, team: str, person: str) -> Audience:
    """What one person may read: their own, their channels', and as a member the team's and everyone's."""
    scopes = {person_scope(platform, team, person)}
    try:
        if (await directory.person(team, person)).is_member:
            scopes |= {EVERYONE, team_scope(platform, team)}
        limit: Limit = "" if EVERYONE in scopes else "outsiders"
    except ChatUnavailable as error:
        _log.warning("a person could not be looked up: %s", error)
        return Audience(frozenset(scopes), "unknown_person")
    try:
        channels = await directory.channels_of(team, person)
    except ChatUnavailable as error:
        _log.warning("a person's channels could not be looked up: %s", error)
        return Audience(frozenset(scopes), limit or "unknown_channels")
    return Audience(frozenset(scopes | {channel_scope(platform, team, each) for each in channels}), limit)


def team_scope(platform: str, team: str) -> Scope:
    """Everyone of a team (a Slack workspace, a Discord server)."""
    return Scope(f"{platform}:{team}")


def channel_scope(platform: str, team: str, channel: str) -> Scope:
    """Everyone in a channel."""
    return Scope(f"{platform}:{team}/{channel}")


def person_scope(platform: str, team: str, person: str) -> Scope:
    """One person."""
    return Scope(f"{platform}:{team}/@{person}")
