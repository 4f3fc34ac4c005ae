"""Slack's errors in the terms of our tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError

from knowledge.errors import ChatUnavailable

NAME = "Slack"
_TOKEN = frozenset(
    (
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
    )
)
_SCOPE = frozenset(("missing_scope", "no_permission", "access_denied"))
_GONE = frozenset(
    (
        "channel_not_found",
        "message_not_found",
        "thread_not_found",
        "is_archived",
        "not_in_channel",
        "cant_update_message",
        "edit_window_closed",
        "user_not_found",
        "user_not_in_channel",
    )
)
_PASSING = frozenset(
    ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
)


@contextmanager
def mapped(token: Literal["token", "app_token"] = "token") -> Iterator[None]:  # noqa: S107 - a reason's name
    """Raise what goes wrong inside as ChatUnavailable; `token` is which one a refusal is about."""
    try:
        yield
    except SlackApiError as error:
        raise _of(error, token) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ChatUnavailable(platform=NAME, reason="unreachable", detail=type(error).__name__) from error


def _of(error: SlackApiError, token: str) -> ChatUnavailable:
    response = error.response
    code = str(response.get("error") or "") if hasattr(response, "get") else ""
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    if code in _TOKEN:
        reason = token
    elif code in _SCOPE:
        reason = "scope"
    elif code in _GONE:
        reason = "gone"
    elif code in _PASSING or (isinstance(status, int) and (status >= 500 or status == 429)):
        reason = "unreachable"
    else:
        reason = "refused"
    needed = str(response.get("needed") or "") if hasattr(response, "get") else ""
    return ChatUnavailable(platform=NAME, reason=reason, detail=needed or code)
