"""Where a platform shows answers."""

from __future__ import annotations

from typing import Protocol

from adapters.messages import Claim, Message
from adapters.pacing import Pace
from adapters.view import View


class Surface(Protocol):
    """Where answers appear. What is awaited raises ChatUnavailable when the platform can't or won't."""

    def pace(self, claim: Claim) -> Pace:
        """When the next edit of this answer may be made, while it isn't finished."""

    async def open(self, claim: Claim, view: View) -> str:
        """Show the first sign of life; gives the id of the message, or another token, that holds it.

        With `claim.may_be_posted` look for that message first, and post only if it isn't there.
        """

    async def show(self, claim: Claim, view: View) -> None:
        """Show an answer that isn't finished, in the place of what is there."""

    async def finish(self, claim: Claim, view: View) -> None:
        """Show the finished answer or the failure. May be called again after an error."""

    async def withdraw(self, claim: Claim) -> None:
        """Take back what was shown: the question is gone."""

    async def whisper(self, message: Message, sentence: str) -> None:
        """Tell the author alone."""


def place_of(claim: Claim) -> str:
    """Where edits of this answer count."""
    return f"{claim.message.team}/{claim.message.channel}"
