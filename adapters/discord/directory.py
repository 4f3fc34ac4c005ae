"""Who the people of a server are, and who reads a channel, by roles and permissions.

Roles, channels and permissions come over the gateway without any privileged intent; people are asked for one
by one. What isn't known is raised as ChatUnavailable, so that an answer uses less and never more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import discord

from adapters.discord.errors import NAME, mapped
from adapters.protocol import Person
from adapters.remembering import Remembered
from knowledge.errors import ChatUnavailable

_SECONDS = 60.0
_OPEN = frozenset(("DISCOVERABLE", "PREVIEW_ENABLED"))
"""Features of a server that strangers may look into."""

_GATE = "MEMBER_VERIFICATION_GATE_ENABLED"
_MOST_SERVERS = 50


class DiscordDirectory:
    """A Directory over a client's cache and Discord's API.

    Args:
        client: gives the bot's, whose cache of servers is current; raises ChatUnavailable when there is none.
        member_roles: ids of the roles whose holders are the team; empty: everyone in the server.
        trust_guests: count as members who hasn't accepted the server's rules yet, voice guests, and whoever
            may look into an open server.
    """

    def __init__(
        self,
        client: Callable[[], discord.Client],
        *,
        member_roles: Collection[str] = (),
        trust_guests: bool = False,
    ) -> None:
        self._client = client
        self._member_roles = frozenset(int(role) for role in member_roles)
        self._trust_guests = trust_guests
        self._members: Remembered[tuple[str, str], discord.Member] = Remembered(_SECONDS, 20_000)
        self._homes: dict[str, str] = {}  # the server in which a person last used the bot

    async def person(self, team: str, person: str) -> Person:
        member = await self._member(team, person)
        rights = member.guild_permissions
        return Person(
            id=str(member.id),
            name=member.display_name,
            locale=str(member.guild.preferred_locale),  # a person's own comes with interactions alone
            is_member=self._is_member(member),
            is_admin=rights.administrator or rights.manage_guild,
            is_bot=member.bot,
        )

    async def has_outsiders(self, team: str, channel: str) -> bool:
        found = self._channel(team, channel)
        guild, everyone = found.guild, found.permissions_for(found.guild.default_role)
        if not self._trust_guests:
            if isinstance(found, discord.VoiceChannel | discord.StageChannel):
                return True  # guests of a call read its chat, and no role tells them apart
            if everyone.view_channel and _GATE in guild.features:
                return True
        if everyone.view_channel and (self._member_roles or self._is_open(guild)):
            return True
        if self._member_roles and any(
            found.permissions_for(role).view_channel for role in guild.roles if not self._is_inside(role)
        ):
            return True
        for target, overwrite in found.overwrites.items():
            if isinstance(target, discord.Role) or not overwrite.view_channel:
                continue
            reader = await self.person(team, str(target.id))
            if not reader.is_member and not reader.is_bot:
                return True
        return False

    async def is_public(self, team: str, channel: str) -> bool:
        found = self._channel(team, channel)
        if found.permissions_for(found.guild.default_role).view_channel:
            return True
        roles = [role for role in found.guild.roles if role.id in self._member_roles]
        return bool(roles) and all(found.permissions_for(role).view_channel for role in roles)

    async def channels_of(self, team: str, person: str) -> frozenset[str]:
        member = await self._member(team, person)
        return frozenset(
            str(channel.id)
            for channel in member.guild.channels
            if channel.permissions_for(member).view_channel
        )

    async def home_of(self, person: str) -> str:
        """The server of a direct message: where the person last used the bot, or the first that both are in.

        Empty when there is none.

        Raises:
            ChatUnavailable: it can't be looked up.
        """
        if person in self._homes:
            return self._homes[person]
        for guild in sorted(self._client().guilds, key=lambda each: each.id)[:_MOST_SERVERS]:
            if guild.unavailable:
                continue
            try:
                await self._member(str(guild.id), person)
            except ChatUnavailable as error:
                if error.parameters["reason"] != "gone":
                    raise
                continue
            self.met(person, str(guild.id))
            return str(guild.id)
        return ""

    def met(self, person: str, team: str) -> None:
        """Note where a person uses the bot."""
        self._homes.pop(person, None)
        self._homes[person] = team
        while len(self._homes) > 20_000:
            del self._homes[next(iter(self._homes))]

    def changed(self, team: str, person: str) -> None:
        """Look this person up anew."""
        self._members.forget((team, person))
        if self._homes.get(person) == team:
            del self._homes[person]

    async def _member(self, team: str, person: str) -> discord.Member:
        return await self._members.get((team, person), lambda: self._fetch(team, person))

    async def _fetch(self, team: str, person: str) -> discord.Member:
        with mapped():
            return await self._guild(team).fetch_member(int(person))

    def _guild(self, team: str) -> discord.Guild:
        guild = self._client().get_guild(int(team)) if team.isdecimal() else None
        if guild is None or guild.unavailable:
            raise ChatUnavailable(platform=NAME, reason="unreachable", detail="server")
        return guild

    def _channel(self, team: str, channel: str) -> Any:
        found = self._guild(team).get_channel(int(channel))
        if found is None:
            raise ChatUnavailable(platform=NAME, reason="gone", detail="channel")
        return found

    def _is_member(self, member: discord.Member) -> bool:
        if member.guild_permissions.administrator:
            return True
        if self._member_roles:
            return any(role.id in self._member_roles for role in member.roles)
        if self._trust_guests:
            return True
        return not (member.pending or member.flags.guest or self._is_open(member.guild))

    def _is_open(self, guild: discord.Guild) -> bool:
        """Whether strangers may read what everyone in the server reads."""
        return not self._trust_guests and bool(_OPEN & {*guild.features})

    def _is_inside(self, role: discord.Role) -> bool:
        return (
            role.id in self._member_roles
            or role.permissions.administrator
            or role.is_bot_managed()
            or role.is_default()  # what everyone sees is looked at by itself
        )
