"""The HTTP server for operators.

GET /healthz   alive: the event loop answers
GET /readyz    whether every part is ready for questions; 503 and what isn't
GET /metrics   for Prometheus, the figures of the local model's process included

Beside these stand the ways in of chat platforms that send their requests over HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType, TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.door import Door
from bot.operations.address import listen, written
from bot.operations.metrics import Metrics
from bot.operations.readiness import Readiness
from knowledge.threads import run_blocking

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
CONNECTIONS = 64
CONNECTIONS_WITH_DOORS = 1024  # a proxy keeps many open, and a slash command that is refused is lost

MoreFigures = Callable[[], Awaitable[bytes]]


def application(
    readiness: Readiness,
    metrics: Metrics,
    more: MoreFigures,
    doors: Mapping[str, Door] = MappingProxyType({}),
) -> Starlette:
    """The ASGI application; `more` is appended to the figures, `doors` are ways in by their paths."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        parts = await readiness.look()
        is_ready = all(part.is_ready for part in parts.values())
        body = {
            "status": "ready" if is_ready else "not ready",
            "parts": {
                name: {"ready": part.is_ready, **({"why": part.why} if part.why else {})}
                for name, part in parts.items()
            },
        }
        return JSONResponse(body, 200 if is_ready else 503)

    async def figures(_: Request) -> Response:
        for name, part in (await readiness.look()).items():
            metrics.ready(name, is_ready=part.is_ready)
        return Response(await run_blocking(metrics.text) + await more(), media_type=_CONTENT_TYPE)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", figures),
            *(Route(path, door, methods=["POST"]) for path, door in doors.items()),
        ]
    )


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's affair."""
        yield


class Serving:
    """Serves while the block lasts, in the running event loop.

    Args:
        app: what is served.
        host: a name or an address.
        port: 0 for any.
        connections: how many there may be at once; more are refused.
    """

    def __init__(self, app: Starlette, host: str, port: int, connections: int = CONNECTIONS) -> None:
        self._app = app
        self._connections = connections
        self._host, self._port = host, port
        self.address = ""

    async def __aenter__(self) -> Self:
        """Begin.

        Raises:
            AddressUnavailable: the address can't be had.
        """
        listening = await run_blocking(listen, self._host, self._port)
        self._port = listening.getsockname()[1]
        self.address = f"http://{written(self._host, self._port)}"
        config = uvicorn.Config(
            self._app,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            limit_concurrency=self._connections,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._running = asyncio.create_task(self._server.serve([listening]), name="operations")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        await self._running
