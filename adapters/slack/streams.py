"""Answers that are streamed: what Slack offers in the direct messages of an app that is declared an agent.

A stream is a message that text is appended to. While it is open it can be neither edited nor deleted, and
Slack closes it after five minutes. It takes metadata only at its end; so that it is found again from its
beginning on, it begins with a task card and a stop button that both bear an id made of the question's key.

In channels only one person would see it grow, so answers there are messages that are edited. So are those
here once a stream is over: closed by Slack, too old, too long, or when something of it is withdrawn.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.messages import Claim, Message
from adapters.pacing import Pace
from adapters.slack.blocks import Block, actions, button
from adapters.slack.errors import mapped
from adapters.slack.markup import unlinked
from adapters.slack.render import MESSAGE, STOP
from adapters.view import View
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)

LIVES = 240.0
"""Seconds after which a stream is ended: Slack would, at 300."""

APPEND_SECONDS = 1.0
"""chat.appendStream is a tier 4 method: a hundred calls a minute and more, for all streams."""

CONFLICTS = frozenset(("streaming_state_conflict", "cant_delete_message"))
"""What Slack says to an edit or a deletion of a message that is still a stream."""

_OVER = "message_not_in_streaming_state"
_TIMEOUT = 5
_CARD = 256  # characters of a task card's title
_PASSING = frozenset(
    ("ratelimited", "rate_limited", "channel_not_found", "thread_not_found", "message_not_found")
)


@dataclass
class _Stream:
    """A stream that is open: since when, and what was given to it. `ts` is its message's."""

    ts: str
    place: tuple[str, str]
    since: float
    card: str
    shown: str = ""


class Streams:
    """The streams of one app. Whether there are any only a call tells: once refused, it isn't tried again.

    Args:
        client: of the bot; it waits where Slack says to.
        seconds: between two appends.
        clock: seconds.

    `hasty` is a client of its own, which soon gives up.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        seconds: float = APPEND_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._client = client
        # A stream that would have to wait for its beginning is no help.
        self.hasty = AsyncWebClient(
            token=client.token, base_url=client.base_url, timeout=_TIMEOUT, retry_handlers=[]
        )
        self._clock = clock
        self._open: dict[int, _Stream] = {}
        self._is_refused = False
        self.pace = Pace(seconds)

    def has(self, claim: Claim) -> bool:
        """Whether this answer is being streamed."""
        return claim.id in self._open

    async def begin(self, claim: Claim, view: View) -> str:
        """Begin a stream for an answer; gives its message's id, or nothing where it is to be posted.

        Raises:
            ChatUnavailable: Slack can't be reached; the stream may have begun all the same.
        """
        message = claim.message
        place, now = (message.channel, message.thread), self._clock()
        self._open = {number: each for number, each in self._open.items() if now - each.since < LIVES}
        is_taken = any(each.place == place for each in self._open.values())
        if self._is_refused or is_taken or message.kind != "direct" or not message.thread:
            return ""
        stream = self._open[claim.id] = _Stream("", place, now, view.waiting)
        try:
            stream.ts = await self._begun(claim, view)
        finally:
            if not stream.ts:
                del self._open[claim.id]
        return stream.ts

    async def _begun(self, claim: Claim, view: View) -> str:
        message = claim.message
        stop = actions(button(STOP, sentence("slack-stop", view.language), str(claim.id)))
        chunks = [
            _card(message, view.waiting, "in_progress"),
            {"type": "blocks", "blocks": [stop | {"block_id": mark_of(message)}]},
        ]
        try:
            with mapped():
                begun = await self.hasty.chat_startStream(
                    channel=message.channel,
                    thread_ts=message.thread,
                    recipient_team_id=message.team,
                    recipient_user_id=message.author,
                    chunks=chunks,
                )
        except ChatUnavailable as error:
            code = error.parameters["detail"]
            if error.parameters["reason"] == "unreachable" and code not in _PASSING:
                raise
            if code not in _PASSING:
                self._is_refused = True
                _log.info("Slack streams nothing here (%s); answers do without", code)
            return ""
        return str(begun["ts"])

    async def append(self, claim: Claim, view: View) -> bool:
        """Show what there is of an answer; False when it is streamed no more, and is to be edited."""
        stream = self._open.get(claim.id)
        if stream is None:
            return False
        text = unlinked(view.text)
        goes_on = self._clock() - stream.since < LIVES and view.status.stage != "restarting"
        if not (goes_on and text.startswith(stream.shown) and len(text) <= MESSAGE):
            return False
        chunks: list[Block] = []
        if view.waiting != stream.card:
            chunks.append(_card(claim.message, view.waiting, "in_progress"))
        if text != stream.shown:
            chunks.append({"type": "markdown_text", "text": text[len(stream.shown) :]})
        if not chunks:
            return True
        try:
            with mapped():
                await self.hasty.chat_appendStream(channel=claim.message.channel, ts=stream.ts, chunks=chunks)
        except ChatUnavailable as error:
            # What was refused comes with the next; of what got lost nobody knows whether it is there.
            return error.parameters["detail"] in _PASSING
        stream.card, stream.shown = view.waiting, text
        return True

    async def end(self, claim: Claim, metadata: Mapping[str, Any]) -> None:
        """End an answer's stream, if it has one. Its message can be edited then, and bears `metadata`."""
        if (stream := self._open.get(claim.id)) is not None:
            await self.stop(claim.message, stream.ts, metadata)
            self._open.pop(claim.id, None)

    async def stop(self, message: Message, ts: str, metadata: Mapping[str, Any]) -> None:
        """End a stream, also one of an earlier process. One that is over is no error."""
        try:
            with mapped():
                await self._client.chat_stopStream(channel=message.channel, ts=ts, metadata=dict(metadata))
        except ChatUnavailable as error:
            if error.parameters["detail"] != _OVER:
                raise


def mark_of(message: Message) -> str:
    """The id that a stream bears: the same for the same question."""
    key = f"{message.platform}:{message.team}/{message.channel}/{message.message}"
    return "saseo-" + hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def bears(message: Mapping[str, Any], mark: str) -> bool:
    """Whether a message is the stream with this id."""
    return any(mark in (block.get("task_id"), block.get("block_id")) for block in message.get("blocks") or ())


def _card(message: Message, title: str, status: str) -> Block:
    return {"type": "task_update", "id": mark_of(message), "title": unlinked(title)[:_CARD], "status": status}
