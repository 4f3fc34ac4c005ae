"""Where things are said, also in threads that nobody has heard of yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord

from adapters.discord.convert import Place, place_of
from adapters.discord.directory import DiscordDirectory
from adapters.discord.errors import NAME, mapped
from adapters.remembering import Remembered
from knowledge.errors import ChatUnavailable

_SECONDS = 600.0
_MOST = 5000


class Places:
    """Looks places up.

    Args:
        client: gives the bot's.
        directory: knows the home of direct messages.
    """

    def __init__(self, client: Callable[[], discord.Client], directory: DiscordDirectory) -> None:
        self._client = client
        self._directory = directory
        self._threads: Remembered[int, Place | None] = Remembered(_SECONDS, _MOST)

    async def of(self, channel: Any, guild: discord.Guild | None, person: str) -> Place | None:
        """The place of a channel in which a person says something; None where nothing can be asked.

        Raises:
            ChatUnavailable: it can't be looked up.
        """
        if guild is None:
            return Place(await self._directory.home_of(person), str(channel.id), is_direct=True)
        return place_of(channel) or await self._threads.get(channel.id, lambda: self._fetch(channel.id))

    async def of_interaction(self, interaction: discord.Interaction[Any]) -> Place:
        """The place of a command or a click.

        Raises:
            ChatUnavailable: it can't be looked up, or nothing can be asked there.
        """
        person = str(interaction.user.id)
        place = (
            await self.of(interaction.channel, interaction.guild, person)
            if interaction.channel is not None
            else None
        )
        if place is None:
            raise ChatUnavailable(platform=NAME, reason="gone", detail="channel")
        if not place.is_direct:
            self._directory.met(person, place.team)
        return place

    async def _fetch(self, channel: int) -> Place | None:
        with mapped():
            return place_of(await self._client().fetch_channel(channel))
