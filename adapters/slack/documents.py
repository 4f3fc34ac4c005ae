"""`/docs`, the forms that add and remove documents, and adding what stands in a message's menu."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cachetools import TTLCache
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.messages import Attachment
from adapters.pasted import as_file, is_only_links
from adapters.protocol import CommandCall, CommandName, Librarian
from adapters.slack import forms, transcript
from adapters.slack.archive import SlackArchive
from adapters.slack.blocks import Block, option
from adapters.slack.commands import CommandDesk
from adapters.slack.convert import PLATFORM, caller_of, command_of, files_of, plain
from adapters.slack.directory import SlackDirectory
from adapters.slack.errors import mapped
from adapters.slack.forms import Filled, Origin
from adapters.slack.listeners import Ack, Body, acknowledged
from knowledge.errors import ChatUnavailable, Unreadable
from knowledge.messages import describe
from knowledge.messages import text as sentence
from knowledge.sources.talks import Talk
from knowledge.sources.uploads import MAX_SIZE
from knowledge.types import Language

_log = logging.getLogger(__name__)

_FORMS, _FORM_SECONDS = 500, 3600.0
_LABEL = 60
_NOWHERE = Origin()

Files = tuple[tuple[str, bytes], ...]


class DocumentDesk:
    """Asks what a command doesn't say, and asks again before anything is removed.

    Args:
        client: of the bot.
        archive: has the files.
        directory: knows people's names.
        librarian: suggests documents.
        commands: runs what was asked for.
        me: the bot's user id.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        archive: SlackArchive,
        directory: SlackDirectory,
        librarian: Librarian,
        commands: CommandDesk,
        me: str,
    ) -> None:
        self._client = client
        self._archive = archive
        self._directory = directory
        self._librarian = librarian
        self._commands = commands
        self._me = me
        # The message that a form was opened on: where the bot isn't a member, it can't be read again.
        self._messages: TTLCache[str, dict[str, Any]] = TTLCache(_FORMS, _FORM_SECONDS)

    def register(self, app: AsyncApp) -> None:
        """Take the command, the menu's entry, and the forms."""
        app.command("/docs")(acknowledged(self._docs))
        app.shortcut("add_to_documents")(acknowledged(self._open_message))
        app.options(forms.DOCUMENT)(self._suggest)
        app.view(forms.ADD_VIEW)(acknowledged(self._add, self._missing))
        app.view(forms.REMOVE_VIEW)(acknowledged(self._remove))

    async def open_add(self, body: Body, origin: Origin) -> None:
        """Open the form that adds documents."""
        _, language = await self._commands.speech(body)
        await self._open(body, forms.add_view(origin, language))

    async def _docs(self, body: Body) -> None:
        """`/docs NAME ARGUMENT`."""
        locale, language = await self._commands.speech(body)
        call = command_of(body, locale)
        origin = Origin(call.channel, str(body["response_url"]))
        if call.name == "add" and not call.argument:
            await self._open(body, forms.add_view(origin, language, call.readers))
        elif call.name == "remove":
            await self._open_remove(body, origin, call, language)
        else:
            await self._commands.run(call, origin.response_url)

    async def _open(self, body: Body, view: Block) -> str:
        with mapped():
            opened = await self._client.views_open(trigger_id=str(body["trigger_id"]), view=view)
        return str(opened["view"]["id"])

    async def _open_remove(self, body: Body, origin: Origin, call: CommandCall, language: Language) -> None:
        """Ask whether to forget the document that is named, or which one, where that isn't clear."""
        view_id = await self._open(body, forms.wait_view(language))
        found = await self._librarian.suggest(call) if call.argument else []
        if len(found) == 1:
            number, title = found[0]
            view = forms.remove_view(replace(origin, document=str(number)), title, language)
        else:
            wanted = call.argument[:_LABEL]
            key = "slack-remove-several" if found else "talk-list-none"
            view = forms.choose_view(
                origin, sentence(key, language, wanted=wanted) if wanted else "", language
            )
        try:
            with mapped():
                await self._client.views_update(view_id=view_id, view=view)
        except ChatUnavailable as error:
            if error.parameters["detail"] != "not_found":  # the person closed it meanwhile
                raise

    async def _open_message(self, body: Body) -> None:
        """The menu of a message: ask what of it becomes a document, and for whom."""
        _, language = await self._commands.speech(body)
        message = dict(body.get("message") or {})
        origin = Origin(
            channel=str(body["channel"]["id"]),
            response_url=str(body.get("response_url") or ""),
            message=str(message.get("ts") or ""),
            thread=str(message.get("thread_ts") or ""),
        )
        text = plain(str(message.get("text") or ""), "")
        self._messages[await self._open(body, forms.add_message_view(origin, text, language))] = message

    async def _suggest(self, ack: Ack, body: Body) -> None:
        """The entries of the menu of documents: those that the person may read."""
        found: Sequence[tuple[int, str]] = ()
        try:
            found = await self._librarian.suggest(self._call(body, "list", str(body.get("value") or "")))
        except ChatUnavailable as error:
            _log.warning("documents could not be suggested: %s", error)
        await ack(options=[option(str(number), f"{title[:_LABEL]} (#{number})") for number, title in found])

    async def _missing(self, body: Body) -> dict[str, Any]:
        """What is told in the form itself, which stays open."""
        given = forms.filled(body["view"])
        if Origin.of(body["view"]).message or given.files or given.text:
            return {}
        _, language = await self._commands.speech(body)
        return {"response_action": "errors", "errors": {"text": sentence("slack-add-nothing", language)}}

    async def _add(self, body: Body) -> None:
        """What was filled in becomes documents."""
        origin, given = Origin.of(body["view"]), forms.filled(body["view"])
        body["response_url"] = origin.response_url  # whatever goes wrong is told there
        locale, language = await self._commands.speech(body)
        call = replace(self._call(body, "add", origin=origin, locale=locale), readers=given.readers)
        talk, attached = None, given.files
        if origin.message:
            try:
                talk, attached = await self._of_message(body, origin, given)
            except ChatUnavailable as error:
                is_away = error.parameters["reason"] == "gone"
                said = sentence("slack-thread-unreadable", language) if is_away else describe(error, language)
                await self._commands.tell(call.author, origin.response_url, said)
                return
        fetched, refused = await self._fetched(attached, language)
        if refused:
            await self._commands.tell(call.author, origin.response_url, "\n".join(refused))
        if talk is not None or (origin.message and not attached):
            await self._commands.run(replace(call, name="save", talk=talk), origin.response_url)
        links = given.text if is_only_links(given.text) else ""
        files = (*(() if links else as_file(given.title, given.text)), *fetched)
        if links or files:
            adding = replace(call, argument=links, files=files)
            await self._commands.run(adding, origin.response_url, progress=talk is None)

    async def _of_message(
        self, body: Body, origin: Origin, given: Filled
    ) -> tuple[Talk | None, tuple[Attachment, ...]]:
        """A message or its thread, and the files that came with it."""
        kept = self._messages.pop(str(body["view"]["id"]), None)
        if kept is not None and not given.whole_thread:
            messages: transcript.Messages = [kept]
        else:
            root = origin.thread or origin.message
            messages = await transcript.thread_of(self._client, origin.channel, root, self._me)
            if not given.whole_thread:
                messages = [each for each in messages if each["ts"] == origin.message]
        team, _ = caller_of(body)
        talk = await transcript.talk_of(
            self._client, self._directory, team, origin.channel, messages, given.title
        )
        return talk, tuple(file for message in messages for file in files_of(message))

    async def _fetched(self, attached: Sequence[Attachment], language: Language) -> tuple[Files, list[str]]:
        """Files with their bytes, and of those that couldn't be had, why not."""
        fetched: list[tuple[str, bytes]] = []
        refused: list[str] = []
        for file in attached:
            try:
                fetched.append((file.name, await self._archive.file(file, MAX_SIZE)))
            except (ChatUnavailable, Unreadable) as error:
                why = describe(error, language)
                refused.append(sentence("talk-add-unreadable", language, name=file.name, why=why))
        return tuple(fetched), refused

    async def _remove(self, body: Body) -> None:
        """A document was confirmed to be forgotten."""
        origin = Origin.of(body["view"])
        body["response_url"] = origin.response_url
        locale, _ = await self._commands.speech(body)
        number = forms.chosen_document(body["view"])
        call = self._call(body, "remove", number, origin=origin, locale=locale)
        await self._commands.run(call, origin.response_url)

    def _call(
        self,
        body: Body,
        name: CommandName,
        argument: str = "",
        *,
        origin: Origin = _NOWHERE,
        locale: str = "",
    ) -> CommandCall:
        team, person = caller_of(body)
        return CommandCall(
            platform=PLATFORM,
            team=team,
            channel=origin.channel,
            author=person,
            name=name,
            argument=argument,
            locale=locale,
            is_direct=origin.is_direct,
        )
