"""Who may do what: admins of the settings, admins of the platform, members of a channel."""

from __future__ import annotations

from collections.abc import Collection

from adapters.protocol import Directory


class Permissions:
    """Asks the settings first, then the platform.

    Args:
        directory: of one platform.
        platform: its name.
        admins: BOT_ADMINS, such as `slack:T1/@U1`.
    """

    def __init__(self, directory: Directory, platform: str, admins: Collection[str]) -> None:
        self._directory = directory
        self._platform = platform
        self._admins = frozenset(admins)

    async def is_admin(self, team: str, person: str) -> bool:
        """Whether this person may do what concerns the whole team.

        Raises:
            ChatUnavailable: the settings don't name them, and the platform can't be asked.
        """
        if f"{self._platform}:{team}/@{person}" in self._admins:
            return True
        found = await self._directory.person(team, person)
        return found.is_admin and found.is_member

    async def is_in(self, team: str, channel: str, person: str) -> bool:
        """Whether this person reads a channel.

        Raises:
            ChatUnavailable: it can't be looked up.
        """
        return channel in await self._directory.channels_of(team, person)
