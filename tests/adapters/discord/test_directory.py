"""Who reads what in a Discord server. What isn't known is never taken for allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.adapter import Options
from adapters.discord.directory import DiscordDirectory
from knowledge.errors import ChatUnavailable
from tests.adapters.discord.server import FakeDiscord
from tests.adapters.discord.stage import discord_stage
from tests.adapters.discord.world import (
    ADMINISTRATOR,
    FORUM,
    GENERAL,
    GUILD,
    PRIVATE,
    STAFF,
    VIEW,
    VOICE,
    overwrite,
)
from tests.fakes import FakeKnowledge

Look = Callable[[DiscordDirectory], Awaitable[Any]]


def look(
    folder: Path, question: Look, prepare: Callable[[FakeDiscord], None] = lambda _: None, **options: Any
) -> Any:
    """What the directory of a connected bot says."""
    chosen = Options(**options)

    async def run() -> Any:
        async with discord_stage(folder, FakeKnowledge(), prepare=prepare, options=chosen) as stage:
            directory = stage.process.adapter.directory
            await stage.until(lambda: directory._client().get_guild(int(GUILD)) is not None)
            return await question(directory)

    return asyncio.run(run())


def changed(**members: dict[str, Any]) -> Callable[[FakeDiscord], None]:
    """A server whose members differ: `m11={"roles": ...}`."""

    def change(discord: FakeDiscord) -> None:
        for name, facts in members.items():
            discord.world.members[name[1:]] |= facts

    return change


@pytest.mark.parametrize(
    ("facts", "options", "is_member"),
    [
        ({}, {}, True),
        ({"pending": True}, {}, False),
        ({"flags": 1 << 4}, {}, False),
        ({"pending": True}, {"trust_guests": True}, True),
        ({}, {"member_roles": frozenset((STAFF,))}, False),
        ({"roles": [STAFF]}, {"member_roles": frozenset((STAFF,))}, True),
        ({}, {"member_roles": frozenset((STAFF,)), "trust_guests": True}, False),
    ],
)
def test_who_is_a_member(
    tmp_path: Path, facts: dict[str, Any], options: dict[str, Any], is_member: bool
) -> None:
    """Not who hasn't accepted the rules, no guest of a call, and with roles named only who has one."""
    person = look(tmp_path, lambda directory: directory.person(GUILD, "11"), changed(m11=facts), **options)
    assert person.is_member is is_member


def test_admins_are_known_by_their_rights(tmp_path: Path) -> None:
    """Administrators and the owner are admins, and members whatever roles are named."""

    def admin(discord: FakeDiscord) -> None:
        discord.world.add_role("203", "boss", ADMINISTRATOR)
        discord.world.members["12"]["roles"] = ["203"]

    async def both(directory: DiscordDirectory) -> Any:
        return [await directory.person(GUILD, each) for each in ("11", "12", "13")]

    asker, boss, owner = look(tmp_path, both, admin, member_roles=frozenset((STAFF,)))
    assert (asker.is_admin, boss.is_admin, owner.is_admin) == (False, True, True)
    assert boss.is_member
    assert owner.is_member


async def outsiders(directory: DiscordDirectory) -> dict[str, bool]:
    """Which channels have outsiders."""
    return {each: await directory.has_outsiders(GUILD, each) for each in (GENERAL, PRIVATE, FORUM, VOICE)}


@pytest.mark.parametrize(
    ("features", "options", "expected"),
    [
        ([], {}, {VOICE}),
        ([], {"trust_guests": True}, set()),
        (["DISCOVERABLE"], {}, {GENERAL, FORUM, VOICE}),
        (["MEMBER_VERIFICATION_GATE_ENABLED"], {}, {GENERAL, FORUM, VOICE}),
        (["DISCOVERABLE"], {"trust_guests": True}, set()),
        ([], {"member_roles": frozenset((STAFF,)), "trust_guests": True}, {GENERAL, FORUM, VOICE}),
    ],
)
def test_which_channels_outsiders_read(
    tmp_path: Path, features: list[str], options: dict[str, Any], expected: set[str]
) -> None:
    """Calls have guests, open servers strangers, and with roles named everyone else is outside."""

    def open_up(discord: FakeDiscord) -> None:
        discord.world.features += features

    found = look(tmp_path, outsiders, open_up, **options)
    assert {channel for channel, is_open in found.items() if is_open} == expected


def test_another_role_or_a_single_guest_in_a_channel_is_an_outsider(tmp_path: Path) -> None:
    """A private channel is the team's until it lets in a role that isn't, or a person who isn't."""

    def let_in(discord: FakeDiscord) -> None:
        discord.world.add_role("204", "partner", 0)
        discord.world.members["11"]["roles"] = [STAFF]
        allowed = [overwrite(GUILD, 0, deny=VIEW), overwrite(STAFF, 0, VIEW)]
        discord.world.add_channel("105", "with-partners", overwrites=[*allowed, overwrite("204", 0, VIEW)])
        discord.world.add_channel("106", "with-one", overwrites=[*allowed, overwrite("12", 1, VIEW)])
        discord.world.add_channel("107", "with-a-member", overwrites=[*allowed, overwrite("11", 1, VIEW)])

    async def all_of(directory: DiscordDirectory) -> Any:
        return [await directory.has_outsiders(GUILD, each) for each in ("105", "106", "107", PRIVATE)]

    found = look(tmp_path, all_of, let_in, member_roles=frozenset((STAFF,)))
    assert found == [True, True, False, False]


def test_the_channels_of_a_person_are_those_that_they_see(tmp_path: Path) -> None:
    """A private channel is among them for its readers only."""

    async def both(directory: DiscordDirectory) -> Any:
        return [await directory.channels_of(GUILD, each) for each in ("11", "12")]

    staff, other = look(tmp_path, both, changed(m11={"roles": [STAFF]}))
    assert PRIVATE in staff
    assert PRIVATE not in other
    assert GENERAL in other


@pytest.mark.parametrize(
    "question",
    [
        lambda directory: directory.person(GUILD, "404"),
        lambda directory: directory.person("999", "11"),
        lambda directory: directory.person("", "11"),
        lambda directory: directory.has_outsiders(GUILD, "404"),
        lambda directory: directory.has_outsiders("999", GENERAL),
        lambda directory: directory.channels_of(GUILD, "404"),
    ],
)
def test_what_cant_be_looked_up_is_said(tmp_path: Path, question: Look) -> None:
    """Unknown people, channels and servers raise, so that the answer uses less."""
    with pytest.raises(ChatUnavailable):
        look(tmp_path, question)


def test_a_direct_message_belongs_to_the_server_that_was_used_last(tmp_path: Path) -> None:
    """Without one it is the first server that both are in, and nobody's for a stranger."""

    async def homes(directory: DiscordDirectory) -> Any:
        found = [await directory.home_of("11"), await directory.home_of("404")]
        directory.met("11", "200")
        return [*found, await directory.home_of("11")]

    assert look(tmp_path, homes) == [GUILD, "", "200"]
