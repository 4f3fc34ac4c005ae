"""Serves what people click: stop, feedback with a reason, sharing."""

from __future__ import annotations

import logging
from typing import Any

import discord

from adapters.discord import render
from adapters.discord.convert import place_of
from adapters.discord.errors import mapped
from adapters.discord.forms import language_of
from adapters.discord.surface import NOBODY, DiscordSurface
from adapters.discord.views import reason_modal, reason_of
from adapters.protocol import Librarian
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


class Clicks:
    """What a click does. Each is acknowledged within its three seconds."""

    def __init__(self, librarian: Librarian, surface: DiscordSurface) -> None:
        self._librarian = librarian
        self._surface = surface

    async def clicked(self, interaction: Interaction, button: render.Button) -> None:
        """Serve a button."""
        match button.action:
            case "stop":
                await self._stop(interaction, button.claim)
            case "up":
                await self._up(interaction, button.claim)
            case "down":
                await self._down(interaction, button.claim)
            case "share":
                await self._share(interaction, button.claim)

    async def sent(self, interaction: Interaction) -> None:
        """Serve a form that was sent, if it is the one that asks for a reason."""
        reason = reason_of(interaction.data or {})
        if reason is None:
            return
        with mapped():
            await interaction.response.defer(ephemeral=True, thinking=True)
        claim, chosen, comment = reason
        known = await self._librarian.feedback(claim, str(interaction.user.id), "down", chosen, comment)
        await _answer(interaction, _thanks(interaction, known=known))

    async def _stop(self, interaction: Interaction, claim: int) -> None:
        with mapped():
            await interaction.response.defer()
        refusal = await self._librarian.stop(claim, str(interaction.user.id))
        if refusal:
            with mapped():
                await interaction.followup.send(refusal, ephemeral=True, allowed_mentions=NOBODY)

    async def _up(self, interaction: Interaction, claim: int) -> None:
        with mapped():
            await interaction.response.defer(ephemeral=True, thinking=True)
        known = await self._librarian.feedback(claim, str(interaction.user.id), "up")
        await _answer(interaction, _thanks(interaction, known=known))

    async def _down(self, interaction: Interaction, claim: int) -> None:
        """The opinion is kept at once, and its reason when it is given."""
        known = await self._librarian.feedback(claim, str(interaction.user.id), "down")
        with mapped():
            if known:
                await interaction.response.send_modal(reason_modal(claim, language_of(interaction)))
            else:
                await interaction.response.send_message(
                    _thanks(interaction, known=False), ephemeral=True, allowed_mentions=NOBODY
                )

    async def _share(self, interaction: Interaction, claim: int) -> None:
        with mapped():
            await interaction.response.defer(ephemeral=True, thinking=True)
        place = place_of(interaction.channel)
        if place is None or place.is_direct or interaction.channel_id is None:
            await _answer(interaction, sentence("discord-share-nowhere", language_of(interaction)))
            return
        sharing = await self._librarian.share(claim, place.channel, str(interaction.user.id))
        if sharing.answer is None:
            await _answer(interaction, sharing.refusal)
            return
        language = sharing.answer.language
        name, is_there = interaction.user.display_name, False
        try:
            posts = render.shared(sharing.question, sharing.answer, name, render.now())
            await self._surface.post_shared(interaction.channel_id, posts, sharing.key, sharing.since)
            is_there = True
        except ChatUnavailable as error:
            _log.warning("an answer could not be shared: %s", error)
        finally:
            await self._librarian.shared(claim, place.channel, is_there=is_there)
        said = "discord-share-done" if is_there else "discord-share-failed"
        await _answer(interaction, sentence(said, language))


def _thanks(interaction: Interaction, *, known: bool) -> str:
    return sentence("discord-thanks" if known else "discord-feedback-gone", language_of(interaction))


async def _answer(interaction: Interaction, text: str) -> None:
    with mapped():
        await interaction.edit_original_response(content=text, allowed_mentions=NOBODY)
