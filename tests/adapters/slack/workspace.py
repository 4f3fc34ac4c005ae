"""A Slack workspace in memory: people, channels, and messages as a person would see them."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any

BOT, BOT_ID, TEAM = "UBOT", "BBOT", "T1"
LIVE = re.compile(r"<(?:[@#!][^>]*|https?://[^>]*)>|@(?:here|channel|everyone)\b")
"""What Slack would make a mention or a link of."""
LIVE_IN_MARKDOWN = re.compile(r"<[@#!h]|@\w|\]\(|https?:/|\w\.[a-z]", re.IGNORECASE)
"""The same in a stream, whose text is Markdown, in which bare addresses become links too."""


class Refusal(Exception):
    """An API error, by Slack's name for it."""


@dataclass
class Channel:
    """A conversation."""

    id: str
    members: set[str]
    is_private: bool = False
    flags: dict[str, bool] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Workspace:
    """What there is, and what was said.

    `private` are messages that one person sees, by person. `homes` are people's home tabs. Where the app
    `is_agent`, `sessions` are the statuses that were set (channel, thread, status), `prompts` those of channels.
    Where it `can_stream`, `streamed` is all that streams were given, as it came. It `has_thumbs` of its own.
    Lists come in pages of `page` items: few, so that every list has several.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    private: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_agent: bool = False
    can_stream: bool = False
    has_thumbs: bool = True
    streamed: list[str] = field(default_factory=list)
    page: int = 3
    closes_forms: bool = False  # people close every form at once
    sessions: list[tuple[str, str, str]] = field(default_factory=list)
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    _clock: Any = field(default_factory=lambda: itertools.count(1))
    _began: int = field(default_factory=lambda: int(time.time()))

    def __post_init__(self) -> None:
        self.add_user(BOT, is_bot=True)
        for person in ("U1", "U2"):
            self.add_user(person)
        self.add_user("ADMIN", is_admin=True)
        self.add_channel("C1", {"U1", "U2", "ADMIN"})
        self.add_channel("D1", {"U1"})

    def add_user(self, person: str, **facts: Any) -> None:
        self.users[person] = {
            "id": person,
            "team_id": TEAM,
            "name": person.lower(),
            "profile": {"display_name": person},
            "locale": "ko-KR",
            **facts,
        }

    def add_channel(self, channel: str, members: set[str], **facts: Any) -> None:
        private = facts.pop("is_private", False)
        self.channels[channel] = Channel(channel, members | {BOT}, private, facts)

    def ts(self) -> str:
        return f"{self._began + next(self._clock)}.000100"

    def conversation(self, channel: str) -> Channel:
        if channel not in self.channels:
            raise Refusal("channel_not_found")
        return self.channels[channel]

    def say(self, person: str, channel: str, text: str, **more: Any) -> dict[str, Any]:
        """A person writes."""
        message = {"type": "message", "user": person, "text": text, "ts": self.ts(), "team": TEAM, **more}
        self.conversation(channel).messages[message["ts"]] = message
        return message

    # The Web API's methods, with their arguments as Slack takes them.

    def auth_test(self, **_: Any) -> dict[str, Any]:
        return {"user_id": BOT, "bot_id": BOT_ID, "team_id": TEAM, "team": "Acme", "user": "saseo", "url": "https://acme.slack.com/"}  # fmt: skip

    def chat_post_message(self, channel: str, **more: Any) -> dict[str, Any]:
        if channel in self.users:  # a person's id opens the direct messages with them
            channel = next(
                each.id for each in self.channels.values() if each.id[0] == "D" and channel in each.members
            )
        message = checked({"type": "message", "user": BOT, "bot_id": BOT_ID, **more})
        thread = more.get("thread_ts")
        if thread and thread not in self.conversation(channel).messages:
            raise Refusal("thread_not_found")
        message["ts"] = self.ts()
        self.conversation(channel).messages[message["ts"]] = message
        return {"channel": channel, "ts": message["ts"], "message": message}

    def chat_update(self, channel: str, ts: str, **more: Any) -> dict[str, Any]:
        messages = self.conversation(channel).messages
        if ts not in messages:
            raise Refusal("message_not_found")
        if messages[ts]["user"] != BOT:
            raise Refusal("cant_update_message")
        if messages[ts].get("streaming_state") == "in_progress":
            raise Refusal("streaming_state_conflict")
        if not self.has_thumbs and "context_actions" in str(more):
            raise Refusal("invalid_blocks")
        messages[ts] = checked({**messages[ts], **more})
        return {"channel": channel, "ts": ts}

    def chat_delete(self, channel: str, ts: str) -> dict[str, Any]:
        messages = self.conversation(channel).messages
        if ts not in messages:
            raise Refusal("message_not_found")
        if messages[ts].get("streaming_state") == "in_progress":
            raise Refusal("cant_delete_message")
        del messages[ts]
        return {"channel": channel, "ts": ts}

    def chat_start_stream(
        self, channel: str, thread_ts: str, chunks: list[dict[str, Any]], **recipient: str
    ) -> dict[str, Any]:
        if not self.can_stream:
            raise Refusal("not_allowed")
        if thread_ts not in self.conversation(channel).messages:
            raise Refusal("thread_not_found")
        assert recipient.keys() == {"recipient_team_id", "recipient_user_id"}  # and no metadata
        ts = self.ts()
        stream = {"type": "message", "user": BOT, "bot_id": BOT_ID, "thread_ts": thread_ts, "ts": ts}
        stream |= {"text": "", "blocks": [], "streaming_state": "in_progress"}
        self.conversation(channel).messages[ts] = stream
        self._grow(stream, chunks)
        return {"channel": channel, "ts": ts}

    def chat_append_stream(self, channel: str, ts: str, chunks: list[dict[str, Any]]) -> dict[str, Any]:
        self._grow(self._stream(channel, ts), chunks)
        return {"channel": channel, "ts": ts}

    def chat_stop_stream(self, channel: str, ts: str, metadata: dict[str, Any]) -> dict[str, Any]:
        self._stream(channel, ts).update(streaming_state="completed", metadata=metadata)
        return {"channel": channel, "ts": ts}

    def close_streams(self) -> None:
        """Five minutes go by."""
        for channel in self.channels.values():
            for message in channel.messages.values():
                if "streaming_state" in message:
                    message["streaming_state"] = "errored"

    def _stream(self, channel: str, ts: str) -> dict[str, Any]:
        """An open stream."""
        message = self.conversation(channel).messages.get(ts)
        if message is None:
            raise Refusal("message_not_found")
        if message.get("streaming_state") != "in_progress":
            raise Refusal("message_not_in_streaming_state")
        return message

    def _grow(self, stream: dict[str, Any], chunks: list[dict[str, Any]]) -> None:
        blocks = stream["blocks"]
        for chunk in chunks:
            match chunk["type"]:
                case "markdown_text":
                    self.streamed.append(chunk["text"])
                    if not blocks or blocks[-1]["type"] != "markdown":
                        blocks.append({"type": "markdown", "text": ""})
                    blocks[-1]["text"] += chunk["text"]
                    assert len(blocks[-1]["text"]) <= 12_000
                case "task_update":
                    assert 0 < len(chunk["title"]) <= 256
                    card = {"type": "task_card", "task_id": chunk["id"], "title": chunk["title"]}
                    blocks[:] = [each for each in blocks if each.get("task_id") != chunk["id"]]
                    blocks.insert(0, {**card, "status": chunk["status"]})
                case "blocks":
                    blocks += chunk["blocks"]
                case unknown:
                    raise Refusal(f"invalid_chunks: {unknown}")

    def chat_post_ephemeral(self, channel: str, user: str, **more: Any) -> dict[str, Any]:
        if user not in self.conversation(channel).members:
            raise Refusal("user_not_in_channel")
        self.private.append((user, channel, checked(more)))
        return {"message_ts": self.ts()}

    def conversations_info(self, channel: str, **_: Any) -> dict[str, Any]:
        found = self.conversation(channel)
        kind = "is_im" if channel[0] == "D" else "is_channel"
        return {"channel": {"id": channel, kind: True, "is_private": found.is_private, **found.flags}}

    def conversations_members(self, channel: str, cursor: str = "", **_: Any) -> dict[str, Any]:
        return paged("members", sorted(self.conversation(channel).members), cursor, self.page)

    def conversations_replies(
        self, channel: str, ts: str, cursor: str = "", oldest: str = "0", **_: Any
    ) -> dict[str, Any]:
        messages = self.conversation(channel).messages.values()
        if not any(each["ts"] == ts for each in messages):
            raise Refusal("thread_not_found")
        mine = [
            each
            for each in messages
            if each["ts"] == ts or (each.get("thread_ts") == ts and each["ts"] > oldest)
        ]
        return paged("messages", mine, cursor, self.page)

    def conversations_history(
        self, channel: str, cursor: str = "", oldest: str = "0", **_: Any
    ) -> dict[str, Any]:
        messages = self.conversation(channel).messages.values()
        mine = [each for each in messages if not each.get("thread_ts") and each["ts"] > oldest]
        return paged("messages", list(reversed(mine)), cursor, self.page)

    def users_info(self, user: str, **_: Any) -> dict[str, Any]:
        if user not in self.users:
            raise Refusal("user_not_found")
        return {"user": self.users[user]}

    def users_list(self, cursor: str = "", **_: Any) -> dict[str, Any]:
        return paged("members", list(self.users.values()), cursor, self.page)

    def users_conversations(self, user: str, cursor: str = "", **_: Any) -> dict[str, Any]:
        mine = [each for each in self.channels.values() if user in each.members and each.id[0] != "D"]
        return paged("channels", [{"id": each.id} for each in mine], cursor, self.page)

    def views_open(self, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        del trigger_id
        self.views.append({**checked_view(view), "id": f"V{len(self.views) + 1}"})
        return {"view": self.views[-1]}

    def views_update(self, view_id: str, view: dict[str, Any]) -> dict[str, Any]:
        for index, each in enumerate([] if self.closes_forms else self.views):
            if each["id"] == view_id:
                self.views[index] = {**checked_view(view), "id": view_id}
                return {"view": self.views[index]}
        raise Refusal("not_found")

    def views_publish(self, user_id: str, view: dict[str, Any]) -> dict[str, Any]:
        assert view["type"] == "home"
        assert not view.keys() & {"title", "submit", "close"}
        self.homes[user_id] = checked(view)
        return {"view": view}

    def agents_sessions_set_status(
        self, channel_id: str, thread_ts: str, status: str, title: str = "?"
    ) -> dict[str, Any]:
        if not self.is_agent:
            raise Refusal("not_allowed")
        if thread_ts not in self.conversation(channel_id).messages:
            raise Refusal("thread_not_found")
        assert status in ("active", "processing", "suspended", "closed")
        assert 0 < len(title) <= 200
        self.sessions.append((channel_id, thread_ts, status))
        return {"status": status}

    def assistant_threads_set_suggested_prompts(
        self, channel_id: str, prompts: list[dict[str, str]], title: str
    ) -> dict[str, Any]:
        if not self.is_agent:
            raise Refusal("missing_scope")
        assert title
        assert 0 < len(prompts) <= 4
        self.prompts[channel_id] = prompts
        return {}

    def chat_get_permalink(self, channel: str, message_ts: str) -> dict[str, Any]:
        if message_ts not in self.conversation(channel).messages:
            raise Refusal("message_not_found")
        return {"permalink": f"https://acme.slack.com/archives/{channel}/p{message_ts.replace('.', '')}"}


METHODS = {
    "auth.test": Workspace.auth_test,
    "chat.postMessage": Workspace.chat_post_message,
    "chat.update": Workspace.chat_update,
    "chat.delete": Workspace.chat_delete,
    "chat.startStream": Workspace.chat_start_stream,
    "chat.appendStream": Workspace.chat_append_stream,
    "chat.stopStream": Workspace.chat_stop_stream,
    "chat.postEphemeral": Workspace.chat_post_ephemeral,
    "conversations.info": Workspace.conversations_info,
    "conversations.members": Workspace.conversations_members,
    "conversations.replies": Workspace.conversations_replies,
    "conversations.history": Workspace.conversations_history,
    "users.info": Workspace.users_info,
    "users.list": Workspace.users_list,
    "users.conversations": Workspace.users_conversations,
    "views.open": Workspace.views_open,
    "views.update": Workspace.views_update,
    "views.publish": Workspace.views_publish,
    "agents.sessions.setStatus": Workspace.agents_sessions_set_status,
    "assistant.threads.setSuggestedPrompts": Workspace.assistant_threads_set_suggested_prompts,
    "chat.getPermalink": Workspace.chat_get_permalink,
}


def paged(name: str, items: list[Any], cursor: str, most: int) -> dict[str, Any]:
    """A page of a list: at most so many items, and where the next begins."""
    start = int(cursor or 0)
    after = start + most
    return {
        name: items[start:after],
        "response_metadata": {"next_cursor": str(after) if after < len(items) else ""},
    }


def checked(message: dict[str, Any]) -> dict[str, Any]:
    """A message within Slack's limits, or what Slack says of one that isn't."""
    blocks = message.get("blocks") or []
    if len(blocks) > 50 or sum(len(each) for each in texts(message)) > 13_000:
        raise Refusal("msg_blocks_too_long")
    if any(not 0 < len(each) <= 3000 for each in texts(message)):
        raise Refusal("invalid_blocks")
    if len(message.get("text") or "") > 40_000:
        raise Refusal("msg_too_long")
    if not blocks and not message.get("text"):
        raise Refusal("no_text")
    return message


def checked_view(view: dict[str, Any]) -> dict[str, Any]:
    """A form within Slack's limits, or what Slack says of one that isn't."""
    if not view["blocks"] or len(view["blocks"]) > 100 or len(view.get("private_metadata") or "") > 3000:
        raise Refusal("invalid_arguments")
    if any(len(view[part]["text"]) > 24 for part in ("title", "submit", "close") if part in view):
        raise Refusal("invalid_arguments")
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    if inputs and "submit" not in view:
        raise Refusal("invalid_arguments")
    names = [block["block_id"] for block in inputs]
    if len(set(names)) < len(names) or any(len(block["label"]["text"]) > 2000 for block in inputs):
        raise Refusal("invalid_arguments")
    for element in (block["element"] for block in inputs):
        options = [each["text"]["text"] for each in element.get("options") or ()]
        if any(len(each) > 75 for each in options) or element.get("max_length", 1) > 3000:
            raise Refusal("invalid_arguments")
        if element["type"] == "radio_buttons" and not 1 <= len(options) <= 10:
            raise Refusal("invalid_arguments")
    return view


def texts(message: dict[str, Any]) -> list[str]:
    """The pieces of text that a person reads in a message's blocks."""
    found = []
    for block in message.get("blocks") or []:
        match block["type"]:
            case "header" | "section":
                found.append(block["text"]["text"])
            case "task_card":
                found.append(block["title"])
            case "markdown":
                found.append(block["text"])
            case "context":
                found += [element["text"] for element in block["elements"]]
            case _:
                pass
    return found


def seen(message: dict[str, Any]) -> str:
    """What a person reads of a message."""
    return "\n".join(texts(message)) or message.get("text") or ""


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A message's buttons by their action; of Slack's own thumbs each by its value's first word."""
    blocks = message.get("blocks") or []
    thumbs = [each for block in blocks if block["type"] == "context_actions" for each in block["elements"]]
    own = [
        {"type": "feedback_buttons", "action_id": each["action_id"], "value": each[thumb]["value"]}
        for each in thumbs
        for thumb in ("positive_button", "negative_button")
    ]
    return {element["value"].split()[0]: element for element in own} | {
        element["action_id"]: element
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }
