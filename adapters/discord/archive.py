"""What lies in Discord: files that came with messages, and answers."""

from __future__ import annotations

from collections.abc import Callable

import discord

from adapters.discord.errors import NAME, mapped
from adapters.fetching import fetched, is_own
from adapters.messages import Attachment
from knowledge.errors import ChatUnavailable

_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")


class DiscordArchive:
    """An Archive over Discord's API and CDN.

    Args:
        client: gives the bot's; raises ChatUnavailable when there is none.
        api_base_url: of the REST API: where that is, files may be too.
    """

    def __init__(self, client: Callable[[], discord.Client], api_base_url: str) -> None:
        self._client = client
        self._api_base_url = api_base_url

    async def file(self, attachment: Attachment, most: int) -> bytes:
        """See Archive."""
        if not is_own(attachment.reference, self._api_base_url, _HOSTS):
            raise ChatUnavailable(platform=NAME, reason="refused", detail="host")
        with mapped():
            return await fetched(attachment.reference, most, NAME)

    async def link(self, team: str, channel: str, conversation: str, reply: str) -> str:
        """See Archive. The answer stands in the thread that the conversation is, or in the channel itself."""
        del team
        for place in dict.fromkeys((channel, conversation)):
            if place and (found := await self._find(int(place), int(reply))) is not None:
                return found
        raise ChatUnavailable(platform=NAME, reason="gone", detail="message")

    async def _find(self, place: int, reply: int) -> str | None:
        """The link of a message, if it is in this channel and not in a private thread."""
        try:
            with mapped():
                channel = self._client().get_channel(place) or await self._client().fetch_channel(place)
                if isinstance(channel, discord.Thread) and channel.is_private():
                    return None
                if not isinstance(channel, discord.abc.Messageable):
                    return None
                return (await channel.fetch_message(reply)).jump_url
        except ChatUnavailable as error:
            if error.parameters["reason"] not in ("gone", "refused"):
                raise
            return None
