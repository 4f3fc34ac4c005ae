"""The form that asks what to add, and what is said when a command breaks."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.discord.errors import mapped
from adapters.discord.surface import NOBODY
from adapters.discord.views import layout_of
from adapters.pasted import as_file, is_only_links
from adapters.protocol import Readers
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence
from knowledge.types import Language

_log = logging.getLogger(__name__)
_FORM_SECONDS = 900

Interaction = discord.Interaction[Any]


class AddForm(discord.ui.Modal):
    """Asks for a text, or for files, to add."""

    def __init__(self, run: Callable[..., Awaitable[None]], *, readers: Readers, language: Language) -> None:
        super().__init__(title=sentence("discord-add-title", language), timeout=_FORM_SECONDS)
        self._run = run
        self._readers = readers
        self._name: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="name", required=False, max_length=200
        )
        self._text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="text", style=discord.TextStyle.paragraph, required=False, max_length=4000
        )
        self._files: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
            custom_id="files", required=False, min_values=0, max_values=10
        )
        for name, field in (("name", self._name), ("text", self._text), ("files", self._files)):
            self.add_item(discord.ui.Label(text=sentence(f"discord-add-{name}", language), component=field))

    async def on_submit(self, interaction: Interaction) -> None:
        """Add what was filled in; a text of nothing but links is the pages that they lead to."""
        links = self._text.value if is_only_links(self._text.value) else ""
        text = () if links else as_file(self._name.value.strip(), self._text.value)
        await self._run(
            interaction, "add", links, files=self._files.values, readers=self._readers, texts=text
        )

    async def on_error(self, interaction: Interaction, error: Exception) -> None:  # type: ignore[override]
        """Say that it went wrong."""
        await tell_error(interaction, error)


async def tell_error(interaction: Interaction, error: Exception) -> None:
    """What went wrong in a command: in the log, and to whoever waits for its result."""
    incident = uuid.uuid4().hex[:8]
    _log.error("a Discord command failed", exc_info=error, extra={"incident": incident})
    said = sentence("discord-failed", language_of(interaction), incident=incident)
    try:
        with mapped():
            if not interaction.response.is_done():
                await interaction.response.send_message(
                    view=layout_of(said), ephemeral=True, allowed_mentions=NOBODY
                )
            elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
                await interaction.edit_original_response(view=layout_of(said), allowed_mentions=NOBODY)
            else:  # the original is the message that was clicked
                await interaction.followup.send(view=layout_of(said), ephemeral=True, allowed_mentions=NOBODY)
    except ChatUnavailable as unavailable:
        _log.warning("the apology could not be shown: %s", unavailable)


def language_of(interaction: Interaction) -> Language:
    """The language of the person's Discord."""
    return "ko" if interaction.locale is discord.Locale.korean else "en"
