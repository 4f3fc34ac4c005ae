"""The scenarios' stage in Slack: the real slack-bolt against a server of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from adapters.door import Door
from adapters.slack import PATH
from adapters.slack.adapter import Options, SlackAdapter
from adapters.slack.connections import HttpConnection, SocketConnection
from adapters.slack.render import DOWN, SHARE, STOP, UP
from bot.chat.limits import Limits
from bot.operations.server import Serving
from tests.adapters.slack import workspace
from tests.adapters.slack.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.fakes import FakeKnowledge
from tests.scenarios.stage import CHANNEL, DIRECT, NO_FILES, Asked, Process, Seen
from tests.talk import MANY

PEOPLE = {"asker": "U1", "other": "U2", "admin": "ADMIN"}
PLACES = {CHANNEL: "C1", DIRECT: "D1"}
STREAMING = ("chat.startStream", "chat.appendStream", "chat.stopStream")
BUTTONS = {"stop": STOP, "up": UP, "down": DOWN, "share": SHARE}


class SlackStage:
    """People in a fake workspace, who meet in a channel, or `in_agent` in the bot's direct messages with one."""

    def __init__(self, slack: FakeSlack, process: Process, *, in_agent: bool = False) -> None:
        self.slack = slack
        self.process = process
        self.knowledge = process.knowledge
        self.in_agent = in_agent
        self.channel = PLACES[DIRECT if in_agent else CHANNEL]

    def place(self, place: str) -> str:
        """A place's id."""
        return self.channel if place == CHANNEL else PLACES[place]

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
        channel = self.place(place)
        if self.in_agent and not thread:  # as Slack has it there: each talk is a thread
            thread = self.slack.workspace.say(PEOPLE[person], channel, "새 대화")["ts"]
        typed = f"<@{workspace.BOT}> {text}" if mention else text
        more: dict[str, Any] = {"thread_ts": thread} if thread else {}
        if files:
            self.slack.files.update(files)
            more |= {"subtype": "file_share", "files": [self._attached(*file) for file in files.items()]}
        message = self.slack.workspace.say(PEOPLE[person], channel, typed, **more)
        asked = Asked(place, message["ts"], thread or message["ts"], message)
        await self.deliver_again(asked, retry=0)
        return asked

    async def deliver_again(self, asked: Asked, retry: int = 1) -> None:
        """The message event, and for a mention its twin, at once."""
        channel, message = self.place(asked.place), asked.raw
        kind = "im" if channel.startswith("D") else "channel"
        events = [{**message, "channel": channel, "channel_type": kind, "event_ts": asked.id}]
        if f"<@{workspace.BOT}>" in message["text"] and kind == "channel":
            events.append({**message, "type": "app_mention", "channel": channel, "event_ts": asked.id})
        await asyncio.gather(
            *(self.slack.deliver("events_api", self.slack.event(event), retry) for event in events)
        )

    async def edit(self, asked: Asked, text: str) -> None:
        message = {
            **asked.raw,
            "text": f"<@{workspace.BOT}> {text}",
            "edited": {"user": asked.raw["user"], "ts": self.slack.workspace.ts()},
        }
        await self._changed(asked, "message_changed", message=message, previous_message=asked.raw)

    async def delete(self, asked: Asked) -> None:
        self.slack.workspace.channels[self.place(asked.place)].messages.pop(asked.id)
        await self._changed(asked, "message_deleted", deleted_ts=asked.id, previous_message=asked.raw)

    async def unfurl(self, asked: Asked) -> None:
        """Slack adds a preview to a message, which arrives as a change of it."""
        message = {**asked.raw, "attachments": [{"title": "preview"}]}
        await self._changed(asked, "message_changed", message=message, previous_message=asked.raw)

    async def command(
        self, name: str, argument: str = "", *, person: str = "asker", place: str = CHANNEL
    ) -> None:
        channel = self.place(place)
        slash, text = ("/ask", argument) if name == "ask" else ("/docs", f"{name} {argument}".strip())
        payload = {
            "command": slash,
            "text": text,
            "team_id": workspace.TEAM,
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": "general",
            "user_id": PEOPLE[person],
            "user_name": person,
            "api_app_id": "A1",
            "trigger_id": self.slack.trigger(),
            "response_url": self.slack.response_url(PEOPLE[person], channel),
        }
        await self.slack.deliver("slash_commands", payload)

    async def add_file(self, name: str, data: bytes, *, place: str = CHANNEL) -> None:
        """In the form that the command opens."""
        self.slack.files[name] = data
        await self.command("add", place=place)
        file = {"name": name, "size": len(data), "url_private_download": f"{self.slack.url}/files/{name}"}
        await self.send(await self.form(), {"files": [file]})

    async def click(self, seen: Seen, button: str, *, person: str = "asker") -> None:
        message = self._raw(seen.id)
        element = workspace.buttons(message)[BUTTONS[button]]
        channel = self.channel
        payload = {
            **self._clicked(person),
            "type": "block_actions",
            "channel": {"id": channel},
            "message": message,
            "response_url": self.slack.response_url(PEOPLE[person], channel),
            "actions": [{**element, "block_id": "b", "action_ts": "1"}],
        }
        await self.slack.deliver("interactive", payload)

    async def give_reason(self, reason: str, comment: str) -> None:
        (view,) = await self.until(lambda: self.slack.workspace.views)
        await self.send(view, {"reason": reason, "comment": comment}, person="other")

    async def send(
        self, view: dict[str, Any], given: dict[str, Any], *, person: str = "asker"
    ) -> dict[str, Any]:
        """A person fills a form in and sends it; gives what the form is told."""
        values: dict[str, Any] = {}
        for block in (each for each in view["blocks"] if each["type"] == "input"):
            name, element = block["block_id"], block["element"]
            value = given.get(name)
            match element["type"]:
                case "radio_buttons" | "external_select":
                    chosen = {"value": value} if value else element.get("initial_option")
                    entered: dict[str, Any] = {"selected_option": chosen}
                case "file_input":
                    entered = {"files": value or []}
                case _:
                    entered = {"value": value or element.get("initial_value")}
            values[name] = {name: {"type": element["type"], **entered}}
        payload = {
            **self._clicked(person),
            "type": "view_submission",
            "view": {**view, "state": {"values": values}},
        }
        return self.slack.acknowledged[await self.slack.deliver("interactive", payload)]

    async def look_up(self, view: dict[str, Any], typed: str, *, person: str = "asker") -> dict[str, str]:
        """A person opens the form's menu of documents; gives its entries, numbers by their labels."""
        payload = {
            **self._clicked(person),
            "type": "block_suggestion",
            "action_id": "document",
            "block_id": "document",
            "value": typed,
            "view": view,
        }
        answer = self.slack.acknowledged[await self.slack.deliver("interactive", payload)]
        return {each["text"]["text"]: each["value"] for each in answer["options"]}

    async def menu(self, callback: str, message: dict[str, Any]) -> None:
        """A person picks an entry of a message's menu."""
        payload = {
            **self._clicked("asker"),
            "type": "message_action",
            "callback_id": callback,
            "channel": {"id": "C1"},
            "message": message,
            "response_url": self.slack.response_url("U1", "C1"),
        }
        await self.slack.deliver("interactive", payload)

    async def press_home(self, action: str) -> None:
        """The asker presses a button of their home tab."""
        view = self.slack.workspace.homes["U1"]
        payload = {
            **self._clicked("asker"),
            "type": "block_actions",
            "view": view,
            "actions": [{**workspace.buttons(view)[action], "block_id": "b", "action_ts": "1"}],
        }
        await self.slack.deliver("interactive", payload)

    async def form(self, number: int = 0) -> dict[str, Any]:
        """The form that was opened, once it can be sent."""
        views = self.slack.workspace.views
        await self.until(lambda: len(views) > number and "submit" in views[number])
        return views[number]

    def _clicked(self, person: str) -> dict[str, Any]:
        return {
            "team": {"id": workspace.TEAM},
            "user": {"id": PEOPLE[person], "team_id": workspace.TEAM},
            "api_app_id": "A1",
            "trigger_id": self.slack.trigger(),
        }

    def seen(self, place: str = CHANNEL) -> list[Seen]:
        messages = self.slack.workspace.channels[self.place(place)].messages.values()
        return [_seen(each["ts"], each) for each in messages if each["user"] == workspace.BOT]

    def private(self, person: str = "asker") -> list[Seen]:
        private = self.slack.workspace.private
        return [
            _seen(f"private {index}", message)
            for index, (who, _, message) in enumerate(private)
            if who == PEOPLE[person]
        ]

    async def until(self, true: Callable[[], Any]) -> Any:
        return await self.slack.until(true)

    async def invite_outsider(self) -> None:
        self.slack.workspace.add_user("UGUEST", is_restricted=True)
        self.slack.workspace.channels["C1"].members.add("UGUEST")
        event = {"type": "member_joined_channel", "user": "UGUEST", "channel": "C1", "team": workspace.TEAM}
        await self.slack.deliver("events_api", self.slack.event(event))

    async def close_channel(self) -> None:
        found = self.slack.workspace.channels["C1"]
        found.is_private, found.members = True, {"U1", workspace.BOT}

    def limit_next_calls(self) -> None:
        self.slack.limits += ["chat.postMessage", "chat.update", *(STREAMING if self.in_agent else ())]

    def lose_next_post(self) -> None:
        self.slack.losing.append("chat.startStream" if self.in_agent else "chat.postMessage")

    def let_minutes_pass(self) -> None:
        """Slack remembers no posts."""

    async def disconnect(self) -> None:
        before = self.slack.calls["apps.connections.open"]
        await self.slack.disconnect(politely=False)
        await self.until(
            lambda: self.slack.calls["apps.connections.open"] > before and self.slack.connections
        )

    async def restart(self) -> None:
        await self.process.end()
        self.process.start()
        await self.until(lambda: self.slack.connections)

    def alive(self) -> list[str]:
        """What would ping somebody or could be clicked."""
        pieces = [
            text
            for each in self.slack.workspace.channels[self.channel].messages.values()
            if each["user"] == workspace.BOT
            for text in [*workspace.texts(each), each["text"]]
        ]
        streamed = "".join(self.slack.workspace.streamed)
        return [
            *(found[0] for piece in pieces for found in workspace.LIVE.finditer(piece)),
            *(found[0] for found in workspace.LIVE_IN_MARKDOWN.finditer(streamed)),
        ]

    def _attached(self, name: str, data: bytes) -> dict[str, Any]:
        """A file as a message names it."""
        url = f"{self.slack.url}/files/{name}"
        return {"id": f"F{len(name)}", "name": name, "size": len(data), "url_private": url, "url_private_download": url}  # fmt: skip

    def _raw(self, message: str) -> dict[str, Any]:
        if message.startswith("private "):
            return self.slack.workspace.private[int(message.split()[1])][2]
        return self.slack.workspace.channels[self.channel].messages[message]

    async def _changed(self, asked: Asked, subtype: str, **more: Any) -> None:
        event = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": self.place(asked.place),
            "ts": self.slack.workspace.ts(),
            "channel_type": "channel",
            **more,
        }
        await self.slack.deliver("events_api", self.slack.event(event))


