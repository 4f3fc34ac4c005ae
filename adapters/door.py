"""A way in for platforms that send their requests over HTTP, as an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_BODY = 1 << 20
"""Bytes of a request: more than platforms send, and little enough to hold for whoever sent it."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """What came in: header names are in lower case."""

    body: str
    query: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


Answers = Callable[[Request], Awaitable[Reply]]


class Door:
    """Open while an adapter answers. Until then requests get 503, which platforms send again."""

    def __init__(self) -> None:
        self._answers: Answers | None = None

    def open(self, answers: Answers) -> None:
        """Let `answers` have the requests."""
        self._answers = answers

    @property
    def is_open(self) -> bool:
        """Whether requests get in."""
        return self._answers is not None

    def close(self) -> None:
        """Turn requests away."""
        self._answers = None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One request, as ASGI brings it."""
        reply = await self._reply(scope, receive)
        headers = [(b"content-type", reply.content_type.encode("latin-1"))]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body.encode()})

    async def _reply(self, scope: Mapping[str, Any], receive: Receive) -> Reply:
        if self._answers is None:
            return Reply(503, "Not connected yet.")
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return Reply(400)
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                return Reply(413)
            more = bool(message.get("more_body"))
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return Reply(400)
        return await self._answers(Request(text, scope["query_string"].decode("latin-1"), headers))
