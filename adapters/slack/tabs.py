"""The app's own place in Slack: its home tab, and what it offers in direct messages and agent sessions."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.desk import Desk
from adapters.protocol import Librarian
from adapters.slack import home, render
from adapters.slack.agent import Agent
from adapters.slack.convert import language_for, team_of
from adapters.slack.directory import SlackDirectory
from adapters.slack.documents import DocumentDesk
from adapters.slack.errors import mapped
from adapters.slack.forms import Origin
from adapters.slack.listeners import Body, acknowledged
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)

TABS = ("app_home_opened",)
SESSIONS = ("agent_session_stopped",)
"""What only an app that is declared an agent hears of."""


class Tabs:
    """Fills the home tab, suggests questions, and hears Slack's own stop button.

    Args:
        client: of the bot.
        directory: knows people's languages.
        librarian: knows what they may read.
        desk: stops answers.
        documents: opens the form that adds some.
        agent: shows suggestions and sessions.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        directory: SlackDirectory,
        librarian: Librarian,
        desk: Desk,
        documents: DocumentDesk,
        agent: Agent,
    ) -> None:
        self._client = client
        self._directory = directory
        self._librarian = librarian
        self._desk = desk
        self._documents = documents
        self._agent = agent

    def register(self, app: AsyncApp) -> None:
        """Take what happens there."""
        app.event(TABS[0])(self._opened)
        app.event(SESSIONS[0])(self._stopped)
        app.action(home.ADD)(acknowledged(self._add))

    async def _opened(self, body: Body) -> None:
        """Somebody opened one of the app's tabs."""
        event = body["event"]
        team, person = team_of(body), str(event["user"])
        language = language_for(await self._directory.locale(team, person))
        overview = await self._librarian.overview(team, person)
        if event.get("tab") == "home":
            try:
                with mapped():
                    view = home.home_view(overview, render.now(), language)
                    await self._client.views_publish(user_id=person, view=view)
            except ChatUnavailable as error:
                _log.warning("the home tab could not be shown: %s", error)
        else:
            title = sentence("slack-prompts", language)
            await self._agent.suggest(str(event["channel"]), home.prompts(overview, language), title)

    async def _stopped(self, body: Body) -> None:
        """Somebody pressed the stop button that Slack shows in an agent's session."""
        event = body["event"]
        channel, thread = str(event["channel"]), str(event.get("thread_ts") or "")
        if not await self._desk.stop(team_of(body), channel, thread, str(event["user"])):
            await self._agent.rests_in(channel, thread)

    async def _add(self, body: Body) -> None:
        await self._documents.open_add(body, Origin())
