"""What happens on Discord, handed on: questions, edits, deletions, clicks.

Discord delivers a message once. So a question is claimed as soon as it is heard, and what is missed while a
session is lost is read from the channels' histories.
"""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Literal

import discord
from discord import app_commands

from adapters.desk import Desk
from adapters.discord import Connected, render
from adapters.discord.clicks import Clicks
from adapters.discord.commands import CommandDesk
from adapters.discord.convert import Place, edited, place_of, question_of, question_of_interaction
from adapters.discord.directory import DiscordDirectory
from adapters.discord.errors import mapped
from adapters.discord.forms import tell_error
from adapters.discord.missed import missed
from adapters.discord.places import Places
from adapters.discord.surface import DiscordSurface
from adapters.discord.tree import Commands, Translations
from adapters.discord.views import PersistentButton
from adapters.messages import Claim, Message
from adapters.protocol import Librarian
from knowledge.errors import ChatUnavailable
from knowledge.messages import text as sentence
from knowledge.types import Language

_log = logging.getLogger(__name__)

_ACKNOWLEDGE_SECONDS = 1.5  # of the three that Discord gives
_DIRECT_CHANNELS = 500
_CANNOT_READ = "cannot-read"
_INSISTING = (0.5, 2.0, 10.0)
_SYNC_SECONDS = 60.0
_HANGUL = re.compile("[가-힣]")

Interaction = discord.Interaction[Any]


