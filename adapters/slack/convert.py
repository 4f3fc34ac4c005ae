"""Slack's payloads as messages and commands. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.messages import Attachment, Message
from adapters.protocol import CommandCall, Readers
from knowledge.types import Language

PLATFORM = "slack"
_SUBTYPES = {None, "file_share", "thread_broadcast", "me_message"}
_ENTITY = re.compile(r"<([^<>]*)>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")

_READERS: dict[Readers, tuple[str, ...]] = {"team": ("team", "팀"), "person": ("me", "나")}
_HANGUL = re.compile(r"[가-힣]")
_FIRST_WORD = re.compile(r"\s*(\S+)\s*(.*)", re.DOTALL)

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edited:
    """A message whose text may have changed."""

    message: Message


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message that is gone."""

    team: str
    channel: str
    message: str


def event_of(body: Payload, bot: str, *, answer_bots: bool = False) -> Message | Edited | Deleted | None:
    """What an Events API envelope is to a librarian whose user id is `bot`; None when it is nothing.

    A message of a thread that doesn't name the bot comes as a `follow_up`: whether it is one is the
    librarian's to say. Of other bots a mention is heard, with `answer_bots`, and nothing else.
    """
    event = body.get("event") or {}
    team, channel = team_of(body), str(event.get("channel") or "")
    if event.get("type") not in ("message", "app_mention") or not team or not channel:
        return None
    match event.get("subtype"):
        case "message_deleted":
            return Deleted(team, channel, str(event.get("deleted_ts") or ""))
        case "message_changed":
            changed = event.get("message") or {}
            if changed.get("subtype") == "tombstone":
                return Deleted(team, channel, str(changed.get("ts") or ""))
            message = _message({**changed, "channel": channel}, team, bot)
            edited = str((changed.get("edited") or {}).get("ts") or "")
            if message is None or not edited:
                return None
            return Edited(_revised(message, edited))
        case _:
            return _message(event, team, bot, answer_bots=answer_bots)


def question_of_command(body: Payload) -> Message:
    """`/ask QUESTION`: answered for the asker alone."""
    return Message(
        platform=PLATFORM,
        team=str(body["team_id"]),
        channel=str(body["channel_id"]),
        message=str(body["trigger_id"])[:64],
        author=str(body["user_id"]),
        text=plain(str(body.get("text") or ""), ""),
        kind="command",
        is_private=True,
        reference=str(body.get("response_url") or ""),
    )


def question_of_shortcut(body: Payload) -> Message:
    """The menu of a message: its text is the question, answered for whoever asks."""
    message = body.get("message") or {}
    return Message(
        platform=PLATFORM,
        team=str(body["team"]["id"]),
        channel=str(body["channel"]["id"]),
        message=str(body["trigger_id"])[:64],
        author=str(body["user"]["id"]),
        text=plain(str(message.get("text") or ""), ""),
        kind="about",
        is_private=True,
        reference=str(body.get("response_url") or ""),
        attachments=files_of(message),
    )


def split_command(text: str) -> tuple[str, str]:
    """What was typed after `/docs`: the command's name, and the rest."""
    match = _FIRST_WORD.match(text)
    return (match[1].lower(), match[2].strip()) if match else ("help", "")


def command_of(body: Payload, locale: str) -> CommandCall:
    """`/docs NAME ARGUMENT`; `add team` or `approve team` is for everyone, `add me` for the caller."""
    name, argument = split_command(str(body.get("text") or ""))
    readers, rest = _readers(name, argument)
    return CommandCall(
        platform=PLATFORM,
        team=str(body["team_id"]),
        channel=str(body["channel_id"]),
        author=str(body["user_id"]),
        name=name,
        argument=plain(rest, ""),
        locale=locale,
        is_direct=str(body["channel_id"]).startswith("D"),
        readers=readers,
    )


def caller_of(body: Payload) -> tuple[str, str]:
    """The team and the person of a command, a click, a menu or a form."""
    if "command" in body:
        return str(body["team_id"]), str(body["user_id"])
    user = body["user"]
    return str((body.get("team") or {}).get("id") or user.get("team_id") or ""), str(user["id"])


def team_of(body: Payload) -> str:
    """The workspace that the bot is installed in, or for an installation of a whole organisation its id."""
    for authorization in body.get("authorizations") or ():
        if found := authorization.get("team_id"):
            return str(found)
    return str(body.get("team_id") or body.get("enterprise_id") or "")


def plain(text: str, bot: str) -> str:
    """Slack's text as a person typed it: no mention of the bot, links and channels by their names."""

    def named(match: re.Match[str]) -> str:
        inner = match[1]
        target, _, label = inner.partition("|")
        if target.startswith("@"):
            return "" if target[1:] == bot else f"@{label or target[1:]}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return f"@{label.lstrip('@') or target[1:].split('^')[0]}"
        return label or target.removeprefix("mailto:")

    return html.unescape(_ENTITY.sub(named, text)).strip()


def language_of(body: Payload) -> Language:
    """The language of what was typed, or of the message that was clicked."""
    shown = f"{body.get('text') or ''}{(body.get('message') or {}).get('text') or ''}"
    return "ko" if _HANGUL.search(shown) else "en"


def language_for(locale: str) -> Language:
    """The language to speak with a person of this locale."""
    return "ko" if locale.startswith("ko") else "en"


def _message(event: Payload, team: str, bot: str, *, answer_bots: bool = False) -> Message | None:
    is_bot = bool(event.get("bot_id"))
    author, text = str(event.get("user") or ""), str(event.get("text") or "")
    if event.get("subtype") not in _SUBTYPES or not author or author == bot or (is_bot and not answer_bots):
        return None
    channel, ts, thread = str(event["channel"]), str(event.get("ts") or ""), str(event.get("thread_ts") or "")
    is_direct = channel.startswith("D")
    mentioned = set(_USER.findall(text))
    if bot in mentioned and not is_direct:
        kind = "mention"
    elif is_bot:
        return None
    elif is_direct:
        kind = "direct"
    elif thread and not mentioned:  # a message that names somebody else is meant for them
        kind = "follow_up"
    else:
        return None
    return Message(
        platform=PLATFORM,
        team=team,
        channel=channel,
        message=ts,
        author=author,
        text=plain(text, bot),
        kind=kind,  # type: ignore[arg-type]
        thread=thread if is_direct else thread or ts,
        is_private=is_direct,
        attachments=files_of(event),
    )


def _revised(message: Message, revision: str) -> Message:
    return replace(message, revision=revision)


def files_of(message: Payload) -> tuple[Attachment, ...]:
    """The files that came with a message."""
    return tuple(
        Attachment(
            name=str(each.get("name") or each.get("title") or each.get("id") or "file"),
            size=int(each.get("size") or 0),
            reference=str(each.get("url_private_download") or each.get("url_private") or ""),
        )
        for each in message.get("files") or ()
    )


def _readers(name: str, argument: str) -> tuple[Readers, str]:
    first, _, rest = argument.partition(" ")
    for readers, words in _READERS.items():
        if name in ("add", "approve") and first.lower() in words:
            return readers, rest.strip()
    return "place", argument
