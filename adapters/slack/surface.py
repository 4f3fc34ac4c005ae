"""Answers in Slack: a message that is posted once and edited until it is whole.

Slack may have taken a post although the call failed. So the message carries the question's key as metadata,
and after a failure or a restart it is looked for before another is posted. What only the asker sees goes
through the response URL of their command. Nothing there can be edited for sure, so it is the answer, and
before it one line if it takes a while.

Where Slack streams (`streams.py`) the message begins as a stream, which is ended before the first edit of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.messages import Claim, Message
from adapters.pacing import Pace
from adapters.slack import render
from adapters.slack.agent import Agent
from adapters.slack.clients import webhook
from adapters.slack.errors import mapped
from adapters.slack.finding import find
from adapters.slack.render import Post
from adapters.slack.streams import CONFLICTS, Streams, mark_of
from adapters.view import View
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)

EVENT_TYPE = "saseo_answer"
SHARED_TYPE = "saseo_shared"
_EPHEMERAL = "ephemeral"
_LOOKING_AFTER = 1.5  # seconds without an answer: a line that an answer stands beside at once is noise


class SlackSurface:
    """Posts and edits through the Web API.

    Args:
        client: of the bot.
        agent: shows in threads that an answer is made.
        streams: of answers that Slack lets grow by themselves.
        pace: of the edits of all others.
    """

    def __init__(self, client: AsyncWebClient, agent: Agent, streams: Streams, pace: Pace) -> None:
        self._client = client
        self._agent = agent
        self._streams = streams
        self._pace = pace
        self._has_plain_thumbs = False  # where Slack takes none of its own
        self._looking: dict[int, tuple[asyncio.Event, asyncio.Task[None]]] = {}

    def pace(self, claim: Claim) -> Pace:
        return self._streams.pace if self._streams.has(claim) else self._pace

    async def open(self, claim: Claim, view: View) -> str:
        message = claim.message
        if message.reference:
            if not claim.may_be_posted:
                over = asyncio.Event()
                self._looking[claim.id] = over, asyncio.create_task(self._look(claim, over))
            return _EPHEMERAL
        if claim.may_be_posted and (found := await self._find(message, 0)):
            return found
        if streamed := await self._streams.begin(claim, view):
            return streamed
        post = render.running(view, claim.id, can_stop=True)
        reply, _ = await asyncio.gather(self._post(message, post, 0), self._agent.works(message))
        return reply

    async def show(self, claim: Claim, view: View) -> None:
        if claim.reply != _EPHEMERAL and not await self._streams.append(claim, view):
            await self._edit(claim, render.running(view, claim.id, can_stop=True))

    async def finish(self, claim: Claim, view: View) -> None:
        if claim.reply == _EPHEMERAL:
            await self._finish_private(claim, view)
            return
        in_agent = self._streams.has(claim) and not self._has_plain_thumbs
        try:
            await self._finish(claim, render.finished(view, claim.id, render.now(), in_agent=in_agent))
        except ChatUnavailable as error:
            if not in_agent or error.parameters["detail"] != "invalid_blocks":
                raise
            self._has_plain_thumbs = True
            await self._finish(claim, render.finished(view, claim.id, render.now()))
        await self._agent.rests(claim.message)

    async def _finish(self, claim: Claim, posts: list[Post]) -> None:
        if self._streams.has(claim):
            self._pace.spend()  # its last form is an edit all the same
        try:
            await self._edit(claim, posts[0])
        except ChatUnavailable as error:
            if error.parameters["reason"] != "gone":
                raise
            await self._post_once(claim.message, posts[0], 0)
        for part, post in enumerate(posts[1:], 1):
            await self._post_once(claim.message, post, part)

    async def _finish_private(self, claim: Claim, view: View) -> None:
        message = claim.message
        await self._looked(claim)
        for part, post in enumerate(render.finished(view, claim.id, render.now(), can_share=True)):
            # Where Slack can, the answer takes the line's place.
            await self._whisper(message, post, replace=part == 0 and message.kind == "command")

    async def withdraw(self, claim: Claim) -> None:
        await self._looked(claim)
        reply = claim.reply or (await self._find(claim.message, 0) if claim.may_be_posted else "")
        if reply and reply != _EPHEMERAL:
            channel = claim.message.channel
            placed = claim.placed(reply)
            await self._when_over(placed, lambda: self._client.chat_delete(channel=channel, ts=reply))
            await self._agent.rests(claim.message)

    async def whisper(self, message: Message, sentence: str) -> None:
        await self._whisper(message, render.told(sentence))

    async def post_shared(self, channel: str, posts: list[Post], key: str, since: datetime | None) -> None:
        """Post what somebody shares. What an attempt since then may have posted is looked for first."""
        for part, post in enumerate(posts):
            metadata = {"event_type": SHARED_TYPE, "event_payload": {"key": key, "part": part}}
            if since and await find(self._client, channel, metadata, oldest=f"{since.timestamp():.6f}"):
                continue
            with mapped():
                await self._client.chat_postMessage(channel=channel, metadata=metadata, **arguments(post))

    async def _look(self, claim: Claim, over: asyncio.Event) -> None:
        """Say that it takes a while, unless it is over before."""
        try:
            await asyncio.wait_for(over.wait(), _LOOKING_AFTER)
        except TimeoutError:
            try:
                await self._whisper(claim.message, render.looking(claim.id, claim.language))
            except ChatUnavailable as error:
                _log.warning("a sign of life could not be shown: %s", error)

    async def _looked(self, claim: Claim) -> None:
        """No line comes any more."""
        if found := self._looking.pop(claim.id, None):
            over, looking = found
            over.set()
            await looking

    async def _whisper(self, message: Message, post: Post, *, replace: bool = False) -> None:
        """Tell the author alone: in a direct message, through the response URL, or in the channel."""
        if message.reference:
            try:
                await respond(message.reference, post, replace=replace)
                return
            except ChatUnavailable as error:
                if error.parameters["reason"] != "gone":
                    raise
        with mapped():
            if message.is_private and not message.reference:
                await self._client.chat_postMessage(
                    channel=message.channel, thread_ts=message.thread or None, **arguments(post)
                )
            else:
                await self._client.chat_postEphemeral(
                    channel=message.channel,
                    user=message.author,
                    thread_ts=message.thread or None,
                    **_ephemeral_arguments(post),
                )

    async def _post(self, message: Message, post: Post, part: int) -> str:
        with mapped():
            answer = await self._client.chat_postMessage(
                channel=message.channel,
                thread_ts=message.thread or None,
                metadata=_metadata(message, part),
                **arguments(post),
            )
        return str(answer["ts"])

    async def _post_once(self, message: Message, post: Post, part: int) -> None:
        if not await self._find(message, part):
            await self._post(message, post, part)

    async def _edit(self, claim: Claim, post: Post) -> None:
        metadata = _metadata(claim.message, 0)
        await self._when_over(
            claim,
            lambda: self._client.chat_update(
                channel=claim.message.channel,
                ts=claim.reply,
                metadata=metadata,
                text=post.text,
                blocks=post.blocks,
                parse="none",
                link_names=False,
            ),
        )

    async def _when_over(self, claim: Claim, change: Callable[[], Awaitable[Any]]) -> None:
        """Change the reply, which Slack allows once it is no open stream, ours or an earlier process's."""
        metadata = _metadata(claim.message, 0)
        await self._streams.end(claim, metadata)
        try:
            with mapped():
                await change()
        except ChatUnavailable as error:
            if error.parameters["detail"] not in CONFLICTS:
                raise
            await self._streams.stop(claim.message, claim.reply, metadata)
            with mapped():
                await change()

    async def _find(self, message: Message, part: int) -> str:
        """The message that holds a part of this question's answer, by its metadata or mark, or nothing."""
        return await find(
            self._client,
            message.channel,
            _metadata(message, part),
            oldest=message.message,
            thread=message.thread,
            mark="" if part else mark_of(message),
        )


async def respond(url: str, post: Post, *, replace: bool = False) -> None:
    """Tell whoever gave a command, through its response URL. `replace`: instead of what was told before.

    Raises:
        ChatUnavailable: the URL has expired (after 30 minutes or five uses), or can't be reached.
    """
    with mapped():
        answer = await webhook(url).send(
            text=post.text,
            blocks=post.blocks or None,
            response_type="ephemeral",
            replace_original=replace,
        )
    if answer.status_code != 200:
        reason = "unreachable" if answer.status_code >= 500 or answer.status_code == 429 else "gone"
        raise ChatUnavailable(platform="Slack", reason=reason, detail=str(answer.status_code))


def _metadata(message: Message, part: int) -> dict[str, Any]:
    """What tells this question's answer from any other. An edited question keeps its message."""
    key = f"{message.platform}:{message.team}/{message.channel}/{message.message}"
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key, "part": part}}


def arguments(post: Post) -> dict[str, Any]:
    """A message as a call takes it: it notifies nobody by a name, and unfurls no link."""
    return {
        "text": post.text,
        "blocks": post.blocks,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _ephemeral_arguments(post: Post) -> dict[str, Any]:
    return {"text": post.text, "blocks": post.blocks, "parse": "none", "link_names": False}
