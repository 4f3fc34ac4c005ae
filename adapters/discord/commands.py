"""`/ask`, `/docs` and the menu of a message, in English and Korean."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, Literal, Protocol

import discord
from discord import app_commands
from discord.app_commands import locale_str

from adapters.discord.convert import PLATFORM, Place
from adapters.discord.errors import NAME, mapped
from adapters.discord.forms import AddForm, Interaction, language_of, tell_error
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


class Asks(Protocol):
    """Takes a question that was asked by a command or from a message's menu."""

    def __call__(
        self,
        interaction: Interaction,
        text: str,
        kind: Literal["command", "about"],
        files: Sequence[discord.Attachment],
    ) -> Awaitable[None]: ...


class Translations(app_commands.Translator):
    """Names and descriptions of commands in Korean; English is what stands in the code."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text in this language, if there is one."""
        del context
        key = string.extras.get("key")
        return sentence(key, "ko") if key and locale is discord.Locale.korean else None


class CommandDesk:
    """Runs commands, and shows what they say to the caller alone.

    Args:
        librarian: does them.
        ask: takes questions.
        place: where an interaction happens.
    """

    def __init__(
        self, librarian: Librarian, ask: Asks, place: Callable[[Interaction], Awaitable[Place]]
    ) -> None:
        self._librarian = librarian
        self._ask = ask
        self._place = place

    def tree(self, client: discord.Client) -> app_commands.CommandTree[Any]:
        """The commands, for a client."""
        tree: app_commands.CommandTree[Any] = app_commands.CommandTree(
            client,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        tree.error(tell_error)
        tree.add_command(self._ask_command())
        tree.add_command(self._docs_group())
        for menu in self._menus():
            tree.add_command(menu)
        return tree

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
        call = CommandCall(
            platform=PLATFORM,
            team=place.team,
            channel=place.channel,
            author=str(interaction.user.id),
            name=name,
            argument=argument,
            locale=str(interaction.locale),
            is_direct=place.is_direct,
            readers=readers,
            files=(*fetched, *texts),
            talk=talk,
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
            call = CommandCall(
                platform=PLATFORM,
                team=place.team,
                channel=place.channel,
                author=str(interaction.user.id),
                name=name,
                argument=typed,
                is_direct=place.is_direct,
            )
            found = await self._librarian.suggest(call)
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

    def _ask_command(self) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name=_name("ask"), description=_about("ask"))
        @app_commands.rename(question=_name("question"), file=_name("file"))
        @app_commands.describe(question=_about("question"), file=_about("question-file"))
        async def ask(
            interaction: Interaction,
            question: app_commands.Range[str, 1, 6000],
            file: discord.Attachment | None = None,
        ) -> None:
            await self._ask(interaction, question, "command", [file] if file else [])

        return ask

    def _docs_group(self) -> app_commands.Group:
        docs = app_commands.Group(name=_name("docs"), description=_about("docs"))

        for plain in ("help", "status", "reindex"):
            docs.add_command(self._plain_command(plain))
        for named in ("show", "remove"):
            docs.add_command(self._document_command(named))

        @docs.command(name=_name("list"), description=_about("list"))
        @app_commands.rename(words=_name("words"))
        @app_commands.describe(words=_about("words"))
        async def list_documents(interaction: Interaction, words: str = "") -> None:
            await self.run(interaction, "list", words)

        @docs.command(name=_name("forget"), description=_about("forget"))
        @app_commands.rename(folder=_name("folder"))
        @app_commands.describe(folder=_about("folder"))
        async def forget(interaction: Interaction, folder: str) -> None:
            await self.run(interaction, "forget", folder)

        @docs.command(name=_name("add"), description=_about("add"))
        @app_commands.rename(file=_name("file"), team=_name("team"))
        @app_commands.describe(file=_about("file"), team=_about("team"))
        async def add(
            interaction: Interaction,
            file: discord.Attachment | None = None,
            team: bool = False,  # noqa: FBT001, FBT002 - an option of the command
        ) -> None:
            readers: Readers = "team" if team else "place"
            if file is not None:
                await self.run(interaction, "add", files=[file], readers=readers)
                return
            with mapped():
                await interaction.response.send_modal(
                    AddForm(self.run, readers=readers, language=language_of(interaction))
                )

        docs.add_command(self._approve_command())

        @docs.command(name=_name("followups"), description=_about("followups"))
        @app_commands.rename(switch=_name("switch"))
        @app_commands.describe(switch=_about("switch"))
        @app_commands.choices(
            switch=[app_commands.Choice(name=_name(each), value=each) for each in ("on", "off")]
        )
        async def follow_ups(interaction: Interaction, switch: app_commands.Choice[str]) -> None:
            await self.run(interaction, "followups", switch.value)

        return docs

    def _plain_command(self, command: str) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name=_name(command), description=_about(command))
        async def run(interaction: Interaction) -> None:
            await self.run(interaction, command)

        return run

    def _document_command(self, command: str) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name=_name(command), description=_about(command))
        @app_commands.rename(document=_name("document"))
        @app_commands.describe(document=_about("document"))
        async def run(interaction: Interaction, document: str) -> None:
            await self.run(interaction, command, document)

        async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await self.suggest(interaction, typed)

        run.autocomplete("document")(complete)
        return run

    def _approve_command(self) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name=_name("approve"), description=_about("approve"))
        @app_commands.rename(
            correction=_name("correction"),
            question=_name("question"),
            answer=_name("answer"),
            team=_name("team"),
        )
        @app_commands.describe(
            correction=_about("correction"),
            question=_about("approve-question"),
            answer=_about("answer"),
            team=_about("team"),
        )
        async def approve(
            interaction: Interaction,
            correction: str = "",
            question: str = "",
            answer: str = "",
            team: bool = False,  # noqa: FBT001, FBT002 - an option of the command
        ) -> None:
            written = f"{question}\n{answer}" if question and answer else correction
            await self.run(interaction, "approve", written, readers="team" if team else "place")

        async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await self.suggest(interaction, typed, "approve")

        approve.autocomplete("correction")(complete)
        return approve

    def _menus(self) -> list[app_commands.ContextMenu]:
        async def ask_about(interaction: Interaction, message: discord.Message) -> None:
            await self._ask(interaction, message.content, "about", message.attachments)

        async def add_message(interaction: Interaction, message: discord.Message) -> None:
            files = message.attachments
            if files:
                await self.run(interaction, "add", files=files)
            else:
                await self.run(interaction, "save", message=message)

        return [
            app_commands.ContextMenu(
                name=locale_str("Ask about this message", key="discord-menu-ask"), callback=ask_about
            ),
            app_commands.ContextMenu(
                name=locale_str("Add to the documents", key="discord-menu-add"), callback=add_message
            ),
        ]


async def _show(interaction: Interaction, text: str) -> None:
    with mapped():
        await interaction.edit_original_response(view=layout_of(text), allowed_mentions=NOBODY)


async def _fetch(file: discord.Attachment) -> bytes:
    if file.size > MAX_FILE:
        raise ChatUnavailable(platform=NAME, reason="refused", detail="> 64 MiB")
    with mapped():
        return await file.read()


def _name(name: str) -> locale_str:
    return locale_str(name, key=f"discord-name-{name}")


def _about(name: str) -> locale_str:
    return locale_str(sentence(f"discord-about-{name}", "en"), key=f"discord-about-{name}")
