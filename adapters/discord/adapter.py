"""Discord over its gateway: connected for as long as the bot runs, through discord.py.

An event that breaks the library, or an intent that was withdrawn, costs a new connection and not the bot.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.desk import RETRY_SECONDS, Desk
from adapters.discord import Connected
from adapters.discord.archive import DiscordArchive
from adapters.discord.convert import PLATFORM
from adapters.discord.directory import DiscordDirectory
from adapters.discord.errors import NAME, mapped
from adapters.discord.events import Events
from adapters.discord.markup import MESSAGE
from adapters.discord.surface import TOKEN_LIVES, DiscordSurface
from adapters.pacing import Pace
from adapters.protocol import COMMANDS, Capabilities, Librarian
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

EDIT_SECONDS = 1.0
"""Discord takes about five edits in five seconds in one channel."""

CAPABILITIES = Capabilities(
    platform=PLATFORM,
    message_limit=MESSAGE,
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
    redelivers=True,  # what was missed is read from the history, where all else stands too
    stops=True,
    feedback=True,
    attachments=True,
    commands=frozenset(COMMANDS),
)

_BAD_TOKEN = 4004
_OUTAGE_SECONDS = 60.0
_SETTLED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen.

    `member_roles` are ids of the roles whose holders are the team; empty: everyone in the server.
    `trust_guests`: see DiscordDirectory. `answer_bots`: see Events. `edit_seconds` is the least time between
    two edits of unfinished answers in one channel, `retry_seconds` are pauses while Discord can't be reached,
    `ready_seconds` how long after one server's description the next may come, `identify_seconds` the pause
    before a new session (Discord asks for five), `token_lives` how long a command's token is used.
    """

    member_roles: frozenset[str] = frozenset()
    trust_guests: bool = False
    answer_bots: bool = False
    edit_seconds: float = EDIT_SECONDS
    retry_seconds: tuple[float, ...] = RETRY_SECONDS
    ready_seconds: float = 2.0
    identify_seconds: float = 5.0
    token_lives: timedelta = TOKEN_LIVES


