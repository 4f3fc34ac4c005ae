"""Discord's REST API and gateway on 127.0.0.1, able to fail as Discord does."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.adapters.discord.world import APP, BOT, EPHEMERAL, GUILD, Refusal, World, checked
from tests.adapters.local import LocalServer

TOKEN = "token-of-a-test"
MESSAGE_CONTENT = 1 << 15
_CONTENT_FLAGS = 1 << 18


@dataclass
class _Session:
    """A gateway session. `events` are all that were sent, by sequence number, to be replayed."""

    id: str
    socket: web.WebSocketResponse
    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Interaction:
    """What was given with a token. `message` is the id of the answer's index in `private`."""

    person: str
    channel: str
    acknowledged: bool = False
    original: dict[str, Any] | None = None
    dead: bool = False


class FakeDiscord(LocalServer):
    """A server around a world. An async context manager.

    `limits` are routes (method and kind, such as `POST messages`) whose next calls get 429, once for each
    entry. `losing` are routes whose next call is done and its answer lost. `failing` maps routes to a status.
    `calls` counts routes. `can_resume`: sessions survive a lost connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.failing: dict[str, int] = {}
        self.can_resume = True
        self.is_away = False  # the gateway answers nobody
        self.promises_content: bool | None = None  # what the app's page says, if not the truth
        self.url = ""
        self.identified: list[int] = []
        self.resumed = 0
        self._live: _Session | None = None
        self._sessions: dict[str, _Session] = {}
        self._interactions: dict[str, _Interaction] = {}
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/files/{name}", self._file)
        for method, path, call in (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("PUT", f"/applications/{APP}/commands", self._commands),
            ("POST", "/users/@me/channels", self._direct),
            ("GET", "/guilds/{guild}/members/{person}", self._member),
            ("GET", "/channels/{channel}", self._channel),
            ("GET", "/channels/{channel}/messages", self._history),
            ("GET", "/channels/{channel}/messages/{message}", self._one),
            ("POST", "/channels/{channel}/messages", self._post),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self._delete),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("PATCH", f"/webhooks/{APP}/{{token}}/messages/@original", self._edit_original),
            ("POST", f"/webhooks/{APP}/{{token}}", self._follow_up),
        ):
            app.router.add_route(method, f"/api/v10{path}", self._route(method, path, call))
        await self.serve(app)
        self.url = self.address
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions.values():
            await session.socket.close()
        await self.end()

    @property
    def api_url(self) -> str:
        return f"http://{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.url}/gateway/"

    @property
    def is_connected(self) -> bool:
        return self._live is not None and not self._live.socket.closed

    async def dispatch(self, event: str, data: Any) -> None:
        """Send an event; where no connection is there, it waits in the session that may be resumed."""
        await self.until(lambda: self._live is not None)
        assert self._live is not None
        await self._send(self._live, event, data)

    async def disconnect(self) -> None:
        """The connection breaks."""
        assert self._live is not None
        await self._live.socket.close(code=4000)
        if not self.can_resume:
            self._sessions.clear()
        await self.tell()

    def interaction(self, person: str, channel: str, kind: int, data: dict[str, Any]) -> dict[str, Any]:
        """INTERACTION_CREATE's payload."""
        number, token = self.world.snowflake(), f"token{next(self._numbers)}"
        self._interactions[token] = _Interaction(person, channel)
        place = self.world.channels[channel]
        payload = {
            "id": number,
            "application_id": APP,
            "type": kind,
            "data": data,
            "channel_id": channel,
            "channel": place,
            "token": token,
            "version": 1,
            "locale": "ko",
            "app_permissions": "0",
            "attachment_size_limit": 10 << 20,
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "context": 0 if "guild_id" in place else 1,
        }
        if "guild_id" in place:
            permissions = {"permissions": "0"}
            return {**payload, "guild_id": GUILD, "member": {**self.world.members[person], **permissions}}
        return {**payload, "user": self.world.users[person]}

    def is_acknowledged(self, token: str) -> bool:
        return self._interactions[token].acknowledged

    def kill_tokens(self) -> None:
        """Fifteen minutes go by."""
        for interaction in self._interactions.values():
            interaction.dead = True

    # The gateway.

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        self.calls["gateway"] += 1
        await self.tell()
        if self.is_away:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 30_000}})
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            received = json.loads(message.data)
            match received["op"]:
                case 1:
                    await socket.send_json({"op": 11, "d": None})
                case 2:
                    await self._identify(socket, received["d"])
                case 6:
                    await self._resume(socket, received["d"])
                case _:
                    pass
        await self.tell()
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        if data["token"] != TOKEN:
            await socket.close(code=4004)
            return
        if data["intents"] & MESSAGE_CONTENT and not self.world.with_content:
            await socket.close(code=4014)
            return
        self.identified.append(data["intents"])
        session = _Session(f"session{next(self._numbers)}", socket)
        self._sessions[session.id] = session
        ready = {
            "v": 10,
            "user": self.world.users[BOT],
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.gateway_url,
            "application": {"id": APP, "flags": 0},
        }
        await self._send(session, "READY", ready)
        await self._send(session, "GUILD_CREATE", self.world.guild())
        self._live = session
        await self.tell()

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        session = self._sessions.get(data["session_id"] or "")
        if session is None:
            await socket.send_json({"op": 9, "d": False})
            return
        session.socket = socket
        for event in [each for each in session.events if each["s"] > data["seq"]]:
            await socket.send_json(event)
        self.resumed += 1
        await self._send(session, "RESUMED", {})
        self._live = session
        await self.tell()

    async def _send(self, session: _Session, event: str, data: Any) -> None:
        payload = {"op": 0, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(payload)
        if not session.socket.closed:
            await session.socket.send_json(payload)

    # REST.

    def _route(
        self, method: str, path: str, call: Callable[..., Awaitable[Any]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        parts = [part for part in path.split("/") if part and not part.startswith(("{", "@"))]
        name = f"{method} {parts[-1]}" if not path.endswith("@original") else f"{method} original"

        async def answer(request: web.Request) -> web.StreamResponse:
            self.calls[name] += 1
            if request.headers.get("Authorization") != f"Bot {TOKEN}" and "token" not in request.match_info:
                return _json({"code": 0, "message": "401: Unauthorized"}, status=401)
            if name in self.failing:
                await self.tell()
                return _json({"code": 0, "message": "no"}, status=self.failing[name])
            if name in self.limits:
                self.limits.remove(name)
                limited = {"message": "You are being rate limited.", "retry_after": 0.01, "global": False}
                return _json(limited, status=429, headers={"Via": "1.1 google"})
            body = (
                await request.json()
                if request.can_read_body and request.content_type == "application/json"
                else {}
            )
            try:
                found = await call(body, **request.match_info)
            except Refusal as refusal:
                return _json({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
            finally:
                await self.tell()
            if name in self.losing:
                self.losing.remove(name)
                assert request.transport is not None
                request.transport.abort()
            return web.Response(status=204) if found is None else _json(found)

        if method == "GET" and path.endswith("messages"):

            async def history(request: web.Request) -> web.StreamResponse:
                self.calls[name] += 1
                if name in self.failing:
                    await self.tell()
                    return _json({"code": 0, "message": "no"}, status=self.failing[name])
                after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 50))
                return _json(self.world.history(request.match_info["channel"], after, limit))

            return history
        return answer

    async def _me(self, _: Any) -> Any:
        return self.world.users[BOT]

    async def _application(self, _: Any) -> Any:
        promised = self.world.with_content if self.promises_content is None else self.promises_content
        flags = _CONTENT_FLAGS if promised else 0
        return {"id": APP, "name": "Saseo", "description": "", "icon": None, "bot_public": False, "bot_require_code_grant": False, "owner": self.world.users["13"], "verify_key": "00", "flags": flags, "team": None}  # fmt: skip

    async def _commands(self, body: Any) -> Any:
        self.world.commands = body
        return [{**each, "id": str(index), "application_id": APP, "version": "1", "default_member_permissions": None} for index, each in enumerate(body)]  # fmt: skip

    async def _direct(self, body: Any) -> Any:
        return self.world.channels[self.world.direct(str(body["recipient_id"]))]

    async def _member(self, _: Any, guild: str, person: str) -> Any:
        if guild != GUILD or person not in self.world.members:
            raise Refusal(404, 10007, "Unknown Member")
        return self.world.members[person]

    async def _channel(self, _: Any, channel: str) -> Any:
        if channel not in self.world.channels:
            raise Refusal(404, 10003, "Unknown Channel")
        return self.world.channels[channel]

    async def _history(self, _: Any, channel: str) -> Any:
        raise AssertionError("served above, with its query")

    async def _post(self, body: Any, channel: str) -> Any:
        message = self.world.post(channel, body)
        if self._live is not None:
            await self._send(self._live, "MESSAGE_CREATE", self.world.with_member(message))
        return message

    async def _one(self, _: Any, channel: str, message: str) -> Any:
        return self.world.find(channel, message)

    async def _edit(self, body: Any, channel: str, message: str) -> Any:
        return self.world.edit(channel, message, body)

    async def _delete(self, _: Any, channel: str, message: str) -> None:
        self.world.find(channel, message)
        del self.world.messages[channel][message]

    async def _callback(self, body: Any, interaction: str, token: str) -> Any:
        found = self._interactions[token]
        if found.dead:
            raise Refusal(404, 10062, "Unknown interaction")
        if found.acknowledged:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        found.acknowledged = True
        data = body.get("data") or {}
        match body["type"]:
            case 4:
                self._private(found, data)
            case 5 if data.get("flags", 0) & EPHEMERAL:
                found.original = {}
            case 8:
                self.world.choices = data["choices"]
            case 9:
                self.world.modals.append(data)
            case _:
                pass
        return {"interaction": {"id": interaction, "type": 2}}

    async def _edit_original(self, body: Any, token: str) -> Any:
        found = self._interaction(token)
        if found.original is None:
            raise Refusal(404, 10008, "Unknown Message")
        first = not found.original
        found.original.update(body)
        if found.original.get("flags", 0) & (1 << 15):
            found.original.pop("content", None)
        checked(found.original)
        if first:
            self._private(found, found.original)
        return self._message(found, found.original)

    async def _follow_up(self, body: Any, token: str) -> Any:
        found = self._interaction(token)
        assert body["flags"] & EPHEMERAL, "everybody would see it"
        self._private(found, checked(dict(body)))
        return self._message(found, body)

    def _interaction(self, token: str) -> _Interaction:
        found = self._interactions.get(token)
        if found is None or found.dead:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return found

    def _private(self, found: _Interaction, message: dict[str, Any]) -> None:
        message.setdefault("id", self.world.snowflake())
        message["channel_id"] = found.channel
        self.world.private.append((found.person, message))

    def _message(self, found: _Interaction, message: dict[str, Any]) -> dict[str, Any]:
        whole = {"author": self.world.users[BOT], "timestamp": "2026-11-01T00:00:00+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": EPHEMERAL, "content": "", "components": [], "channel_id": found.channel, "id": "1"}  # fmt: skip
        return {
            **whole,
            **message,
            "flags": message.get("flags", 0) | EPHEMERAL,
            "content": message.get("content") or "",
        }

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """As Discord names the type: discord.py wants it to the letter."""
    headers = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)