class Events:
    """Listens to a client, and to the next one when that is replaced.

    Args:
        librarian: claims and does.
        desk: answers.
        directory: is told where people use the bot.
        surface: acknowledges commands.
        on_connected: is told who is connected, once.
        answer_bots: take other bots' mentions too, and nothing else of them.
    """

    def __init__(
        self,
        librarian: Librarian,
        desk: Desk,
        directory: DiscordDirectory,
        surface: DiscordSurface,
        on_connected: Callable[[Connected], None],
        *,
        answer_bots: bool = False,
    ) -> None:
        self._librarian = librarian
        self._desk = desk
        self._directory = directory
        self._surface = surface
        self._on_connected = on_connected
        self._answer_bots = answer_bots
        self._clicks = Clicks(librarian, surface)
        self._client: discord.Client
        self._places = Places(lambda: self._client, directory)
        self._commands = Commands(CommandDesk(librarian, self._places.of_interaction), self._ask)
        self._sync: asyncio.Task[None] | None = None
        self._had_session = self._was_ready = False
        self._left_behind: list[Claim] = []
        self._last_claimed: datetime | None = None
        self._missed_since: datetime | None = None
        self._direct: dict[int, str] = {}  # channels of direct messages, with the team that they belong to
        self.heard_at = datetime.now(UTC)
        self.lost_at: float | None = None
        self.is_connected = False
        self.are_over = False

    async def prepare(self) -> None:
        """Look what an earlier process left behind, before anything new is heard."""
        self._left_behind = await self._desk.left_behind()
        self._last_claimed = await self._librarian.last_claimed()

    def listen_to(self, client: discord.Client) -> None:
        """Hear what this client hears."""
        self._client = client
        client.add_dynamic_items(PersistentButton)
        self._tree = self._commands.tree(client)
        for handler in (
            self.on_ready,
            self.on_disconnect,
            self.on_socket_event_type,
            self.on_message,
            self.on_raw_message_edit,
            self.on_raw_message_delete,
            self.on_raw_bulk_message_delete,
            self.on_member_remove,
            self.on_interaction,
            self.on_saseo_button,
            self.on_error,
        ):
            client.event(handler)

    async def close(self) -> None:
        """Stop what goes on in the background."""
        if self._sync is not None:
            self._sync.cancel()
            await asyncio.wait({self._sync})

    async def on_ready(self) -> None:
        """A new session: commands are published, what was left behind or missed is answered."""
        client, missed_since = self._client, self._missed_since
        self._missed_since = None
        if not self._was_ready:
            self._was_ready = True
            servers = tuple(guild.name for guild in client.guilds)
            reads_all = client.intents.message_content
            self._on_connected(Connected(str(client.user), servers, reads_all, client.application_id or 0))
            self._desk.resume(self._left_behind)
            self._sync = asyncio.create_task(self._publish_commands(), name="discord commands")
        if missed_since is not None:
            try:
                async for message in missed(client, missed_since, list(self._direct)):
                    await self.on_message(message)
            except ChatUnavailable as error:
                _log.warning("not all that was missed could be read; the next session tries again: %s", error)
                self._missed_since = missed_since

    async def on_disconnect(self) -> None:
        """The connection is lost; discord.py makes it anew, at longer and longer intervals."""
        self.lost_at = self.lost_at or monotonic()
        self.is_connected = False

    async def on_socket_event_type(self, event: str) -> None:
        """Something came over the gateway. A new session begins with READY."""
        if event == "READY" and self._missed_since is None:
            self._missed_since = self.heard_at if self._had_session else self._last_claimed
            self._had_session = True
        self.heard_at = datetime.now(UTC)
        self.lost_at = None
        self.is_connected = True

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote. Nobody delivers it again, so a claim that fails is tried again."""
        incident = uuid.uuid4().hex[:8]
        for seconds in (*_INSISTING, None):
            try:
                await self._take(message)
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the person hears of it in the end
                _log.error("a question could not be taken", exc_info=error, extra={"incident": incident})
            if seconds is not None:
                await asyncio.sleep(seconds)
        if message.guild is None or (self._client.user and self._client.user.mentioned_in(message)):
            said = sentence("discord-failed", _language(message), incident=incident)
            await self._surface.remark(message.channel.id, message.id, said)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed a message, or Discord added a preview to one."""
        if self.are_over or payload.message.edited_at is None:
            return
        revised = edited(payload.message, await self._question(payload.message))
        if revised is not None:
            await self._desk.revise(revised)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        await self._retract(payload.guild_id, payload.channel_id, [payload.message_id])

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages are gone."""
        await self._retract(payload.guild_id, payload.channel_id, sorted(payload.message_ids))

    async def on_member_remove(self, member: discord.Member) -> None:
        """Somebody left (told only to apps with the members intent)."""
        self._directory.changed(str(member.guild.id), str(member.id))

    async def on_interaction(self, interaction: Interaction) -> None:
        """A command, a click or a form. Commands and clicks have their own ways."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._guarded(interaction, self._clicks.sent(interaction))

    async def on_saseo_button(self, interaction: Interaction, button: render.Button) -> None:
        """A click on a button of ours, also of one from before a restart."""
        await self._guarded(interaction, self._clicks.clicked(interaction, button))

    async def on_error(self, event: str, *_arguments: object) -> None:
        """What went wrong in one of these: in the log, with an id."""
        _log.exception("handling %s failed", event, extra={"incident": uuid.uuid4().hex[:8]})

    async def _guarded(self, interaction: Interaction, serving: Awaitable[None]) -> None:
        try:
            await serving
        except Exception as error:  # noqa: BLE001 - the person hears of it
            await tell_error(interaction, error)

    async def _take(self, message: discord.Message) -> None:
        """Claim a message if it asks something."""
        if self.are_over:
            return
        question = await self._question(message)
        if question is None:
            return
        if question.kind == "follow_up":
            if not await self._librarian.follows(question.team, question.channel, question.thread):
                return
            if not self._client.intents.message_content and not question.text:
                await self._hint(message, question)
                return
        if question.kind == "direct":
            self._direct[message.channel.id] = question.team
            if len(self._direct) > _DIRECT_CHANNELS:
                del self._direct[next(iter(self._direct))]
        else:
            self._directory.met(question.author, question.team)
        await self._desk.receive(question)

    async def _ask(
        self,
        interaction: Interaction,
        text: str,
        kind: Literal["command", "about"],
        files: Sequence[discord.Attachment],
    ) -> None:
        """Claim a question that needs an acknowledgement within three seconds, whatever the claim takes."""
        if self.are_over:
            return
        self._surface.expect(interaction)
        taking = asyncio.ensure_future(self._receive(interaction, text, kind, files))
        await asyncio.wait({taking}, timeout=_ACKNOWLEDGE_SECONDS)
        if not taking.done():
            await self._surface.acknowledge(str(interaction.id))
        await taking

    async def _receive(
        self,
        interaction: Interaction,
        text: str,
        kind: Literal["command", "about"],
        files: Sequence[discord.Attachment],
    ) -> None:
        place = await self._places.of_interaction(interaction)
        await self._desk.receive(question_of_interaction(interaction, place, text, kind, files))

    async def _question(self, message: discord.Message) -> Message | None:
        me = self._client.user
        is_bot = message.author.bot or message.webhook_id is not None
        if me is None or message.author.id == me.id or (is_bot and not self._answer_bots):
            return None
        place = await self._places.of(message.channel, message.guild, str(message.author.id))
        if place is None:
            return None
        role = message.guild.self_role if message.guild is not None else None
        question = question_of(message, place, me.id, [role.id] if role else [])
        return None if is_bot and question is not None and question.kind != "mention" else question

    async def _retract(self, guild_id: int | None, channel_id: int, messages: Sequence[int]) -> None:
        if self.are_over:
            return
        if guild_id is None:
            place = Place(self._direct.get(channel_id, ""), str(channel_id), is_direct=True)
        else:
            found = place_of(self._client.get_channel(channel_id))
            if found is None:
                return  # a thread that was never spoken in since the start, or a channel that is gone too
            place = found
        for message in messages:
            await self._desk.retract(place.team, place.channel, str(message))

    async def _hint(self, message: discord.Message, question: Message) -> None:
        """Say once in a channel that a follow-up can't be read, and what helps."""
        if not await self._librarian.is_first_time(question.team, question.channel, _CANNOT_READ):
            return
        said = sentence(f"discord-{_CANNOT_READ}", _language(message))
        try:
            await self._surface.remark(message.channel.id, message.id, said)
        except ChatUnavailable:
            await self._librarian.was_not_told(question.team, question.channel, _CANNOT_READ)
            raise

    async def _publish_commands(self) -> None:
        """Tell Discord which commands there are. The bot works without them, so it goes on trying."""
        await self._tree.set_translator(Translations())
        seconds = _SYNC_SECONDS
        while True:
            try:
                with mapped():
                    await self._tree.sync()
                return
            except (ChatUnavailable, app_commands.AppCommandError) as error:
                _log.warning("the commands could not be published: %s", error)
            await asyncio.sleep(seconds)
            seconds = min(2 * seconds, 3600)


def _language(message: discord.Message) -> Language:
    """The language to speak where nothing could be read: the server's, or what was written."""
    if message.guild is not None:
        return "ko" if message.guild.preferred_locale is discord.Locale.korean else "en"
    return "ko" if _HANGUL.search(message.content) else "en"
