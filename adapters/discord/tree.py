"""`/ask`, `/docs` and the menu of a message, as Discord is told of them: in English and Korean."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, Literal, Protocol

import discord
from discord import app_commands
from discord.app_commands import locale_str

from adapters.discord.commands import CommandDesk
from adapters.discord.errors import mapped
from adapters.discord.forms import AddForm, Interaction, language_of, tell_error
from adapters.protocol import Readers
from knowledge.messages import text as sentence


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


class Commands:
    """The commands.

    Args:
        desk: runs those about documents.
        ask: takes questions.
    """

    def __init__(self, desk: CommandDesk, ask: Asks) -> None:
        self._desk = desk
        self._ask = ask

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
            await self._desk.run(interaction, "list", words)

        @docs.command(name=_name("forget"), description=_about("forget"))
        @app_commands.rename(folder=_name("folder"))
        @app_commands.describe(folder=_about("folder"))
        async def forget(interaction: Interaction, folder: str) -> None:
            await self._desk.run(interaction, "forget", folder)

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
                await self._desk.run(interaction, "add", files=[file], readers=readers)
                return
            with mapped():
                await interaction.response.send_modal(
                    AddForm(self._desk.run, readers=readers, language=language_of(interaction))
                )

        docs.add_command(self._approve_command())

        @docs.command(name=_name("followups"), description=_about("followups"))
        @app_commands.rename(switch=_name("switch"))
        @app_commands.describe(switch=_about("switch"))
        @app_commands.choices(
            switch=[app_commands.Choice(name=_name(each), value=each) for each in ("on", "off")]
        )
        async def follow_ups(interaction: Interaction, switch: app_commands.Choice[str]) -> None:
            await self._desk.run(interaction, "followups", switch.value)

        return docs

    def _plain_command(self, command: str) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name=_name(command), description=_about(command))
        async def run(interaction: Interaction) -> None:
            await self._desk.run(interaction, command)

        return run

    def _document_command(self, command: str) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name=_name(command), description=_about(command))
        @app_commands.rename(document=_name("document"))
        @app_commands.describe(document=_about("document"))
        async def run(interaction: Interaction, document: str) -> None:
            await self._desk.run(interaction, command, document)

        async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await self._desk.suggest(interaction, typed)

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
            await self._desk.run(interaction, "approve", written, readers="team" if team else "place")

        async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await self._desk.suggest(interaction, typed, "approve")

        approve.autocomplete("correction")(complete)
        return approve

    def _menus(self) -> list[app_commands.ContextMenu]:
        async def ask_about(interaction: Interaction, message: discord.Message) -> None:
            await self._ask(interaction, message.content, "about", message.attachments)

        async def add_message(interaction: Interaction, message: discord.Message) -> None:
            files = message.attachments
            if files:
                await self._desk.run(interaction, "add", files=files)
            else:
                await self._desk.run(interaction, "save", message=message)

        return [
            app_commands.ContextMenu(
                name=locale_str("Ask about this message", key="discord-menu-ask"), callback=ask_about
            ),
            app_commands.ContextMenu(
                name=locale_str("Add to the documents", key="discord-menu-add"), callback=add_message
            ),
        ]


def _name(name: str) -> locale_str:
    return locale_str(name, key=f"discord-name-{name}")


def _about(name: str) -> locale_str:
    return locale_str(sentence(f"discord-about-{name}", "en"), key=f"discord-about-{name}")
