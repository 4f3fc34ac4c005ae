"""Where the app is installed: of which team everything is that reaches it, whatever a payload says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from slack_sdk.web.async_slack_response import AsyncSlackResponse

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace, or with `is_org` all workspaces of an organisation.

    A payload names the workspace of whoever acts. In a channel that several companies share, that may be
    another one than the bot's; taken for the bot's, it would be a scope, and a name in BOT_ADMINS.
    """

    team: str
    enterprise: str = ""
    is_org: bool = False

    @classmethod
    def of(cls, me: AsyncSlackResponse) -> Self:
        """The installation that `auth.test` describes."""
        return cls(
            str(me.get("team_id") or ""),
            str(me.get("enterprise_id") or ""),
            bool(me.get("is_enterprise_install")),
        )

    def team_of(self, body: Payload) -> str:
        """The team of a payload: the installed one, or the organisation's workspace that it comes from."""
        if not self.is_org:
            return self.team
        first: Payload = next(iter(body.get("authorizations") or ()), {})
        place: Payload = body.get("team") or {}
        enterprises = {
            str(found.get(name) or "")
            for found, name in (
                (first, "enterprise_id"),
                (body, "enterprise_id"),
                (body.get("enterprise") or {}, "id"),
                (place, "enterprise_id"),
            )
        } - {""}
        named = str(body.get("team_id") or place.get("id") or "")
        return named if named and enterprises == {self.enterprise} else self.team

    async def pin(self, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
        """Middleware: write the team into a payload, wherever one is read."""
        team = self.team_of(body)
        body["team_id"] = team
        body["team"] = {**(body.get("team") or {}), "id": team}
        body.pop("authorizations", None)
        await next()
