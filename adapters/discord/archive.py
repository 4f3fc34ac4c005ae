"""What lies in Discord: files that came with messages."""

from __future__ import annotations

from adapters.discord.errors import NAME, mapped
from adapters.fetching import fetched, is_own
from adapters.protocol import Attachment
from knowledge.errors import ChatUnavailable

_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")


class DiscordArchive:
    """An Archive over Discord's CDN.

    Args:
        api_base_url: of the REST API: where that is, files may be too.
    """

    def __init__(self, api_base_url: str) -> None:
        self._api_base_url = api_base_url

    async def file(self, attachment: Attachment, most: int) -> bytes:
        """See Archive."""
        if not is_own(attachment.reference, self._api_base_url, _HOSTS):
            raise ChatUnavailable(platform=NAME, reason="refused", detail="host")
        with mapped():
            return await fetched(attachment.reference, most, NAME)
