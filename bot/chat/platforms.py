"""The chat platforms that are configured: each runs by itself, with a librarian of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from types import TracebackType
from typing import Protocol, Self

from adapters.discord import Connected, open_discord
from adapters.door import Door
from adapters.protocol import Adapter
from adapters.protocol import Librarian as Asked
from adapters.slack import PATH, open_slack
from bot.chat.attachments import Attachments
from bot.chat.commands import Commands
from bot.chat.librarian import Librarian
from bot.chat.memory import Memory
from bot.chat.permissions import Permissions
from bot.operations.address import written
from bot.operations.readiness import READY, Condition
from bot.settings import Settings
from knowledge.catalog import Catalog
from knowledge.errors import SaseoError
from knowledge.messages import describe, load, text
from knowledge.service import Knowledge
from knowledge.sources.uploads import Uploads
from knowledge.threads import run_blocking
from knowledge.types import Handler

_log = logging.getLogger(__name__)

_WARMING_SECONDS = 60.0
_RECONNECTING = Condition(is_ready=False, why="The connection is lost; it is being made anew.")


class Announce(Protocol):
    """Tells the operator: a sentence's key and its parameters, or an error."""

    def __call__(self, said: str | SaseoError, **parameters: str) -> None: ...


class Platforms:
    """Connects while the block lasts. A platform that fails says so, and the others go on.

    Args:
        knowledge: what the commands are about.
        handler: answers.
        catalog: of the same knowledge.
        settings: read.
        announce: is told who is connected and what went wrong.
        watch: wraps each platform's librarian.
        warmed: is done when what answers need is loaded. Connecting waits for it, within reason: loading Kiwi
            stops everything else in the process for seconds, and a connection would miss its moments.
        door: where Slack's requests come in, where there is an HTTP server.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        handler: Handler,
        catalog: Catalog,
        settings: Settings,
        announce: Announce,
        watch: Callable[[Asked], Asked] | None = None,
        warmed: asyncio.Future[None] | None = None,
        door: Door | None = None,
    ) -> None:
        self._door = door
        self._warmed = warmed
        self._knowledge = knowledge
        self._handler = handler
        self._watch = watch
        self._conditions: dict[str, Condition] = {}
        self._adapters: dict[str, Adapter] = {}
        self._catalog = catalog
        self._settings = settings
        self._announce = announce
        self._running: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Begin to connect, in the background."""
        makers: dict[str, Callable[[], Adapter]] = {}
        settings = self._settings
        tokens = {"SLACK_BOT_TOKEN": settings.slack_bot_token, "SLACK_APP_TOKEN": settings.slack_app_token}
        if settings.slack_over_http:
            del tokens["SLACK_APP_TOKEN"]
            tokens["SLACK_SIGNING_SECRET"] = settings.slack_signing_secret
        missing = [name for name, token in tokens.items() if not token.get_secret_value()]
        if not missing and settings.slack_over_http and self._door is None:
            self._announce("run-slack-needs-port")
        elif not missing:
            makers["slack"] = self._slack
        elif len(missing) == 1:
            self._announce("run-slack-needs-both", missing=missing[0])
        if settings.discord_bot_token.get_secret_value():
            makers["discord"] = self._discord
        self._conditions = dict.fromkeys(makers, Condition(is_ready=False, why="It isn't connected yet."))
        self._running = [asyncio.create_task(self._run(*maker)) for maker in makers.items()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect, once running answers are finished or their time is over; the next start goes on."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def conditions(self) -> dict[str, Condition]:
        """How each platform is that should be connected, by its name."""
        found = dict(self._conditions)
        for platform, adapter in self._adapters.items():
            if found[platform].is_ready and not await adapter.is_connected():
                found[platform] = _RECONNECTING
        return found

    def _connected(self, platform: str, said: str = "connected", **names: str) -> None:
        self._conditions[platform] = READY
        self._announce(f"run-{platform}-{said}", **names)

    async def _run(self, platform: str, make: Callable[[], Adapter]) -> None:
        try:
            adapter = self._adapters[platform] = make()
            await run_blocking(self._knowledge.prepare)
            await run_blocking(load)  # the first answer in a language would hold up the event loop for it
            if self._warmed is not None:
                await asyncio.wait({self._warmed}, timeout=_WARMING_SECONDS)
            with closing(self._librarian(adapter)) as librarian:
                asked: Asked = librarian
                await adapter.run(self._watch(asked) if self._watch else asked)
        except SaseoError as error:
            self._conditions[platform] = Condition(is_ready=False, why=describe(error, "en"))
            _log.warning("a chat platform is off: %s", error)
            self._announce(error)
        except Exception:  # noqa: BLE001 - the other platform goes on
            self._conditions[platform] = Condition(is_ready=False, why=text("run-chat-failed", "en"))
            _log.exception("a chat platform failed")
            self._announce("run-chat-failed")

    def _slack(self) -> Adapter:
        settings = self._settings

        def connected(bot: str, team: str) -> None:
            if settings.slack_over_http:
                address = f"{written(settings.http_host, settings.http_port or 0)}{PATH}"
                self._connected("slack", "listening", bot=bot, team=team, address=f"http://{address}")
            else:
                self._connected("slack", bot=bot, team=team)

        return open_slack(
            settings.slack_bot_token.get_secret_value(),
            settings.slack_app_token.get_secret_value(),
            settings.slack_api_base_url,
            trust_guests=settings.trust_guests == "on",
            answer_bots=settings.answer_bots == "on",
            on_connected=connected,
            door=self._door if settings.slack_over_http else None,
            signing_secret=settings.slack_signing_secret.get_secret_value(),
        )

    def _discord(self) -> Adapter:
        settings = self._settings

        def announce(connected: Connected) -> None:
            if not connected.servers:
                self._connected("discord", "uninvited", bot=connected.bot, invitation=connected.invitation)
                return
            reads = "all" if connected.reads_all else "mentions"
            servers = ", ".join(connected.servers)
            self._connected("discord", bot=connected.bot, servers=servers, reads=reads)

        return open_discord(
            settings.discord_bot_token.get_secret_value(),
            settings.discord_api_base_url,
            settings.discord_gateway_url,
            member_roles=frozenset(settings.discord_member_roles),
            trust_guests=settings.trust_guests == "on",
            answer_bots=settings.answer_bots == "on",
            on_connected=announce,
        )

    def _librarian(self, adapter: Adapter) -> Librarian:
        platform = adapter.capabilities.platform
        directory = adapter.directory
        permissions = Permissions(directory, platform, self._settings.bot_admins)
        uploads = Uploads(self._settings.data_dir / "uploads", self._knowledge.parse)
        return Librarian(
            self._handler,
            Memory(self._catalog, platform, self._knowledge.identity),
            adapter,
            permissions,
            Commands(
                self._knowledge,
                self._catalog,
                directory,
                permissions,
                uploads,
                self._settings.refresh_schedule,
            ),
            Attachments(adapter.archive, self._knowledge.parse_attached),
            closing_seconds=self._settings.shutdown_seconds,
        )
