"""What is done about a click, a command or a menu: acknowledged first, and whatever goes wrong is told."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.slack import render
from adapters.slack.convert import language_of
from adapters.slack.surface import respond
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)

Body = dict[str, Any]
Ack = Callable[..., Awaitable[None]]


def acknowledged(work: Callable[[Body], Awaitable[None]]) -> Callable[[Ack, Body], Awaitable[None]]:
    """A listener that acknowledges, then works.

    No error reaches Bolt: where a listener fails within a moment of acknowledging, Bolt (1.30) forgets that
    it did, and Slack hears nothing.
    """

    async def listener(ack: Ack, body: Body) -> None:
        await ack()
        try:
            await work(body)
        except Exception as error:  # noqa: BLE001 - see the docstring
            await tell_error(error, body)

    return listener


async def tell_error(error: Exception, body: Body) -> None:
    """What went wrong: in the log, and to whoever waits for an answer."""
    incident = uuid.uuid4().hex[:8]
    _log.error("a Slack request failed", exc_info=error, extra={"incident": incident})
    if url := str(body.get("response_url") or ""):
        try:
            await respond(url, render.told(sentence("slack-failed", language_of(body), incident=incident)))
        except ChatUnavailable as unavailable:
            _log.warning("the apology could not be posted: %s", unavailable)
