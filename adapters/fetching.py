"""Fetches a file from a chat platform's own hosts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import aiohttp

from knowledge.errors import ChatUnavailable, Unreadable

_SECONDS = 60
_CHUNK = 1 << 16


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
    """A file's bytes. No redirect is followed: it could lead anywhere.

    Raises:
        Unreadable: it has more than `most` bytes.
        ChatUnavailable: it isn't there, or the platform doesn't give it.
        aiohttp.ClientError, TimeoutError: it can't be reached.
    """
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, headers=headers, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise ChatUnavailable(platform=platform, reason="gone", detail=str(answer.status))
        data = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > most:
                raise Unreadable(reason="too_large", detail="")
        return bytes(data)
