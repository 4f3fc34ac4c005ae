"""What lies in Slack: files that came with messages, and answers."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from adapters.fetching import fetched, is_own
from adapters.messages import Attachment
from adapters.slack.errors import NAME, mapped
from knowledge.errors import ChatUnavailable

_HOSTS = (".slack.com",)


class SlackArchive:
    """An Archive over the Web API.

    Args:
        client: of the bot.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def file(self, attachment: Attachment, most: int) -> bytes:
        """See Archive. The bot's token goes to Slack's own hosts and nowhere else."""
        if not is_own(attachment.reference, self._client.base_url, _HOSTS):
            raise ChatUnavailable(platform=NAME, reason="refused", detail="host")
        with mapped():
            return await fetched(
                attachment.reference, most, NAME, {"Authorization": f"Bearer {self._client.token}"}
            )

    async def link(self, team: str, channel: str, conversation: str, reply: str) -> str:
        """See Archive. Slack gives no link to a message that isn't there."""
        del team, conversation
        with mapped():
            found = await self._client.chat_getPermalink(channel=channel, message_ts=reply)
        return str(found["permalink"])
