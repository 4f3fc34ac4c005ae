"""The HTTP server around an engine: OpenAI's chat completions, and what operators need.

POST /v1/chat/completions   streamed and not
GET  /v1/models             the one model, with the tokens that a question may have (`max_model_len`)
POST /tokenize              {"content": text} or {"content": [texts]}: how many tokens
GET  /health                whether the engine is alive; needs no key
GET  /metrics               for Prometheus
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatEvent
from knowledge.models.llama.completions import Engine, Writer, error_body, events_of
from knowledge.models.llama.metrics import Metrics
from knowledge.models.llama.request import BadRequest, parse, texts_to_count
from knowledge.models.wire import OWNER
from knowledge.threads import run_blocking

BODY_LIMIT = 8 << 20
_BODY_SECONDS = 60.0
_STATUSES = {"busy": 429, "too_long": 400, "not_ready": 503}
_OPEN = ("/health",)
_CHEAP = ("/health", "/metrics")  # answered also when the house is full: who watches has to see that it is
T = TypeVar("T")


def application(engine: Engine, model: str, api_key: str, *, most: int = 1024) -> Starlette:
    """The ASGI application.

    Args:
        engine: what answers.
        model: the name that clients see.
        api_key: that every request but /health must carry; empty for none.
        most: requests at once; whoever comes then is told that the server is busy.
    """
    server = _Server(engine, model)
    return Starlette(
        routes=[
            Route("/v1/chat/completions", server.complete, methods=["POST"]),
            Route("/v1/models", server.models),
            Route("/tokenize", server.tokenize, methods=["POST"]),
            Route("/health", server.health),
            Route("/metrics", server.metrics),
        ],
        middleware=[
            *([Middleware(_KeyCheck, api_key=api_key)] if api_key else []),
            Middleware(_Places, most=most),
        ],
        exception_handlers={
            BadRequest: _bad_request,
            GenerationFailed: _failed,
            ClientDisconnect: _gone,
            404: _http_error,
            405: _http_error,
        },
    )


class _Server:
    def __init__(self, engine: Engine, model: str) -> None:
        self._engine = engine
        self._model = model
        self._metrics = Metrics(engine.status)
        self._created = int(time.time())

    async def complete(self, request: Request) -> Response:
        completion = parse(await _json(request))
        events = events_of(self._engine, completion, self._metrics)
        writer = Writer(completion, self._model)
        # How it begins decides the status; from then on an error is a part of the stream.
        first = await _while_connected(request, anext(events))
        if not completion.stream:
            return JSONResponse(await _while_connected(request, writer.whole(first, events)))
        return StreamingResponse(
            writer.stream(first, events),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            background=BackgroundTask(_close, events),
        )

    async def models(self, _: Request) -> Response:
        card = {
            "id": self._model,
            "object": "model",
            "created": self._created,
            "owned_by": OWNER,
            "max_model_len": self._engine.limits,
        }
        return JSONResponse({"object": "list", "data": [card]})

    async def tokenize(self, request: Request) -> Response:
        content = texts_to_count(await _json(request))
        if isinstance(content, str):
            return JSONResponse({"count": await run_blocking(self._engine.count_tokens, content)})
        return JSONResponse({"counts": await run_blocking(self._count_all, content)})

    def _count_all(self, texts: list[str]) -> list[int]:
        return [self._engine.count_tokens(text) for text in texts]

    async def health(self, _: Request) -> Response:
        status = self._engine.status()
        silence = time.monotonic() - status.last_step
        return JSONResponse(
            {
                "status": "ok",
                "silence": round(silence, 3),
                "waiting": status.waiting,
                "running": status.running,
            }
        )

    async def metrics(self, _: Request) -> Response:
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4")


class _KeyCheck:
    """Turns away what doesn't carry the key."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        self._expected = f"Bearer {api_key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("authorization", "").encode("latin-1", "replace")
        if scope["path"] in _OPEN or hmac.compare_digest(given, self._expected):
            await self._app(scope, receive, send)
            return
        body = _error("This server wants its API key.", "authentication_error", "invalid_api_key")
        await JSONResponse(body, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)


class _Places:
    """Lets in so many requests at once."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._free = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in _CHEAP:
            await self._app(scope, receive, send)
            return
        if not self._free:
            await _refused(GenerationFailed(reason="busy"))(scope, receive, send)
            return
        self._free -= 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._free += 1


async def _json(request: Request) -> object:
    """The body, which may be neither too large nor too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > BODY_LIMIT:
                    raise BadRequest(f"The body is larger than {BODY_LIMIT} bytes.")
    except TimeoutError:
        raise BadRequest("The body didn't come.") from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The body is no JSON.") from None


async def _while_connected(request: Request, work: Awaitable[T]) -> T:
    """The work's result; it is cancelled when the client goes.

    Raises:
        ClientDisconnect: it went.
    """

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _close(events: AsyncIterator[ChatEvent]) -> None:
    """Cancel what the client didn't wait for, also when it was gone before the first chunk."""
    await events.aclose()  # type: ignore[attr-defined]


def _error(message: str, kind: str, code: str | None, parameter: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": parameter, "code": code}}


async def _bad_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequest)  # noqa: S101
    return JSONResponse(_error(error.message, "invalid_request_error", None, error.parameter), 400)


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, GenerationFailed)  # noqa: S101
    return _refused(error)


def _refused(error: GenerationFailed) -> Response:
    reason = str(error.parameters.get("reason"))
    # Whoever is told "busy" should hear of it at once; a library that tries again only adds to the queue.
    headers = {"Retry-After": "30", "x-should-retry": "false"} if reason == "busy" else {}
    return JSONResponse(error_body(error), _STATUSES.get(reason, 500), headers)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=499)  # as nginx notes it; nobody reads it


async def _http_error(_: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 404))
    return JSONResponse(_error("There is no such thing here.", "invalid_request_error", None), status)
