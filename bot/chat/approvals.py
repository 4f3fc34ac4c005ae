"""Approved answers: what an admin lets stand as the answer to a question, kept as a document."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

from adapters.protocol import CommandCall, Directory, Told
from bot.chat.adding import Additions
from bot.chat.audience import channel_scope, person_audience
from knowledge import messages
from knowledge.catalog import Catalog, uploads
from knowledge.catalog.corrections import Correction, corrections
from knowledge.errors import ChatUnavailable
from knowledge.service import Knowledge
from knowledge.sources.uploads import approved_name
from knowledge.threads import run_blocking
from knowledge.types import Language, Scope

_LISTED = 10
_SHOWN = 200


class Approvals:
    """Makes approved answers of what people wrote, or of an admin's own words.

    Args:
        knowledge: the documents.
        catalog: of the same knowledge; prepared.
        directory: of the adapter's platform.
        additions: keeps the documents.
    """

    def __init__(
        self, knowledge: Knowledge, catalog: Catalog, directory: Directory, additions: Additions
    ) -> None:
        self._knowledge = knowledge
        self._catalog = catalog
        self._directory = directory
        self._additions = additions

    async def approve(self, call: CommandCall, scope: Scope, language: Language) -> AsyncIterator[Told]:
        """Keep an answer: `NUMBER` of a correction, or a question, a line break and the answer.

        Approving another answer to the same question for the same readers takes the place of the first.
        """
        wanted = call.argument.strip()
        question, _, answer = (part.strip() for part in wanted.partition("\n"))
        if not answer:
            waiting = await self.waiting(call)
            found = [each for each in waiting if str(each.id) == wanted.lstrip("#")]
            if not found:
                yield Told(_listed(waiting, language), is_refusal=bool(wanted))
                return
            question, answer = found[0].question, found[0].comment
        question = " ".join(question.lstrip("# ").split())
        by = messages.text(
            "talk-approved-by",
            language,
            name=await self._name(call),
            date=datetime.now(UTC).astimezone().date().isoformat(),
        )
        name = approved_name(await run_blocking(self._key, question))
        data = f"# {question}\n\n{answer}\n\n{by}\n".encode()
        async for told in self._additions.add(replace(call, files=((name, data),)), scope, language):
            yield told

    async def waiting(self, call: CommandCall) -> list[Correction]:
        """What was written where the caller reads, and isn't approved yet: the newest first.

        Nothing of private answers but what the caller wrote.
        """
        audience = await person_audience(self._directory, call.platform, call.team, call.author)

        def may_see(each: Correction) -> bool:
            place = channel_scope(call.platform, call.team, each.channel)
            return each.person == call.asker or (not each.is_private and place in audience.scopes)

        return [each for each in await run_blocking(self._open, call) if may_see(each)]

    async def suggest(self, call: CommandCall) -> list[tuple[int, str]]:
        """Numbers of what waits and the argument is a part of, with what was written."""
        part = call.argument.strip().casefold()
        lines = [(each.id, f"{each.question} → {each.comment}") for each in await self.waiting(call)]
        return [(number, line) for number, line in lines if part in line.casefold()]

    def _open(self, call: CommandCall) -> list[Correction]:
        with self._catalog.read() as connection:
            return [
                each
                for each in corrections(connection, call.platform, call.team)
                if not uploads.has_since(connection, approved_name(self._key(each.question)), each.given_at)
            ]

    def _key(self, question: str) -> str:
        """The same for the same question."""
        return self._knowledge.identity(question) or hashlib.sha256(question.encode()).hexdigest()

    async def _name(self, call: CommandCall) -> str:
        try:
            return (await self._directory.person(call.team, call.author)).name
        except ChatUnavailable:  # they may all the same, by the settings
            return call.author


def _listed(waiting: list[Correction], language: Language) -> str:
    lines = [f"- `{each.id}` {_short(each.question)} → {_short(each.comment)}" for each in waiting[:_LISTED]]
    key = "talk-approve-which" if lines else "talk-approve-none"
    return "\n".join([messages.text(key, language), *lines])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