class DiscordAdapter:
    """The Discord adapter.

    Args:
        token: of the bot; its form is Discord's affair.
        api_base_url: of the REST API.
        gateway_url: where the first connection goes.
        options: the rest.
        on_connected: is told who is connected, once.
    """

    def __init__(
        self,
        token: str,
        api_base_url: str = "https://discord.com/api/v10",
        gateway_url: str = "wss://gateway.discord.gg/",
        options: Options | None = None,
        *,
        on_connected: Callable[[Connected], None] = lambda _: None,
    ) -> None:
        self._token = token
        self._api_base_url = api_base_url.rstrip("/")
        self._gateway_url = gateway_url
        self._options = options or Options()
        self._on_connected = on_connected
        self._client: discord.Client | None = None
        self._events: Events | None = None
        self._directory = DiscordDirectory(
            self._current,
            member_roles=self._options.member_roles,
            trust_guests=self._options.trust_guests,
        )
        self._archive = DiscordArchive(self._current, self._api_base_url)
        pace = Pace(self._options.edit_seconds, apart=True)
        self._surface = DiscordSurface(self._current, self._options.token_lives, pace)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @property
    def directory(self) -> DiscordDirectory:
        return self._directory

    @property
    def archive(self) -> DiscordArchive:
        return self._archive

    async def is_connected(self) -> bool:
        """Whether something came over the gateway since the connection was last lost."""
        return self._events is not None and self._events.is_connected

    async def run(self, librarian: Librarian) -> None:
        """Connect, answer what was left behind, and serve until cancelled.

        While Discord can't be reached it is tried again.

        Raises:
            ChatUnavailable: Discord refuses the token.
        """
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it says nothing aloud
        Route.BASE = self._api_base_url
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url)
        desk = Desk(librarian, self._surface, self._options.retry_seconds)
        events = Events(
            librarian,
            desk,
            self._directory,
            self._surface,
            self._on_connected,
            answer_bots=self._options.answer_bots,
        )
        self._events = events
        try:
            reads_all = await self._patiently(self._reads_all)
            await events.prepare()
            while True:
                reads_all = await self._serve(events, reads_all=reads_all)
        finally:
            events.are_over = True
            await desk.close()
            await events.close()
            if self._client is not None:
                await self._client.close()

    async def _reads_all(self) -> bool:
        """Whether the app may read messages that don't name it, as its page on Discord says.

        To ask the gateway for that without leave would end the connection.
        """
        async with discord.Client(intents=discord.Intents(guilds=True)) as probe:
            await probe.login(self._token)
            flags = probe.application_flags
            return flags.gateway_message_content or flags.gateway_message_content_limited

    async def _serve(self, events: Events, *, reads_all: bool) -> bool:
        """Be connected through one client until it can't go on; whether the next one may read everything."""
        client = await self._patiently(lambda: self._log_in(reads_all=reads_all))
        before, self._client = self._client, client
        if before is not None:
            await before.close()
        events.listen_to(client)
        attempt = 0
        while not client.is_closed():
            heard = events.heard_at
            try:
                await self._connected(client, events)
            except discord.PrivilegedIntentsRequired:
                _log.warning("Discord doesn't let the app read all messages")
                return False
            except discord.ConnectionClosed as error:
                if error.code == _BAD_TOKEN:
                    raise ChatUnavailable(platform=NAME, reason="token", detail=str(error.code)) from error
                _log.warning("Discord closed the connection: %s", error.code)
            except Exception:  # noqa: BLE001 - an event that breaks the library must not end the bot
                _log.exception("an event broke the connection to Discord; it is made anew")
                await client.ws.close()
            attempt = 0 if events.heard_at > heard + _SETTLED else attempt + 1
            await asyncio.sleep(self._pause(attempt))
        return reads_all

    async def _connected(self, client: discord.Client, events: Events) -> None:
        """Be connected. After a long outage begin anew: discord.py would wait for many minutes."""
        events.is_connected = False
        connecting = asyncio.create_task(client.connect(), name="discord gateway")
        try:
            while not connecting.done():
                await asyncio.wait({connecting}, timeout=_OUTAGE_SECONDS / 2)
                if events.lost_at is not None and monotonic() - events.lost_at > _OUTAGE_SECONDS:
                    events.lost_at = None
                    return
            connecting.result()
        finally:
            connecting.cancel()
            await asyncio.wait({connecting})

    async def _log_in(self, *, reads_all: bool) -> discord.Client:
        client = self._new_client(reads_all=reads_all)
        try:
            await client.login(self._token)
        except BaseException:
            await client.close()
            raise
        return client

    def _new_client(self, *, reads_all: bool) -> discord.Client:
        intents = discord.Intents(
            guilds=True, guild_messages=True, dm_messages=True, message_content=reads_all
        )
        return _Client(
            self._options.identify_seconds,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=self._options.ready_seconds,
        )

    async def _patiently(self, action: Callable[[], Awaitable[_T]]) -> _T:
        """Try until Discord can be reached."""
        attempt = 0
        while True:
            try:
                with mapped():
                    return await action()
            except ChatUnavailable as error:
                if error.parameters["reason"] != "unreachable":
                    raise
                _log.warning("Discord can't be reached: %s", error)
            await asyncio.sleep(self._pause(attempt))
            attempt += 1

    def _pause(self, attempt: int) -> float:
        pauses = self._options.retry_seconds
        return pauses[min(attempt, len(pauses) - 1)]

    def _current(self) -> discord.Client:
        if self._client is None:
            raise ChatUnavailable(platform=NAME, reason="unreachable", detail="")
        return self._client


class _Client(discord.Client):
    def __init__(self, identify_seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self._identify_seconds = identify_seconds

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord takes one new session in some seconds."""
        del shard_id
        if not initial:
            await asyncio.sleep(self._identify_seconds)
