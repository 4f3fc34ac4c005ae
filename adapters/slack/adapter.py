"""Slack: events in, over Socket Mode or HTTP, answers out, through Bolt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters.desk import RETRY_SECONDS, Desk
from adapters.pacing import Pace
from adapters.protocol import COMMANDS, Capabilities, Librarian
from adapters.slack import render
from adapters.slack.agent import Agent
from adapters.slack.archive import SlackArchive
from adapters.slack.buttons import Buttons
from adapters.slack.clients import SDK_LOG, client, kept_open
from adapters.slack.commands import CommandDesk
from adapters.slack.connections import Connection
from adapters.slack.directory import SlackDirectory
from adapters.slack.documents import DocumentDesk
from adapters.slack.errors import mapped
from adapters.slack.events import CHANGES, MESSAGES, Events
from adapters.slack.installation import Installation
from adapters.slack.listeners import tell_error
from adapters.slack.streams import APPEND_SECONDS, Streams
from adapters.slack.surface import SlackSurface
from adapters.slack.tabs import TABS, Tabs
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)
EVENTS = (*MESSAGES, *CHANGES, *TABS)
SLASH_COMMANDS = ("/ask", "/docs")
SHORTCUTS = ("ask_about", "add_to_documents")
EDIT_SECONDS = 3.0
"""chat.update is a tier 3 method: about fifty calls a minute, and finished answers need some of them."""

CAPABILITIES = Capabilities(
    platform="slack",
    message_limit=render.MESSAGE,
    edit_seconds=EDIT_SECONDS,
    channels=True,
    is_durable=True,
    is_remote=True,
    threads=True,
    follow_ups=True,
    direct=True,
    private_replies=True,
    edits=True,
    deletions=True,
    redelivers=True,
    stops=True,
    feedback=True,
    attachments=True,
    commands=frozenset(COMMANDS),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen.

    `trust_guests`: count guests of the workspace as members. `answer_bots`: answer other bots that mention
    this one. `edit_seconds` is the least time between two edits of all unfinished answers, `append_seconds`
    the same between what is added to those that are streamed, `retry_seconds` are pauses while Slack can't be
    reached.
    """

    trust_guests: bool = False
    answer_bots: bool = False
    edit_seconds: float = EDIT_SECONDS
    append_seconds: float = APPEND_SECONDS
    retry_seconds: tuple[float, ...] = RETRY_SECONDS


class SlackAdapter:
    """The Slack adapter.

    Args:
        bot_token: xoxb-…; its form is Slack's affair.
        way_in: how Slack's requests come in.
        base_url: of the Web API.
        options: the rest.
        on_connected: is told the bot's and the workspace's name.
    """

    def __init__(
        self,
        bot_token: str,
        way_in: Connection,
        base_url: str = "https://slack.com/api/",
        options: Options | None = None,
        *,
        on_connected: Callable[[str, str], None] = lambda _bot, _team: None,
    ) -> None:
        self._base_url = base_url
        self._options = options or Options()
        self._connection = way_in
        self._on_connected = on_connected
        self._client = client(bot_token, base_url)
        self._directory = SlackDirectory(self._client, trust_guests=self._options.trust_guests)
        self._archive = SlackArchive(self._client)
        self._agent = Agent(bot_token, base_url)
        streams = Streams(self._client, self._options.append_seconds)
        self._clients = (self._client, self._agent.client, streams.hasty)
        self._surface = SlackSurface(self._client, self._agent, streams, Pace(self._options.edit_seconds))
        self._me: dict[str, str] = {}
        self._installation = Installation("")

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @property
    def directory(self) -> SlackDirectory:
        return self._directory

    @property
    def archive(self) -> SlackArchive:
        return self._archive

    async def is_connected(self) -> bool:
        """Whether Slack's requests can come in."""
        return await self._connection.is_open()

    async def run(self, librarian: Librarian) -> None:
        """Connect, answer what was left behind, and serve until cancelled.

        While Slack can't be reached it is tried again.

        Raises:
            ChatUnavailable: Slack refuses a token.
        """
        async with kept_open(*self._clients):
            await self._serve(librarian)

    async def _serve(self, librarian: Librarian) -> None:
        await self._sign_in()
        desk = Desk(librarian, self._surface, self._options.retry_seconds)
        left_behind = await desk.left_behind()  # before anything new is claimed
        try:
            await self._connection.open(self._app(librarian, desk))
            self._on_connected(self._me["user"], self._me["team"])
            desk.resume(left_behind)
            await asyncio.Event().wait()
        finally:
            await self._connection.close()
            await desk.close()

    async def _sign_in(self) -> None:
        """Try the tokens, for as long as Slack can't be reached, and learn who the bot is."""
        attempt = 0
        while True:
            try:
                with mapped():
                    me = await self._client.auth_test()
                await self._connection.check()
                self._me = {name: str(me.get(name) or "") for name in ("user_id", "bot_id", "user", "team")}
                self._installation = Installation.of(me)
                return
            except ChatUnavailable as error:
                if error.parameters["reason"] != "unreachable":
                    raise
                _log.warning("Slack can't be reached: %s", error)
            await asyncio.sleep(
                self._options.retry_seconds[min(attempt, len(self._options.retry_seconds) - 1)]
            )
            attempt += 1

    def _app(self, librarian: Librarian, desk: Desk) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            """Bolt would ask Slack who it is; when that failed, it would acknowledge and drop the event."""
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_user_id=self._me["user_id"],
                bot_id=self._me["bot_id"],
                bot_token=self._client.token,
            )

        app = AsyncApp(
            client=client(None, self._base_url),
            authorize=authorize,
            logger=SDK_LOG,
            signing_secret=self._connection.signing_secret,
        )
        app.middleware(self._installation.pin)

        app.error(tell_error)
        me = self._me["user_id"]
        events = Events(desk, librarian, self._directory, me, answer_bots=self._options.answer_bots)
        events.register(app)
        Buttons(self._client, self._surface, librarian).register(app)
        commands = CommandDesk(self._client, self._directory, librarian)
        documents = DocumentDesk(self._client, self._archive, self._directory, librarian, commands, me)
        documents.register(app)
        Tabs(self._client, self._directory, librarian, desk, documents, self._agent).register(app)
        return app
