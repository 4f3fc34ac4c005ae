"""Clients of Slack's Web API."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

SDK_LOG = logging.getLogger("slack_bolt")
# Bolt looks for a token in the environment by itself, and warns whoever has one there that it isn't used.
SDK_LOG.addFilter(lambda record: "`token` will be unused" not in record.getMessage())

_RATE_LIMIT_RETRIES = 10
_IDLE_SECONDS = 4.0  # a server that closes idle connections itself waits longer: none is taken that just dies


def client(token: str | None, base_url: str) -> AsyncWebClient:
    """One that waits where Slack says to, and repeats nothing that may have arrived."""
    return AsyncWebClient(token=token, base_url=base_url, retry_handlers=_handlers())


def webhook(url: str) -> AsyncWebhookClient:
    """The same for a response URL."""
    return AsyncWebhookClient(url, retry_handlers=_handlers())


@asynccontextmanager
async def kept_open(*clients: AsyncWebClient) -> AsyncIterator[None]:
    """Let calls share connections while the block lasts, each client with its own patience.

    By itself slack_sdk makes one, and its TLS, for every call.
    """
    async with AsyncExitStack() as stack:
        connector = TCPConnector(keepalive_timeout=_IDLE_SECONDS)
        stack.push_async_callback(connector.close)
        for each in clients:
            session = ClientSession(
                connector=connector, connector_owner=False, timeout=ClientTimeout(total=each.timeout)
            )
            each.session = await stack.enter_async_context(session)
        yield


def _handlers() -> list[AsyncRetryHandler]:
    return [AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES)]
