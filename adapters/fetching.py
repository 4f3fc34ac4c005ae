"""Fetches a file from a chat platform's own hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import aiohttp

from knowledge.errors import ChatUnavailable, Unreadable

_SECONDS = 60
_CHUNK = 1 << 16
_LATER = 30  # seconds of one Retry-After that are waited for
_ATTEMPTS = 3


def is_own(url: str, api: str, hosts: Collection[str]) -> bool:
    """Whether a URL leads to where the configured API is, or by HTTPS to one of a platform's hosts.

    A host that begins with a dot stands for all under it.
    """
    target = urlsplit(url)
    if target.netloc and target.netloc == urlsplit(api).netloc:
        return True
    name = target.hostname or ""
    return target.scheme == "https" and any(
        name.endswith(host) if host.startswith(".") else name == host for host in hosts
    )


async def fetched(url: str, most: int, platform: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A file's bytes. No redirect is followed: it could lead anywhere. A 429 is waited for, within reason.

    Raises:
        Unreadable: it has more than `most` bytes.
        ChatUnavailable: it isn't there, or the platform doesn't give it.
        aiohttp.ClientError, TimeoutError: it can't be reached.
    """
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for attempt in range(1, _ATTEMPTS + 1):
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status == 200:
                    return await _read(answer, most)
                after = _retry_after(answer) if attempt < _ATTEMPTS else None
                if after is None:
                    raise ChatUnavailable(platform=platform, reason="gone", detail=str(answer.status))
            await asyncio.sleep(after)
    raise AssertionError("the last attempt returns or raises")


async def _read(answer: aiohttp.ClientResponse, most: int) -> bytes:
    data = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > most:
            raise Unreadable(reason="too_large", detail="")
    return bytes(data)


def _retry_after(answer: aiohttp.ClientResponse) -> float | None:
    """The seconds after which a server that has too much to do wants to be asked again; None: don't."""
    after = answer.headers.get("Retry-After", "")
    if answer.status != 429 or not after.isdigit() or int(after) > _LATER:
        return None
    return int(after)
