"""Discord's errors in the terms of our tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from knowledge.errors import ChatUnavailable

NAME = "Discord"

CANNOT_WRITE_TO_PERSON = 50007
ALREADY_ACKNOWLEDGED = 40060
_DEAD_TOKEN = 50027
_GONE = frozenset(
    (
        10003,  # channel
        10004,  # server
        10008,  # message
        10013,  # user
        10015,  # webhook: an interaction's token has expired
        10062,  # interaction
        _DEAD_TOKEN,
        50083,  # the thread is archived and locked
        160005,  # the thread is locked
    )
)
_FORBIDDEN = frozenset((50001, 50013, 160002))


@contextmanager
def mapped() -> Iterator[None]:
    """Raise what goes wrong inside as ChatUnavailable. `detail` is Discord's code for it."""
    try:
        yield
    except discord.LoginFailure as error:
        raise ChatUnavailable(platform=NAME, reason="token", detail="") from error
    except discord.HTTPException as error:
        raise ChatUnavailable(platform=NAME, reason=_reason(error), detail=str(error.code)) from error
    except discord.RateLimited as error:
        raise ChatUnavailable(platform=NAME, reason="unreachable", detail="429") from error
    except RuntimeError as error:
        if "closed" not in str(error):  # a session of aiohttp, whose client was replaced
            raise
        raise ChatUnavailable(platform=NAME, reason="unreachable", detail="closed") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ChatUnavailable(platform=NAME, reason="unreachable", detail=type(error).__name__) from error


def _reason(error: discord.HTTPException) -> str:
    if error.status == 401 and error.code != _DEAD_TOKEN:
        return "token"
    if error.code in _GONE or error.status == 404:
        return "gone"
    if error.code in _FORBIDDEN:
        return "refused"
    if error.status >= 500 or error.status == 429:
        return "unreachable"
    return "refused"
