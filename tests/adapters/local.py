"""A platform's server on 127.0.0.1, whose changes a test can wait for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

PATIENCE = 60.0
"""Seconds that a test waits for something before it fails."""


class LocalServer:
    """What the platforms' servers share.

    `losing` are calls of which the next is done and its answer lost, `limits` those whose next is refused with
    429, once for each entry. `calls` counts. `files` can be fetched by their names.
    """

    def __init__(self) -> None:
        self.limits: list[str] = []
        self.losing: list[str] = []
        self.calls: Counter[str] = Counter()
        self.files: dict[str, bytes] = {}
        self.address = ""  # host and port
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def serve(self, app: web.Application) -> None:
        """Begin to serve, on a free port."""
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    async def end(self) -> None:
        """Serve no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def until(self, true: Callable[[], Any]) -> Any:
        """Wait until something holds; it is looked at after every change."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(true)
        return true()

    async def tell(self) -> None:
        """Let those who wait look again."""
        async with self._changed:
            self._changed.notify_all()
