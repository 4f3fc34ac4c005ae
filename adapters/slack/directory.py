"""Who the people of a workspace are, and who reads a channel, as Slack's API tells it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.protocol import Person
from adapters.remembering import Remembered
from adapters.slack.errors import NAME, mapped
from knowledge.errors import ChatUnavailable

_log = logging.getLogger(__name__)

_SECONDS = 60.0
_PERSON_SECONDS = 600.0
_FEW = 20  # people who are looked up one by one; more by listing the workspace
_PAGE = 200
_PAGES = 50
_SHARED = ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared")


class SlackDirectory:
    """A Directory over `users.*` and `conversations.*`, which remembers for a short while.

    Args:
        client: of the bot.
        trust_guests: count guests of the workspace as members; people of other companies never are.
    """

    def __init__(self, client: AsyncWebClient, *, trust_guests: bool = False) -> None:
        self._client = client
        self._trust_guests = trust_guests
        self._people: Remembered[tuple[str, str], Person] = Remembered(_PERSON_SECONDS, 20_000)
        self._outsiders: Remembered[tuple[str, str], bool] = Remembered(_SECONDS, 5_000)
        self._public: Remembered[tuple[str, str], bool] = Remembered(_SECONDS, 5_000)
        self._channels: Remembered[tuple[str, str], frozenset[str]] = Remembered(_SECONDS, 5_000)
        self._listed: Remembered[str, None] = Remembered(_SECONDS, 100)  # teams whose people were listed

    async def person(self, team: str, person: str) -> Person:
        return await self._people.get((team, person), lambda: self._find_person(team, person))

    async def is_public(self, team: str, channel: str) -> bool:
        return await self._public.get((team, channel), lambda: self._find_public(channel))

    async def locale(self, team: str, person: str) -> str:
        """A person's locale, such as `ko-KR`; empty where it can't be looked up."""
        try:
            return (await self.person(team, person)).locale
        except ChatUnavailable as error:
            _log.debug("a person's language could not be looked up: %s", error)
            return ""

    async def has_outsiders(self, team: str, channel: str) -> bool:
        return await self._outsiders.get((team, channel), lambda: self._find_outsiders(team, channel))

    async def channels_of(self, team: str, person: str) -> frozenset[str]:
        return await self._channels.get((team, person), lambda: self._find_channels(person))

    def changed(self, team: str, channel: str = "", person: str = "") -> None:
        """Forget what a change in a channel, or of a person, made untrue."""
        if channel:
            self._outsiders.forget((team, channel))
            self._public.forget((team, channel))
        if person:
            self._people.forget((team, person))
            self._channels.forget((team, person))

    async def _find_person(self, team: str, person: str) -> Person:
        with mapped():
            found = await self._client.users_info(user=person, include_locale=True)
        return self._person(team, found["user"])

    async def _find_public(self, channel: str) -> bool:
        with mapped():
            found = (await self._client.conversations_info(channel=channel))["channel"]
        return bool(found.get("is_channel")) and not found.get("is_private", True)

    async def _find_outsiders(self, team: str, channel: str) -> bool:
        with mapped():
            found = await self._client.conversations_info(channel=channel)
        if any(found["channel"].get(flag) for flag in _SHARED):
            return True
        members = [
            str(each)
            async for page in self._pages("conversations_members", channel=channel)
            for each in page["members"]
        ]
        unknown = {member for member in members if not self._people.knows((team, member))}
        if len(unknown) > _FEW:
            await self._listed.get(team, lambda: self._list(team))
        for member in members:
            known = await self.person(team, member)
            if not known.is_member and not known.is_bot:
                return True
        return False

    async def _list(self, team: str) -> None:
        """Everybody in the workspace. Channels that are looked up at once share it."""
        async for page in self._pages("users_list", include_locale=True):
            for user in page["members"]:
                self._people.put((team, str(user["id"])), self._person(team, user))

    async def _find_channels(self, person: str) -> frozenset[str]:
        kinds = "public_channel,private_channel,mpim"
        pages = self._pages("users_conversations", user=person, types=kinds, exclude_archived=True)
        return frozenset([str(each["id"]) async for page in pages for each in page["channels"]])

    async def _pages(self, method: str, **arguments: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Each page of a list. A list without an end in sight counts as one that can't be looked up."""
        cursor = ""
        for _ in range(_PAGES):
            with mapped():
                page = await getattr(self._client, method)(limit=_PAGE, cursor=cursor, **arguments)
            yield page.data
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return
        raise ChatUnavailable(platform=NAME, reason="refused", detail=f"{method}: too many pages")

    def _person(self, team: str, user: Mapping[str, Any]) -> Person:
        """A user object. Nobody counts as a member whose record doesn't say that they are one."""
        teams = {str(user.get("team_id") or ""), *(user.get("enterprise_user") or {}).get("teams", ())}
        is_guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted"))
        is_foreign = bool(user.get("is_stranger")) or team not in teams
        profile = user.get("profile") or {}
        return Person(
            id=str(user["id"]),
            name=str(profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"]),
            locale=str(user.get("locale") or ""),
            is_member=not is_foreign and not user.get("deleted") and (self._trust_guests or not is_guest),
            is_admin=bool(user.get("is_admin") or user.get("is_owner")),
            is_bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
        )
