"""Slack's Web API and Socket Mode on 127.0.0.1, able to fail as Slack does."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import Counter
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import ClientSession, WSMsgType, web

from tests.adapters.local import LocalServer
from tests.adapters.slack.workspace import BOT, METHODS, TEAM, Refusal, Workspace, checked

BOT_TOKEN, APP_TOKEN = "xoxb-of-a-test", "xapp-of-a-test"
SIGNING_SECRET = "0123456789abcdef-of-a-test"


class FakeSlack(LocalServer):
    """A server around a workspace. An async context manager.

    `limits` are methods whose next calls get 429, once for each entry. `losing` are methods whose next call is
    done and its answer lost. `refusing` maps methods to the error that they answer. `calls` counts methods.
    `peers` are the connections that calls came over. `acknowledged` has the answers to envelopes that were acknowledged. With a `request_url` requests go there
    over HTTP, instead of over a WebSocket.
    """

    def __init__(self) -> None:
        super().__init__()
        self.workspace = Workspace()
        self.refusing: dict[str, str] = {}
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.url = ""
        self.peers: set[object] = set()
        self.request_url = ""
        self._sockets: list[web.WebSocketResponse] = []
        self._numbers = itertools.count(1)
        self._responses: dict[str, tuple[str, str]] = {}
        self._uses: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/api/{method}", self._call)
        app.router.add_get("/link", self._link)
        app.router.add_post("/respond/{number}", self._respond)
        app.router.add_get("/files/{name}", self._file)
        await self.serve(app)
        self.url = f"http://{self.address}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        await self.end()

    @property
    def base_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def connections(self) -> int:
        return sum(not socket.closed for socket in self._sockets)

    async def deliver(self, kind: str, payload: dict[str, Any], retry: int = 0) -> str:
        """Send an envelope until it is acknowledged, anew where the connection broke; gives its id."""
        while True:
            if self.request_url:
                status, answer = await self.post(kind, payload, retry)
                if status == 200:
                    self.acknowledged[envelope := f"E{next(self._numbers)}"] = answer
                    return envelope
                await asyncio.sleep(0.05)  # where nobody listens yet
                retry += 1
                continue
            envelope = await self.send(kind, payload, retry)
            socket = self._sockets[-1]
            await self.until(lambda: envelope in self.acknowledged or socket.closed)  # noqa: B023
            if envelope in self.acknowledged:
                return envelope
            retry += 1

    async def post(
        self,
        kind: str,
        payload: dict[str, Any],
        retry: int = 0,
        *,
        at: float = 0.0,
        secret: str = SIGNING_SECRET,
    ) -> tuple[int, dict[str, Any]]:
        """Send a request over HTTP, signed as of `at` (0: now); gives the answer's status and JSON."""
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(form), "application/x-www-form-urlencoded"
        stamp = str(int(at or time.time()))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        async with (
            ClientSession() as session,
            session.post(self.request_url, data=body.encode(), headers=headers) as answer,
        ):
            said = await answer.text()
            return answer.status, json.loads(said) if said.startswith("{") else {}

    async def send(self, kind: str, payload: dict[str, Any], retry: int = 0) -> str:
        """Send an envelope."""
        envelope = f"E{next(self._numbers)}"
        await self.until(lambda: self.connections)
        more = {"retry_attempt": retry, "retry_reason": "timeout"} if retry else {"retry_attempt": 0}
        accepts = kind != "events_api"
        socket = next(each for each in reversed(self._sockets) if not each.closed)
        await socket.send_json(
            {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": accepts}
            | (more if kind == "events_api" else {})
        )
        return envelope

    async def disconnect(self, *, politely: bool = True) -> None:
        """Ask the client to connect anew, as Slack does every few hours, or just go away."""
        for socket in [each for each in self._sockets if not each.closed]:
            if politely:
                await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            else:
                await socket.close(code=1006)

    def response_url(self, person: str, channel: str) -> str:
        """A response URL; what is posted there only this person sees."""
        number = str(next(self._numbers))
        self._responses[number] = (person, channel)
        return f"{self.url}/respond/{number}"

    def expire_responses(self) -> None:
        """Response URLs that were given until now answer no more."""
        self._uses.update(dict.fromkeys(self._responses, 5))

    def event(self, event: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An Events API payload."""
        return {
            "token": "verification",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self._numbers)}",
            "event_time": 1700000000,
            "authorizations": [
                {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
            ],
            **more,
        }  # fmt: skip

    def trigger(self) -> str:
        return f"{next(self._numbers)}.{TEAM}.trigger"

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls[method] += 1
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        try:
            if method in self.limits:
                self.limits.remove(method)
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "0"}
                )
            answer = {"ok": True, **self._do(method, request.headers.get("Authorization", ""), arguments)}
        except Refusal as refusal:
            answer = {"ok": False, "error": str(refusal)}
        finally:
            await self.tell()
        if method in self.losing:
            self.losing.remove(method)
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(answer)

    def _do(self, method: str, authorization: str, arguments: dict[str, Any]) -> dict[str, Any]:
        token = authorization.removeprefix("Bearer ")
        if method in self.refusing:
            raise Refusal(self.refusing[method])
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Refusal("invalid_auth")
            return {"url": f"{self.url.replace('http', 'ws')}/link"}
        if token != BOT_TOKEN:
            raise Refusal("invalid_auth")
        if method not in METHODS:
            raise Refusal("unknown_method")
        return METHODS[method](self.workspace, **arguments)

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})
        self._sockets.append(socket)
        await self.tell()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                said = json.loads(message.data)
                self.acknowledged[said["envelope_id"]] = said.get("payload") or {}
                await self.tell()
        await self.tell()
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        if "respond" in self.limits:
            self.limits.remove("respond")
            return web.Response(status=429, headers={"Retry-After": "0"})
        number = request.match_info["number"]
        self._uses[number] += 1
        if self._uses[number] > 5:
            return web.Response(status=404, text="expired_url")
        person, channel = self._responses[number]
        try:
            self.workspace.private.append((person, channel, checked(await request.json())))
        except Refusal as refusal:
            return web.Response(status=400, text=str(refusal))
        await self.tell()
        return web.Response(text="ok")

    async def _file(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(status=403)
        return web.Response(body=self.files[request.match_info["name"]])


async def _arguments(request: web.Request) -> dict[str, Any]:
    """A call's arguments, as JSON or as a form whose blocks and metadata are JSON."""
    if request.content_type == "application/json":
        arguments = await request.json()
    else:
        arguments = dict(request.query) | dict(await request.post())
        arguments.pop("token", None)
        for name in ("blocks", "metadata", "view"):
            if isinstance(arguments.get(name), str):
                arguments[name] = json.loads(arguments[name])
    return {name: value for name, value in arguments.items() if value is not None}
