"""`/docs`, and adding a message from its menu: Slack's payloads to commands, what they say back."""

from __future__ import annotations

import logging
from dataclasses import replace

from adapters.protocol import CommandCall, Librarian
from adapters.slack import render
from adapters.slack.archive import SlackArchive
from adapters.slack.convert import PLATFORM, command_of, files_of, plain
from adapters.slack.directory import SlackDirectory
from adapters.slack.listeners import Body
from adapters.slack.surface import respond
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)

MAX_FILE = 64 << 20
"""Bytes of one file that is fetched."""

_TITLE = 60
_RESPONSES = 4  # a response URL takes five: progress may use all but the one for the result


class CommandDesk:
    """Runs commands, and answers through their response URLs, for the caller alone."""

    def __init__(self, archive: SlackArchive, directory: SlackDirectory, librarian: Librarian) -> None:
        self._archive = archive
        self._directory = directory
        self._librarian = librarian

    async def docs(self, body: Body) -> None:
        """`/docs NAME ARGUMENT`."""
        locale = await self._locale(str(body["team_id"]), str(body["user_id"]))
        await self._run(command_of(body, locale), str(body["response_url"]))

    async def add_message(self, body: Body) -> None:
        """The menu of a message: its files, and its text, become documents of the channel."""
        team, person = str(body["team"]["id"]), str(body["user"]["id"])
        channel, message = str(body["channel"]["id"]), body.get("message") or {}
        text = plain(str(message.get("text") or ""), "")
        files = [(each.name, await self._archive.file(each, MAX_FILE)) for each in files_of(message)]
        if text and not files:
            title = text.split("\n")[0][:_TITLE].strip()
            files.append((f"{title}.md", f"# {title}\n\n{text}\n".encode()))
        call = CommandCall(
            platform=PLATFORM,
            team=team,
            channel=channel,
            author=person,
            name="add",
            locale=await self._locale(team, person),
            is_direct=channel.startswith("D"),
        )
        await self._run(replace(call, files=tuple(files)), str(body["response_url"]))

    async def _run(self, call: CommandCall, response_url: str) -> None:
        said = 0
        async for told in self._librarian.command(call):
            if told.is_last or said < _RESPONSES // 2:
                await respond(response_url, render.told(told.text))
                said += 1

    async def _locale(self, team: str, person: str) -> str:
        try:
            return (await self._directory.person(team, person)).locale
        except ChatUnavailable as error:
            _log.debug("a person's language could not be looked up: %s", error)
            return ""
