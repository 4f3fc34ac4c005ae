"""A server that speaks OpenAI's interface, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

ANSWER = ("연차는 ", "15일", "입니다. [1]")


def delta(text: str | None = None, finish: str | None = None, **more: Any) -> str:
    """One event of an answer."""
    content = {} if text is None else {"content": text}
    return event({"choices": [{"index": 0, "delta": content, "finish_reason": finish}], **more})


def event(value: Any) -> str:
    """A server-sent event with JSON."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


WHOLE = (
    *map(delta, ANSWER),
    delta(finish="stop"),
    event({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 7}}),
    "data: [DONE]\n\n",
)


@dataclass
class FakeServer:
    """What it answers with, and what it was asked.

    `events` are what a stream is made of: text to send, or a callable to wait for. `failures` are responses that
    come first, one a request. `tokenizer` makes the answer to `/tokenize`.
    """

    events: Any = WHOLE
    failures: list[Callable[[], Response]] = field(default_factory=list)
    models: Any = field(default_factory=lambda: {"data": [{"id": "qwen", "owned_by": "someone"}]})
    properties: Any = None
    tokenizer: Callable[[Any], Any] | None = None
    content_type: str = "text/event-stream"
    bodies: list[Any] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._answer, methods=["POST"]),
                Route("/v1/models", self._models),
                Route("/props", self._properties),
                Route("/tokenize", self._tokenize, methods=["POST"]),
            ]
        )

    async def _answer(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.json())
        if self.failures:
            return self.failures.pop(0)()
        return StreamingResponse(self._stream(), media_type=self.content_type)

    async def _stream(self) -> AsyncIterator[str]:
        for piece in self.events() if callable(self.events) else self.events:
            if callable(piece):
                await piece()
            else:
                yield piece
                await asyncio.sleep(
                    0
                )  # a stream without end must not keep the server from seeing that it is alone

    async def _models(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        if isinstance(self.models, Response):
            return self.models
        return JSONResponse(self.models)

    async def _properties(self, request: Request) -> Response:
        return Response(status_code=404) if self.properties is None else JSONResponse(self.properties)

    async def _tokenize(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        found = self.tokenizer(body) if self.tokenizer else None
        return Response(status_code=404) if found is None else JSONResponse(found)


def refusal(status: int, code: str = "", **headers: str) -> Callable[[], Response]:
    """A failure in OpenAI's form."""
    body = {"error": {"message": "a secret question", "type": "x", "param": None, "code": code}}
    return lambda: JSONResponse(
        body, status, {name.replace("_", "-"): value for name, value in headers.items()}
    )
