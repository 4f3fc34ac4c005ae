"""Clients of Slack's Web API."""

from __future__ import annotations

import logging

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

SDK_LOG = logging.getLogger("slack_bolt")
# Bolt looks for a token in the environment by itself, and warns whoever has one there that it isn't used.
SDK_LOG.addFilter(lambda record: "`token` will be unused" not in record.getMessage())

_RATE_LIMIT_RETRIES = 10


def client(token: str | None, base_url: str) -> AsyncWebClient:
    """One that waits where Slack says to, and repeats nothing that may have arrived."""
    return AsyncWebClient(token=token, base_url=base_url, retry_handlers=_handlers())


def webhook(url: str) -> AsyncWebhookClient:
    """The same for a response URL."""
    return AsyncWebhookClient(url, retry_handlers=_handlers())


def _handlers() -> list[AsyncRetryHandler]:
    return [AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES)]
