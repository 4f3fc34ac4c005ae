"""People in Discord."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.protocol import Adapter
from knowledge.errors import MissingDependency

PERMISSIONS = 1 << 10 | 1 << 11 | 1 << 16 | 1 << 38
"""What the bot needs: see channels, write in them and in their threads, and read what was written before."""

_INVITATION = (
    "https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions={}"
)


@dataclass(frozen=True, slots=True)
class Connected:
    """Who is connected: the bot's name, its servers' names, whether it reads what doesn't name it."""

    bot: str
    servers: tuple[str, ...]
    reads_all: bool
    application: int

    @property
    def invitation(self) -> str:
        """The page on which somebody lets the bot into their server."""
        return _INVITATION.format(self.application, PERMISSIONS)


def open_discord(
    token: str,
    api_base_url: str,
    gateway_url: str,
    *,
    member_roles: frozenset[str],
    trust_guests: bool,
    answer_bots: bool,
    on_connected: Callable[[Connected], None],
) -> Adapter:
    """The Discord adapter; see `adapters.discord.adapter.DiscordAdapter` and its `Options` for the arguments.

    Raises:
        MissingDependency: discord.py or what it needs isn't installed.
    """
    try:
        import aiohttp  # noqa: F401 - tried here, and imported by the modules beside this one
        import cachetools  # noqa: F401
        import discord  # noqa: F401
        import yarl  # noqa: F401
    except ImportError as error:
        raise MissingDependency(package="discord.py", command="pip install 'saseo[discord]'") from error
    from adapters.discord.adapter import DiscordAdapter, Options

    return DiscordAdapter(
        token,
        api_base_url,
        gateway_url,
        Options(member_roles=member_roles, trust_guests=trust_guests, answer_bots=answer_bots),
        on_connected=on_connected,
    )
