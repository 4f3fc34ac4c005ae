"""Runs `/docs` commands, and shows what they say to the caller alone."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import monotonic

import discord
from discord import app_commands

from adapters.discord.convert import PLATFORM, Place
from adapters.discord.errors import NAME, mapped
from adapters.discord.forms import Interaction, language_of
from adapters.discord.surface import NOBODY
from adapters.discord.talks import talk_of
from adapters.discord.views import layout_of
from adapters.protocol import CommandCall, Librarian, Readers, Told
from knowledge.errors import ChatUnavailable
from knowledge.messages import describe
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)

MAX_FILE = 64 << 20
"""Bytes of one file that is fetched."""

_PROGRESS_SECONDS = 2.0
_CHOICES = 25
_CHOICE = 100


class CommandDesk:
    """Runs commands, and shows what they say to the caller alone.

    Args:
        librarian: does them.
        place: where an interaction happens.
    """

    def __init__(self, librarian: Librarian, place: Callable[[Interaction], Awaitable[Place]]) -> None:
        self._librarian = librarian
        self._place = place

    async def run(
        self,
        interaction: Interaction,
        name: str,
        argument: str = "",
        *,
        files: Sequence[discord.Attachment] = (),
        readers: Readers = "place",
        texts: Sequence[tuple[str, bytes]] = (),
        message: discord.Message | None = None,
    ) -> None:
        """Do a command. `texts` are pasted ones, as files, added with `files`; `message` is to be saved."""
        with mapped():
            await interaction.response.defer(ephemeral=True, thinking=True)
        language = language_of(interaction)
        place = await self._place(interaction)
        if name in ("add", "save") and place.is_private_thread:
            await _show(interaction, sentence("discord-private-thread", language))
            return
        try:
            fetched = [(each.filename, await _fetch(each)) for each in files]
            talk = await talk_of(message, interaction.channel) if message is not None else None
        except ChatUnavailable as error:
            await _show(interaction, describe(error, language))
            return
        call = replace(
            _call(interaction, place, name, argument), readers=readers, files=(*fetched, *texts), talk=talk
        )
        shown = 0.0
        async for told in self._librarian.command(call):
            if told.is_last or monotonic() - shown >= _PROGRESS_SECONDS:
                await self._tell(interaction, told)
                shown = monotonic()

    async def suggest(
        self, interaction: Interaction, typed: str, name: str = "list"
    ) -> list[app_commands.Choice[str]]:
        """Documents that the caller may read, by a part of their names; or what they may approve."""
        try:
            place = await self._place(interaction)
            found = await self._librarian.suggest(_call(interaction, place, name, typed))
        except ChatUnavailable as error:
            _log.debug("documents could not be suggested: %s", error)
            return []
        return [
            app_commands.Choice(name=title[:_CHOICE], value=str(number)) for number, title in found[:_CHOICES]
        ]

    async def _tell(self, interaction: Interaction, told: Told) -> None:
        try:
            await _show(interaction, told.text)
        except ChatUnavailable as error:
            if not told.is_last or error.parameters["reason"] != "gone":
                raise
            with mapped():  # it took longer than the interaction's token lives
                await interaction.user.send(view=layout_of(told.text), allowed_mentions=NOBODY)


def _call(interaction: Interaction, place: Place, name: str, argument: str) -> CommandCall:
    return CommandCall(
        platform=PLATFORM,
        team=place.team,
        channel=place.channel,
        author=str(interaction.user.id),
        name=name,
        argument=argument,
        locale=str(interaction.locale),
        is_direct=place.is_direct,
    )


async def _show(interaction: Interaction, text: str) -> None:
    with mapped():
        await interaction.edit_original_response(view=layout_of(text), allowed_mentions=NOBODY)


async def _fetch(file: discord.Attachment) -> bytes:
    if file.size > MAX_FILE:
        raise ChatUnavailable(platform=NAME, reason="refused", detail="> 64 MiB")
    with mapped():
        return await file.read()
