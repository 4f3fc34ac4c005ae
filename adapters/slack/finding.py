"""Looks whether a message was posted although the call that posted it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import mapped
from adapters.slack.streams import bears
from knowledge.errors import ChatUnavailable

_PAGE = 200
_PAGES = 10


async def find(
    client: AsyncWebClient,
    channel: str,
    metadata: Mapping[str, Any],
    *,
    oldest: str,
    thread: str = "",
    mark: str = "",
) -> str:
    """The `ts` of the message with this metadata or mark, or nothing.

    Args:
        client: of the bot.
        channel: to look in, and nowhere else.
        metadata: `event_type` and `event_payload`, as the message was posted with them.
        oldest: the `ts` after which it must have been posted.
        thread: to look in; empty for the channel itself.
        mark: of a stream, which has no metadata while it is open; empty for none.

    Raises:
        ChatUnavailable: it could not be looked up.
    """
    cursor = ""
    for _ in range(_PAGES):
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": oldest,
            "include_all_metadata": True,
            "limit": _PAGE,
            "cursor": cursor or None,
        }
        try:
            with mapped():
                page = (
                    await client.conversations_replies(ts=thread, **asked)
                    if thread
                    else await client.conversations_history(**asked)
                )
        except ChatUnavailable as error:
            if error.parameters["reason"] == "gone":  # the thread went with its first message
                return ""
            raise
        for each in page["messages"]:
            found = each.get("metadata") or {}
            if all(found.get(name) == value for name, value in metadata.items()):
                return str(each["ts"])
            if mark and bears(each, mark):
                return str(each["ts"])
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return ""
