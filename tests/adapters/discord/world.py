"""A Discord server in memory: people, roles, channels, and messages as a person would see them."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BOT, APP, GUILD = "900", "900", "100"
GENERAL, PRIVATE, FORUM, VOICE = "101", "102", "103", "104"
STAFF, BOT_ROLE = "201", "202"
VIEW, SEND, HISTORY, ADMINISTRATOR = 1 << 10, 1 << 11, 1 << 16, 1 << 3
USUAL = VIEW | SEND | HISTORY | 1 << 38
_EPOCH = 1420070400000
EPHEMERAL, LAYOUT = 1 << 6, 1 << 15


class Refusal(Exception):
    """An API error: status, Discord's code, text."""

    def __init__(self, status: int, code: int, text: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@dataclass
class World:
    """What there is, and what was said.

    `messages` are by channel and id. `private` are those that one person sees: (person, message).
    `with_content`: the app may read messages that don't name it.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    private: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    modals: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    closed_to_direct: set[str] = field(default_factory=set)
    with_content: bool = True
    nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.add_role(GUILD, "@everyone", USUAL)
        self.add_role(STAFF, "staff", 0)
        self.add_role(BOT_ROLE, "Saseo", 0, tags={"bot_id": BOT})
        self.add_user(BOT, "Saseo", bot=True, roles=[BOT_ROLE])
        for person, name in (("11", "민지"), ("12", "준호"), ("13", "admin")):
            self.add_user(person, name)
        self.add_channel(GENERAL, "general")
        self.add_channel(PRIVATE, "private", overwrites=[overwrite(GUILD, 0, deny=VIEW), overwrite(STAFF, 0, VIEW), overwrite(BOT, 1, VIEW)])  # fmt: skip
        self.add_channel(FORUM, "forum", type=15, available_tags=[], default_sort_order=0)
        self.add_channel(VOICE, "call", type=2, bitrate=64000, user_limit=0)

    def snowflake(self) -> str:
        """An id of now."""
        return str((int(time.time() * 1000) - _EPOCH) << 22 | next(self._numbers) & 0xFFF)

    def add_role(self, role: str, name: str, permissions: int, **facts: Any) -> None:
        self.roles[role] = {"id": role, "name": name, "permissions": str(permissions), "position": len(self.roles), "color": 0, "colors": {"primary_color": 0}, "hoist": False, "managed": False, "mentionable": False, "flags": 0, **facts}  # fmt: skip

    def add_user(
        self, person: str, name: str, *, bot: bool = False, roles: list[str] | None = None, **facts: Any
    ) -> None:
        self.users[person] = {"id": person, "username": name.lower(), "global_name": name, "discriminator": "0", "avatar": None, "bot": bot}  # fmt: skip
        self.members[person] = {"user": self.users[person], "roles": roles or [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0, "pending": False, "nick": None, **facts}  # fmt: skip

    def add_channel(
        self, channel: str, name: str, *, overwrites: list[dict[str, Any]] | None = None, **facts: Any
    ) -> None:
        self.channels[channel] = {"id": channel, "type": 0, "name": name, "guild_id": GUILD, "position": 1, "permission_overwrites": overwrites or [], "nsfw": False, "parent_id": None, "last_message_id": None, **facts}  # fmt: skip
        self.messages[channel] = {}

    def add_thread(self, parent: str, name: str, *, thread: str = "", private: bool = False) -> str:
        thread = thread or self.snowflake()
        self.channels[thread] = {
            "id": thread,
            "type": 12 if private else 11,
            "name": name,
            "guild_id": GUILD,
            "parent_id": parent,
            "owner_id": "11",
            "message_count": 0,
            "member_count": 1,
            "last_message_id": None,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2026-01-01T00:00:00+00:00",
                "locked": False,
            },
        }
        self.messages[thread] = {}
        return thread

    def direct(self, person: str) -> str:
        """The channel of direct messages with somebody."""
        channel = f"5{person}"
        if channel not in self.channels:
            self.channels[channel] = {"id": channel, "type": 1, "recipients": [self.users[person]], "last_message_id": None}  # fmt: skip
            self.messages[channel] = {}
        return channel

    def guild(self) -> dict[str, Any]:
        """GUILD_CREATE's payload. Only the bot's own member comes with it, for want of the intent."""
        places = list(self.channels.values())
        return {
            "id": GUILD,
            "name": "Acme",
            "owner_id": "13",
            "member_count": len(self.members),
            "roles": list(self.roles.values()),
            "channels": [each for each in places if each.get("guild_id") and "thread_metadata" not in each],
            "threads": [each for each in places if "thread_metadata" in each],
            "members": [self.members[BOT]],
            "features": self.features,
            "preferred_locale": "ko",
            "emojis": [],
            "stickers": [],
        }

    def say(self, author: str, channel: str, content: str, **more: Any) -> dict[str, Any]:
        """A message in a channel, whole."""
        place = self.channels[channel]
        mentioned = list(dict.fromkeys(re.findall(r"<@!?(\d+)>", content)))
        replied = more.pop("reply_to", None)
        pinging = more.pop("ping", True)
        if replied is not None:
            more["message_reference"] = {"message_id": replied["id"], "channel_id": channel, "type": 0}
            more["referenced_message"] = {k: v for k, v in replied.items() if k != "referenced_message"}
            more["type"] = 19
            if pinging:
                mentioned.append(replied["author"]["id"])
        message = {
            "id": self.snowflake(),
            "channel_id": channel,
            "author": self.users[author],
            "content": content,
            "timestamp": datetime.now(UTC).isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [self.users[each] for each in dict.fromkeys(mentioned) if each in self.users],
            "mention_roles": re.findall(r"<@&(\d+)>", content),
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
            "type": 0,
            **more,
        }
        if "guild_id" in place:
            message["guild_id"] = GUILD
        self.messages[channel][message["id"]] = message
        place["last_message_id"] = message["id"]
        return message

    def delivered(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message as the gateway gives it to the bot, which may lack its content."""
        direct = "guild_id" not in message
        named = any(user["id"] == BOT for user in message["mentions"])
        if self.with_content or direct or named or message["author"]["id"] == BOT:
            return self.with_member(message)
        return self.with_member({**message, "content": "", "attachments": [], "embeds": [], "components": []})

    def with_member(self, message: dict[str, Any]) -> dict[str, Any]:
        member = self.members.get(message["author"]["id"])
        if "guild_id" not in message or member is None:
            return message
        return {**message, "member": {key: value for key, value in member.items() if key != "user"}}

    # What the bot may do over REST.

    def post(self, channel: str, payload: dict[str, Any]) -> dict[str, Any]:
        """POST /channels/C/messages, with an enforced nonce."""
        if channel not in self.channels:
            raise Refusal(404, 10003, "Unknown Channel")
        person = channel[1:]
        if self.channels[channel]["type"] == 1 and person in self.closed_to_direct:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        checked(payload)
        nonce = (channel, str(payload.get("nonce")))
        assert payload.get("enforce_nonce")
        assert len(nonce[1]) <= 25
        if nonce in self.nonces:
            return self.messages[channel][self.nonces[nonce]]
        reference = payload.get("message_reference")
        more = {key: payload[key] for key in ("components", "flags", "allowed_mentions") if key in payload}
        if reference:
            reference = {**reference, "message_id": str(reference["message_id"])}
            more |= {"message_reference": reference, "type": 19}
            if reference["message_id"] not in self.messages[channel] and reference.get(
                "fail_if_not_exists", True
            ):
                raise Refusal(400, 50035, "Unknown message")
        message = self.say(BOT, channel, payload.get("content") or "", **more)
        self.nonces[nonce] = message["id"]
        return message

    def edit(self, channel: str, message: str, payload: dict[str, Any]) -> dict[str, Any]:
        found = self.find(channel, message)
        if found["author"]["id"] != BOT:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        changed = {**found, **{key: value for key, value in payload.items() if key != "attachments"}}
        self.messages[channel][message] = checked(changed)
        return changed

    def find(self, channel: str, message: str) -> dict[str, Any]:
        if message not in self.messages.get(channel, {}):
            raise Refusal(404, 10008, "Unknown Message")
        return self.messages[channel][message]

    def history(self, channel: str, after: int, limit: int) -> list[dict[str, Any]]:
        """The first messages after this one, newest first as Discord gives them."""
        messages = [each for key, each in self.messages[channel].items() if int(key) > after]
        messages.sort(key=lambda each: int(each["id"]))
        seen = [self.delivered(each) for each in messages[:limit]]
        return [{key: value for key, value in each.items() if key not in ("guild_id", "member")} for each in reversed(seen)]  # fmt: skip


def overwrite(target: str, kind: int, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    """What a channel grants or denies a role (0) or a member (1)."""
    return {"id": target, "type": kind, "allow": str(allow), "deny": str(deny)}


def checked(message: dict[str, Any]) -> dict[str, Any]:
    """A message within Discord's limits that notifies nobody, or what Discord says of one that isn't."""
    content, parts = message.get("content") or "", layout_texts(message)
    if len(content.encode("utf-16-le")) // 2 > 2000:
        raise Refusal(400, 50035, "Must be 2000 or fewer in length.")
    if sum(map(len, parts)) > 4000:
        raise Refusal(400, 50035, "Components displayable text size exceeds maximum size of 4000")
    if message.get("flags", 0) & LAYOUT and content:
        raise Refusal(
            400, 50035, "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        )
    if not content and not parts:
        raise Refusal(400, 50006, "Cannot send an empty message")
    allowed = message.get("allowed_mentions") or {}
    assert allowed.get("parse") == [], "somebody could be notified"
    assert not allowed.get("replied_user")
    for button in buttons(message).values():
        assert len(button["custom_id"]) <= 100
        assert 0 < len(button["label"]) <= 80
    return message


def layout_texts(message: dict[str, Any]) -> list[str]:
    """The texts of a layout."""
    found: list[str] = []
    waiting = list(message.get("components") or [])
    while waiting:
        component = waiting.pop(0)
        if component["type"] == 10:
            found.append(component["content"])
        waiting += component.get("components") or []
    return found


def seen(message: dict[str, Any]) -> str:
    """What a person reads of a message."""
    return "\n".join([message.get("content") or "", *layout_texts(message)]).strip()


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A message's buttons by what they do."""
    return {
        child["custom_id"].split(":")[1]: child
        for row in message.get("components") or []
        if row["type"] == 1
        for child in row["components"]
        if child["type"] == 2
    }
