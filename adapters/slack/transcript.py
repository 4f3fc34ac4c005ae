"""Messages and threads of Slack, as talks that can be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.convert import plain
from adapters.slack.directory import SlackDirectory
from adapters.slack.errors import NAME, mapped
from knowledge.errors import ChatUnavailable
from knowledge.sources.talks import Said, Talk

_PAGE = 200
_PAGES = 25

Messages = Sequence[Mapping[str, Any]]


async def thread_of(client: AsyncWebClient, channel: str, thread: str, me: str) -> Messages:
    """A thread's messages, the oldest first, without the bot's own: an answer is no source of answers.

    Raises:
        ChatUnavailable: the bot doesn't read this channel, the thread is gone, or it is too long.
    """
    found: list[Mapping[str, Any]] = []
    cursor = ""
    for _ in range(_PAGES):
        with mapped():
            page = await client.conversations_replies(
                channel=channel, ts=thread, limit=_PAGE, cursor=cursor or None
            )
        found += [each for each in page["messages"] if each.get("user") != me]
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return found
    raise ChatUnavailable(platform=NAME, reason="refused", detail=f"> {_PAGE * _PAGES} messages")


async def talk_of(
    client: AsyncWebClient, directory: SlackDirectory, team: str, channel: str, messages: Messages, title: str
) -> Talk | None:
    """Messages of a channel as a talk; None where nobody wrote a word."""
    said = [
        Said(await _name(directory, team, message), _time(message), text)
        for message in messages
        if (text := plain(str(message.get("text") or ""), ""))
    ]
    if not said:
        return None
    first = str(messages[0].get("ts") or "")
    return Talk(f"{channel}/{first}", await _link(client, channel, first), tuple(said), title)


async def _name(directory: SlackDirectory, team: str, message: Mapping[str, Any]) -> str:
    person = str(message.get("user") or "")
    try:
        return (await directory.person(team, person)).name
    except ChatUnavailable:  # what they wrote stands all the same
        return str(message.get("username") or person or "?")


async def _link(client: AsyncWebClient, channel: str, message: str) -> str:
    """Where a message stands, or nothing where the bot doesn't see it."""
    try:
        with mapped():
            return str((await client.chat_getPermalink(channel=channel, message_ts=message))["permalink"])
    except ChatUnavailable:
        return ""


def _time(message: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(message.get("ts") or 0), UTC)
