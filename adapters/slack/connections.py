"""How Slack's requests come in: over a WebSocket that the bot opens, or over HTTP with a signature."""

from __future__ import annotations

from typing import Protocol

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from adapters.door import Door, Reply, Request
from adapters.slack.clients import SDK_LOG, client
from adapters.slack.errors import mapped


class Connection(Protocol):
    """A way in."""

    @property
    def signing_secret(self) -> str:
        """What requests are signed with; empty where none are."""

    async def check(self) -> None:
        """Raise ChatUnavailable when the app's credentials for this way aren't accepted."""

    async def open(self, app: AsyncApp) -> None:
        """Let requests in."""

    async def close(self) -> None:
        """Let no more in."""

    async def is_open(self) -> bool:
        """Whether requests can come in, as far as is known."""


class SocketConnection:
    """Socket Mode.

    Args:
        app_token: xapp-…, with connections:write; its form is Slack's affair.
        base_url: of the Web API.
        ping_seconds: how often the connection is looked after.
    """

    signing_secret = ""

    def __init__(self, app_token: str, base_url: str, ping_seconds: float = 10.0) -> None:
        self._app_token = app_token
        self._client = client(app_token, base_url)
        self._ping_seconds = ping_seconds
        self._handler: AsyncSocketModeHandler | None = None

    async def check(self) -> None:
        with mapped("app_token"):
            await self._client.apps_connections_open(app_token=self._app_token)

    async def open(self, app: AsyncApp) -> None:
        self._handler = AsyncSocketModeHandler(
            app,
            self._app_token,
            logger=SDK_LOG,
            web_client=self._client,
            ping_interval=self._ping_seconds,
        )
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def is_open(self) -> bool:
        """Whether the socket is open and its pings are answered."""
        return self._handler is not None and bool(await self._handler.client.is_connected())


class HttpConnection:
    """The Events API and interactivity over HTTP. Bolt checks signatures, and that they are new.

    Args:
        door: where requests come in.
        signing_secret: of the app.
    """

    def __init__(self, door: Door, signing_secret: str) -> None:
        self._door = door
        self.signing_secret = signing_secret

    async def check(self) -> None:
        """Only a request tells whether the secret is right."""

    async def open(self, app: AsyncApp) -> None:
        async def answers(request: Request) -> Reply:
            said = await app.async_dispatch(
                AsyncBoltRequest(body=request.body, query=request.query, headers=dict(request.headers))
            )
            kind = "application/json" if said.body.startswith("{") else "text/plain; charset=utf-8"
            return Reply(said.status, said.body, kind)

        self._door.open(answers)

    async def close(self) -> None:
        self._door.close()

    async def is_open(self) -> bool:
        return self._door.is_open
