"""Answers in Discord: a reply that is posted once and edited until it is whole.

Discord may have taken a post although the call failed. So each carries an enforced nonce, by which Discord
refuses a second one for some minutes, and later the channel's history is searched before another is posted:
an answer replies to its question, each further part to the part before.

What only the asker sees goes through their command's token. It lives for fifteen minutes; after that the
answer comes as a direct message.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import discord

from adapters.discord import render
from adapters.discord.convert import is_interaction
from adapters.discord.errors import ALREADY_ACKNOWLEDGED, CANNOT_WRITE_TO_PERSON, NAME, mapped
from adapters.discord.finding import find_reply, find_words
from adapters.discord.markup import plain
from adapters.discord.render import Post
from adapters.discord.views import view_of
from adapters.messages import Claim, Message
from adapters.pacing import Pace
from adapters.view import View
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence

_log = logging.getLogger(__name__)
TOKEN_LIVES = timedelta(minutes=14, seconds=30)
_ORIGINAL = "@original"
_LIVE = 1000

NOBODY = discord.AllowedMentions.none()


class DiscordSurface:
    """Posts and edits through the bot's client.

    Args:
        client: gives the bot's; raises ChatUnavailable when there is none.
        token_lives: how long an interaction's token is used.
        pace: of the edits in each channel.
    """

    def __init__(self, client: Callable[[], discord.Client], token_lives: timedelta, pace: Pace) -> None:
        self._current = client
        self._token_lives = token_lives
        self._pace = pace
        self._waiting: dict[str, discord.Interaction[Any]] = {}

    def expect(self, interaction: discord.Interaction[Any]) -> None:
        """An interaction that is a question, and has to be acknowledged within three seconds."""
        self._waiting[str(interaction.id)] = interaction
        while len(self._waiting) > _LIVE:
            del self._waiting[next(iter(self._waiting))]

    async def acknowledge(self, interaction_id: str) -> None:
        """Tell Discord that an answer is being made, for the asker's eyes only. Once."""
        interaction = self._waiting.pop(interaction_id, None)
        if interaction is None:
            return
        try:
            with mapped():
                await interaction.response.defer(ephemeral=True, thinking=True)
        except ChatUnavailable as error:
            if error.parameters["detail"] != str(ALREADY_ACKNOWLEDGED):
                _log.warning("an interaction could not be acknowledged: %s", error)

    def pace(self, claim: Claim) -> Pace:
        del claim
        return self._pace

    async def open(self, claim: Claim, view: View) -> str:
        message = claim.message
        if is_interaction(message):
            await self.acknowledge(message.message)
            return _ORIGINAL
        if claim.may_be_posted and (found := await self._find(claim, message.message)):
            return str(found.id)
        return await self._post(claim, render.running(view, claim.id, message.thread), message.message)

    async def show(self, claim: Claim, view: View) -> None:
        post = render.running(view, claim.id, claim.message.thread)
        if claim.reply == _ORIGINAL:
            if self._is_alive(claim.message):
                await self._edit_original(claim.message, post)
        else:
            await self._edit(claim, claim.reply, post)

    async def finish(self, claim: Claim, view: View) -> None:
        private = is_interaction(claim.message)
        posts = render.finished(view, claim.id, claim.message.thread, render.now(), can_share=private)
        if not private:
            await self._finish(claim, posts)
        elif not self._is_alive(claim.message) or not await self._finish_private(claim.message, posts):
            await self._send_late(claim, posts)

    async def withdraw(self, claim: Claim) -> None:
        if is_interaction(claim.message):
            return
        reply = claim.reply
        if not reply and claim.may_be_posted and (found := await self._find(claim, claim.message.message)):
            reply = str(found.id)
        if reply:
            with mapped():
                await self._message(claim, reply).delete()

    async def whisper(self, message: Message, sentence: str) -> None:
        post = Post(plain(sentence))
        if is_interaction(message):
            await self.acknowledge(message.message)
            if self._is_alive(message) and await self._finish_private(message, [post]):
                return
        try:
            await self._send_to_person(message, [post])
        except ChatUnavailable as error:
            if message.is_private or error.parameters["reason"] == "unreachable":
                raise
            await self._send(int(message.reference), post, _nonce(message, "whisper"), message.message)

    async def remark(self, channel: int, message: int, sentence: str) -> None:
        """Say something about a message that isn't answered."""
        await self._send(channel, Post(plain(sentence)), _hashed(f"remark {message}"), str(message))

    async def post_shared(self, channel: int, posts: list[Post], key: str, since: datetime | None) -> None:
        """Post what somebody shares. What an attempt since then may have posted is looked for first."""
        before = ""
        for part, post in enumerate(posts):
            found = await self._find_shared(channel, post, since, before) if since else None
            if found is not None:
                before = str(found.id)
            else:
                before = await self._send(channel, post, _hashed(f"share {key} {part}"), before)

    @property
    def _client(self) -> discord.Client:
        return self._current()

    async def _finish(self, claim: Claim, posts: list[Post]) -> None:
        try:
            await self._edit(claim, claim.reply, posts[0])
            before = claim.reply
        except ChatUnavailable as error:
            if error.parameters["reason"] != "gone":
                raise
            before = await self._post(claim, posts[0], claim.message.message, again=True)
        for post in posts[1:]:
            found = await self._find(claim, before)
            if found is None:
                before = await self._post(claim, post, before)
            else:
                before = str(found.id)
                await self._edit(claim, before, post)
        if claim.message.revision:  # a shorter answer than the one before the edit
            while (left := await self._find(claim, before)) is not None:
                before = str(left.id)
                with mapped():
                    await left.delete()

    async def _finish_private(self, message: Message, posts: list[Post]) -> bool:
        """Show it where the command was given; False when its token is dead."""
        try:
            await self._edit_original(message, posts[0])
            for post in posts[1:]:
                with mapped():
                    await self._webhook(message).send(
                        post.content,
                        ephemeral=True,
                        suppress_embeds=True,
                        allowed_mentions=NOBODY,
                        **_with_view(post),
                    )
        except ChatUnavailable as error:
            if error.parameters["reason"] not in ("gone", "token"):
                raise
            return False
        return True

    async def _send_late(self, claim: Claim, posts: list[Post]) -> None:
        """A private answer whose token is dead: a direct message, or a line to say why there is none."""
        message = claim.message
        try:
            await self._send_to_person(message, posts)
        except ChatUnavailable as error:
            if error.parameters["detail"] != str(CANNOT_WRITE_TO_PERSON):
                raise
            name = f"<@{message.author}>"  # shown, and pings nobody
            late = f"{name} {plain(sentence('discord-late', claim.language))}"
            await self._send(int(message.channel), Post(late), _nonce(message, "late"), "")

    async def _send_to_person(self, message: Message, posts: list[Post]) -> None:
        if message.kind == "direct":
            channel = int(message.channel)
        else:
            with mapped():
                channel = (await self._client.create_dm(discord.Object(int(message.author)))).id
        for part, post in enumerate(posts):
            await self._send(channel, post, _nonce(message, f"direct {part}"), "")

    async def _post(self, claim: Claim, post: Post, before: str, *, again: bool = False) -> str:
        message = claim.message
        part = before if before == message.message else f"{before}{message.revision}"
        nonce = _nonce(message, f"again {claim.reply}" if again else part)
        return await self._send(int(message.reference), post, nonce, before)

    async def _send(self, channel: int, post: Post, nonce: str, before: str) -> str:
        place = self._client.get_partial_messageable(channel)
        more = _with_view(post)
        if before:
            more["reference"] = discord.MessageReference(
                message_id=int(before), channel_id=channel, fail_if_not_exists=False
            )
        with mapped():
            sent = await place.send(
                post.content,
                nonce=nonce,
                suppress_embeds=True,
                allowed_mentions=NOBODY,
                mention_author=False,
                **more,
            )
        return str(sent.id)

    async def _edit(self, claim: Claim, reply: str, post: Post) -> None:
        with mapped():
            await self._message(claim, reply).edit(
                content=post.content, view=view_of(post), allowed_mentions=NOBODY
            )

    async def _edit_original(self, message: Message, post: Post) -> None:
        with mapped():
            await self._webhook(message).edit_message(
                cast("int", _ORIGINAL),  # what Discord calls the answer to an interaction
                content=post.content,
                view=view_of(post),
                allowed_mentions=NOBODY,
            )

    async def _find_shared(
        self, channel: int, post: Post, since: datetime, before: str
    ) -> discord.Message | None:
        """The message that holds what is shared: the part after `before`, or the first."""
        place = self._client.get_partial_messageable(channel)
        if before:
            return await find_reply(self._client, place, before)
        return await find_words(self._client, place, post.content, since)

    async def _find(self, claim: Claim, before: str) -> discord.Message | None:
        """The bot's message that replies to this one, and so holds the answer or its next part."""
        place = self._client.get_partial_messageable(int(claim.message.reference))
        return await find_reply(self._client, place, before)

    def _message(self, claim: Claim, reply: str) -> discord.PartialMessage:
        return self._client.get_partial_messageable(int(claim.message.reference)).get_partial_message(
            int(reply)
        )

    def _webhook(self, message: Message) -> discord.Webhook:
        application = self._client.application_id
        if application is None:
            raise ChatUnavailable(platform=NAME, reason="unreachable", detail="")
        webhook = discord.Webhook.partial(application, message.reference, client=self._client)
        webhook.type = discord.WebhookType.application
        return webhook

    def _is_alive(self, message: Message) -> bool:
        asked = discord.utils.snowflake_time(int(message.message))
        return datetime.now(UTC) - asked < self._token_lives


def _nonce(message: Message, part: str) -> str:
    """The same for the same part of the answer to the same question: an edited one keeps its message."""
    return _hashed(f"{message.team}/{message.channel}/{message.message} {part}")


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()  # of at most 25 characters


def _with_view(post: Post) -> dict[str, Any]:
    view = view_of(post)
    return {"view": view} if view else {}
