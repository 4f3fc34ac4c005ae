"""The scenarios' stage in Discord: the real discord.py against a server of our own."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.discord.adapter import DiscordAdapter, Options
from bot.chat.limits import Limits
from tests.adapters.discord import world
from tests.adapters.discord.server import TOKEN, FakeDiscord
from tests.adapters.discord.world import BOT, GENERAL, GUILD
from tests.fakes import FakeKnowledge
from tests.scenarios.stage import CHANNEL, DIRECT, NO_FILES, Asked, Process, Seen
from tests.talk import MANY

PEOPLE = {"asker": "11", "other": "12", "admin": "13"}
OPTIONS = {
    "list": "words",
    "show": "document",
    "remove": "document",
    "forget": "folder",
    "followups": "switch",
    "approve": "correction",
}
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_ALIVE = re.compile(r"(?<!\\)<[@#:t/]|@(?:everyone|here)\b|(?<!\\)https?://|\]\(", re.IGNORECASE)


class DiscordStage:
    """People in a fake server."""

    def __init__(self, discord: FakeDiscord, process: Process) -> None:
        self.discord = discord
        self.process = process
        self.knowledge = process.knowledge

    async def say(
        self,
        text: str,
        *,
        person: str = "asker",
        place: str = CHANNEL,
        thread: str = "",
        mention: bool = True,
        files: Mapping[str, bytes] = NO_FILES,
    ) -> Asked:
        channel = self.channel(place)
        content = f"<@{BOT}> {text}" if mention else text
        more: dict[str, Any] = {}
        if files:
            self.discord.files.update(files)
            more["attachments"] = [self._attached(*file) for file in files.items()]
        if thread in self.discord.world.channels:
            channel = thread
        elif thread:
            answers = [each for each in self._posts(channel) if self.root(each) == thread]
            more |= {"reply_to": answers[-1], "ping": False}
        message = self.discord.world.say(PEOPLE[person], channel, content, **more)
        asked = Asked(place, message["id"], thread or message["id"], message)
        await self.deliver_again(asked)
        return asked

    async def deliver_again(self, asked: Asked) -> None:
        await self.discord.dispatch("MESSAGE_CREATE", self.discord.world.delivered(asked.raw))

    async def edit(self, asked: Asked, text: str) -> None:
        content = asked.raw["content"].split(" ")[0] + f" {text}"
        asked.raw.update(content=content, edited_timestamp=datetime.now(UTC).isoformat())
        await self.discord.dispatch("MESSAGE_UPDATE", self.discord.world.delivered(asked.raw))

    async def unfurl(self, asked: Asked) -> None:
        """Discord adds a preview to a message, which arrives as a change of it."""
        asked.raw["embeds"] = [{"type": "link", "title": "preview"}]
        await self.discord.dispatch("MESSAGE_UPDATE", self.discord.world.delivered(asked.raw))

    async def delete(self, asked: Asked) -> None:
        channel = asked.raw["channel_id"]
        self.discord.world.messages[channel].pop(asked.id)
        gone = {"id": asked.id, "channel_id": channel}
        await self.discord.dispatch(
            "MESSAGE_DELETE", gone | ({"guild_id": GUILD} if place_has_guild(channel) else {})
        )

    async def command(
        self, name: str, argument: str = "", *, person: str = "asker", place: str = CHANNEL
    ) -> None:
        if name == "ask":
            data = {"name": "ask", "options": [{"name": "question", "type": 3, "value": argument}]}
        else:
            options = (
                [{"name": OPTIONS[name], "type": 3, "value": argument}]
                if name in OPTIONS and (argument or name != "list")
                else []
            )
            data = {"name": "docs", "options": [{"name": name, "type": 1, "options": options}]}
        await self.interact(2, {"id": "1", "type": 1, **data}, person=person, place=place)

    async def add_file(self, name: str, data: bytes, *, place: str = CHANNEL) -> None:
        self.discord.files[name] = data
        url = f"http://{self.discord.url}/files/{name}"
        attachment = {"id": "77", "filename": name, "size": len(data), "url": url, "proxy_url": url}
        option = {"name": "file", "type": 11, "value": "77"}
        command = {"name": "add", "type": 1, "options": [option]}
        resolved = {"attachments": {"77": attachment}}
        interaction = {"id": "1", "type": 1, "name": "docs", "options": [command], "resolved": resolved}
        await self.interact(2, interaction, place=place)

    async def click(
        self,
        seen: Seen,
        button: str,
        *,
        person: str = "asker",
        message: dict[str, Any] | None = None,
    ) -> None:
        message = message or self.raw(seen.id)
        component = world.buttons(message)[button]
        data = {"custom_id": component["custom_id"], "component_type": 2}
        whole = {"author": self.discord.world.users[BOT], "timestamp": "2026-11-01T00:00:00+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": 0, "content": ""}  # fmt: skip
        message = {key: value for key, value in {**whole, **message}.items() if value is not None}
        await self.interact(3, data, person=person, more={"message": message})

    async def give_reason(self, reason: str, comment: str) -> None:
        (modal,) = await self.until(lambda: self.discord.world.modals)
        fields = [("reason", 21, reason), ("comment", 4, comment)]
        components = [
            {"type": 18, "id": index, "component": {"type": kind, "custom_id": name, "value": value, "id": 9}}
            for index, (name, kind, value) in enumerate(fields)
        ]
        before = len(self.private("other"))
        await self.interact(5, {"custom_id": modal["custom_id"], "components": components}, person="other")
        await self.until(lambda: len(self.private("other")) > before)

    async def interact(
        self,
        kind: int,
        data: dict[str, Any],
        *,
        person: str = "asker",
        place: str = CHANNEL,
        more: dict[str, Any] | None = None,
    ) -> None:
        """An interaction; it is acknowledged when this returns."""
        payload = self.discord.interaction(PEOPLE[person], self.channel(place), kind, data)
        await self.discord.dispatch("INTERACTION_CREATE", {**payload, **(more or {})})
        await self.until(lambda: self.discord.is_acknowledged(payload["token"]))

    def channel(self, place: str) -> str:
        """The id of a place."""
        if place == CHANNEL:
            return GENERAL
        return self.discord.world.direct("11") if place == DIRECT else place

    def seen(self, place: str = CHANNEL) -> list[Seen]:
        return [self._seen(each) for each in self._posts(self.channel(place))]

    def private(self, person: str = "asker") -> list[Seen]:
        """What only this person sees: in a channel, and in direct messages."""
        own = [self._seen(each) for who, each in self.discord.world.private if who == PEOPLE[person]]
        direct = self._posts(f"5{PEOPLE[person]}")
        return [*own, *map(self._seen, direct)]

    async def until(self, true: Callable[[], Any]) -> Any:
        return await self.discord.until(true)

    async def invite_outsider(self) -> None:
        self.discord.world.features.append("DISCOVERABLE")
        guild = self.discord.world.guild()
        await self.discord.dispatch("GUILD_UPDATE", guild)

    async def close_channel(self) -> None:
        found = self.discord.world.channels[GENERAL]
        readers = [world.overwrite(reader, 1, world.VIEW) for reader in (PEOPLE["asker"], BOT)]
        found["permission_overwrites"] = [world.overwrite(GUILD, 0, deny=world.VIEW), *readers]
        await self.discord.dispatch("CHANNEL_UPDATE", found)

    def limit_next_calls(self) -> None:
        self.discord.limits += ["POST messages", "PATCH messages"]

    def lose_next_post(self) -> None:
        self.discord.losing.append("POST messages")

    def let_minutes_pass(self) -> None:
        self.discord.world.nonces.clear()

    async def disconnect(self) -> None:
        before = self.discord.resumed + len(self.discord.identified)
        await self.discord.disconnect()
        await self.until(lambda: self.discord.resumed + len(self.discord.identified) > before)

    async def restart(self) -> None:
        before = len(self.discord.identified)
        await self.process.end()
        self.process.start()
        await self.until(lambda: len(self.discord.identified) > before)

    def alive(self) -> list[str]:
        """What would ping somebody or could be clicked."""
        shown = [_CODE.sub("", each["content"]) for each in self._posts(GENERAL)]
        return [found[0] for text in shown for found in _ALIVE.finditer(text)]

    def root(self, message: dict[str, Any]) -> str:
        """The message that a talk began with."""
        messages = self.discord.world.messages[message["channel_id"]]
        while reference := message.get("message_reference"):
            if reference["message_id"] not in messages:
                return str(reference["message_id"])
            message = messages[reference["message_id"]]
        return str(message["id"])

    def _attached(self, name: str, data: bytes) -> dict[str, Any]:
        """A file as a message names it."""
        url = f"http://{self.discord.url}/files/{name}"
        return {"id": self.discord.world.snowflake(), "filename": name, "size": len(data), "url": url, "proxy_url": url}  # fmt: skip

    def _posts(self, channel: str) -> list[dict[str, Any]]:
        messages = self.discord.world.messages.get(channel, {}).values()
        return [each for each in messages if each["author"]["id"] == BOT]

    def raw(self, message: str) -> dict[str, Any]:
        """A message as the server has it."""
        places = self.discord.world.messages.values()
        found = [place[message] for place in places if message in place]
        return (found or [each for _, each in self.discord.world.private if each["id"] == message])[0]

    def _seen(self, message: dict[str, Any]) -> Seen:
        place = message["channel_id"]
        thread = place if "thread_metadata" in self.discord.world.channels[place] else self.root(message)
        return Seen(message["id"], world.seen(message), thread, frozenset(world.buttons(message)))


def place_has_guild(channel: str) -> bool:
    """Whether a channel isn't one of direct messages."""
    return not (len(channel) == 3 and channel.startswith("5"))


@asynccontextmanager
async def discord_stage(
    folder: Path,
    knowledge: FakeKnowledge,
    limits: Limits = MANY,
    prepare: Callable[[FakeDiscord], None] = lambda _: None,
    options: Options | None = None,
) -> AsyncIterator[DiscordStage]:
    """A server with a connected bot."""
    async with FakeDiscord() as discord:
        prepare(discord)
        chosen = replace(
            options or Options(edit_seconds=0.0),
            retry_seconds=(0.05,) * 20,
            ready_seconds=0.05,
            identify_seconds=0.0,
        )

        def adapter() -> DiscordAdapter:
            return DiscordAdapter(TOKEN, discord.api_url, discord.gateway_url, chosen)

        process = Process(folder, knowledge, limits, adapter)
        async with process.running(lambda: discord.until(lambda: discord.is_connected)):
            yield DiscordStage(discord, process)