@asynccontextmanager
async def slack_stage(
    folder: Path,
    knowledge: FakeKnowledge,
    limits: Limits = MANY,
    *,
    over_http: bool = False,
    in_agent: bool = False,
    answer_bots: bool = False,
) -> AsyncIterator[SlackStage]:
    """A workspace with a connected bot, which hears of things over Socket Mode or HTTP.

    `in_agent`: the app is a declared agent, whose answers in its direct messages may be streamed.
    """
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack())
        slack.workspace.is_agent = slack.workspace.can_stream = in_agent
        door = Door()
        if over_http:
            served = Starlette(routes=[Route(PATH, door, methods=["POST"])])
            serving = await stack.enter_async_context(Serving(served, "127.0.0.1", 0))
            slack.request_url = f"{serving.address}{PATH}"

        options = Options(
            answer_bots=answer_bots, edit_seconds=0.0, append_seconds=0.0, retry_seconds=(0.05,) * 20
        )

        def adapter() -> SlackAdapter:
            way_in = (
                HttpConnection(door, SIGNING_SECRET)
                if over_http
                else SocketConnection(APP_TOKEN, slack.base_url, ping_seconds=2.0)
            )
            return SlackAdapter(BOT_TOKEN, way_in, slack.base_url, options)

        process = Process(folder, knowledge, limits, adapter)
        at_once = over_http  # Slack sends again what comes too early
        async with process.running(lambda: slack.until(lambda: at_once or slack.connections)):
            yield SlackStage(slack, process, in_agent=in_agent)


def _seen(message_id: str, message: dict[str, Any]) -> Seen:
    names = {action: name for name, action in BUTTONS.items()}
    found = frozenset(names[action] for action in workspace.buttons(message) if action in names)
    return Seen(message_id, workspace.seen(message), message.get("thread_ts", ""), found)
