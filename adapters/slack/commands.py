"""Runs `/docs` commands and tells the caller, and nobody else, what came of them."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from adapters.protocol import CommandCall, Librarian
from adapters.slack import render
from adapters.slack.convert import caller_of, language_for, language_of
from adapters.slack.directory import SlackDirectory
from adapters.slack.errors import mapped
from adapters.slack.listeners import Body
from adapters.slack.surface import arguments, respond
from knowledge.errors import ChatUnavailable
from knowledge.types import Language

_PROGRESS = 2  # a response URL takes five posts: the result, and what goes wrong, need the others


class CommandDesk:
    """Runs commands. What they say goes through a response URL, else as a direct message."""

    def __init__(self, client: AsyncWebClient, directory: SlackDirectory, librarian: Librarian) -> None:
        self._client = client
        self._directory = directory
        self._librarian = librarian

    async def run(self, call: CommandCall, response_url: str, *, progress: bool = True) -> None:
        """Do a command; without `progress` only its result is told."""
        said = 0 if progress else _PROGRESS
        async for told in self._librarian.command(call):
            if told.is_last or said < _PROGRESS:
                await self.tell(call.author, response_url, told.text)
                said += 1

    async def tell(self, person: str, response_url: str, text: str) -> None:
        """Tell one person.

        Raises:
            ChatUnavailable: Slack can't be reached, or the person can't be written to.
        """
        if response_url:
            try:
                await respond(response_url, render.told(text))
                return
            except ChatUnavailable as error:
                if error.parameters["reason"] != "gone":
                    raise
        post = render.told(text)
        with mapped():
            await self._client.chat_postMessage(channel=person, **arguments(post))

    async def speech(self, body: Body) -> tuple[str, Language]:
        """The locale of whoever acts, empty where it isn't known, and the language to speak with them."""
        locale = await self._directory.locale(*caller_of(body))
        if not locale:
            return "", language_of(body)
        return locale, language_for(locale)
