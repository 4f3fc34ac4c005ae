"""What is done about a click, a command or a menu: acknowledged first, and whatever goes wrong is told."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import render
from adapters.slack.convert import language_of
from adapters.slack.errors import mapped
from adapters.slack.surface import arguments, respond
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)

Body = dict[str, Any]
Ack = Callable[..., Awaitable[None]]


def acknowledged(
    work: Callable[[Body], Awaitable[None]],
    missing: Callable[[Body], Awaitable[dict[str, Any]]] | None = None,
) -> Callable[[Ack, Body, AsyncWebClient], Awaitable[None]]:
    """A listener that acknowledges, then works. What `missing` gives is told instead of both.

    No error reaches Bolt: where a listener fails within a moment of acknowledging, Bolt (1.30) forgets that
    it did, and Slack hears nothing.
    """

    async def listener(ack: Ack, body: Body, client: AsyncWebClient) -> None:
        if missing is not None and (told := await missing(body)):
            await ack(**told)
            return
        await ack()
        try:
            await work(body)
        except Exception as error:  # noqa: BLE001 - see the docstring
            await tell_error(error, body, client)

    return listener


async def tell_error(error: Exception, body: Body, client: AsyncWebClient) -> None:
    """What went wrong: in the log, and to whoever waits for an answer."""
    incident = uuid.uuid4().hex[:8]
    _log.error("a Slack request failed", exc_info=error, extra={"incident": incident})
    apology = render.told(sentence("slack-failed", language_of(body), incident=incident))
    try:
        if url := str(body.get("response_url") or ""):
            await respond(url, apology)
        elif isinstance(body.get("user"), dict):
            with mapped():
                await client.chat_postMessage(channel=str(body["user"]["id"]), **arguments(apology))
    except ChatUnavailable as unavailable:
        _log.warning("the apology could not be posted: %s", unavailable)
