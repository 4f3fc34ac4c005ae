"""The librarian: what an adapter asks for, done. One for each adapter."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Literal

from adapters.protocol import (
    Claim,
    CommandCall,
    Directory,
    LibrarianEvent,
    Message,
    Notice,
    Reason,
    Sharing,
    Told,
    Verdict,
)
from adapters.view import View
from bot.audience import Audience, audience_of, channel_audience
from bot.commands import Commands
from bot.limits import Gate, Limits, Over
from bot.permissions import Permissions
from bot.stopping import until_stopped
from knowledge import messages
from knowledge.catalog import Catalog, Connection, chats, turns
from knowledge.catalog.chats import ClaimKey, ClaimRow
from knowledge.catalog.turns import Answered
from knowledge.errors import ChatUnavailable, SaseoError
from knowledge.language import detect
from knowledge.threads import run_blocking
from knowledge.types import Answer, Failed, Finished, Found, Handler, Language, Question, Turn

_log = logging.getLogger(__name__)

HISTORY_TURNS = 6
EDIT_WINDOW = timedelta(minutes=2)
"""A question that is edited later than this after it was asked is left as it was answered."""

_RESUMED_WITHIN = timedelta(hours=1)
_ATTEMPTS = 3
_LETTER = re.compile(r"[^\W\d_]")
_HANGUL_OR_LATIN = re.compile(r"[A-Za-z가-힣ㄱ-ㅎㅏ-ㅣ]")


class Librarian:
    """Claims questions, knows who will read the answers, and keeps what was said.

    Args:
        handler: answers a question.
        catalog: holds claims, turns and feedback; prepared.
        directory: of the adapter's platform.
        permissions: who may do what.
        commands: the `/docs` commands.
        limits: how much one person may ask.
        closing_seconds: how long running answers are waited for when the adapter stops.
    """

    def __init__(
        self,
        handler: Handler,
        catalog: Catalog,
        directory: Directory,
        permissions: Permissions,
        commands: Commands,
        *,
        platform: str,
        limits: Limits | None = None,
        closing_seconds: float = 0.0,
    ) -> None:
        self._closing_seconds = closing_seconds
        self._handler = handler
        self._catalog = catalog
        self._directory = directory
        self._permissions = permissions
        self._commands = commands
        self._platform = platform
        self._gate = Gate(limits or Limits())
        self._admitted: set[int] = set()
        self._given_up: set[int] = set()  # claims that get an apology instead of another attempt
        self._stops: dict[int, asyncio.Event] = {}

    @property
    def platform(self) -> str:
        return self._platform

    @property
    def closing_seconds(self) -> float:
        return self._closing_seconds

    def note(self, error: ChatUnavailable) -> None:
        _log.debug("%s: %s", self._platform, error)

    async def claim(self, message: Message) -> Claim | None:
        number = await run_blocking(self._claim, message)
        if number is None:
            return None
        language = language_of(message.text, message.locale)
        if not _LETTER.search(message.text) and not message.attachments:
            return Claim(number, message, language, refusal=messages.text("talk-empty", language))
        over = self._gate.admit(message.asker, f"{message.team}/{message.channel}")
        if over is not None:
            return Claim(number, message, language, refusal=_limit_sentence(over, language))
        self._admitted.add(number)
        return Claim(number, message, language)

    async def take_unfinished(self) -> list[Claim]:
        return [self._taken_up(row) for row in await run_blocking(self._unfinished) if row.payload]

    async def revise(self, message: Message) -> Claim | None:
        row = await run_blocking(self._revise, message)
        if row is None:
            return None
        return Claim(row.id, message, language_of(message.text, message.locale), reply=row.reply or "")

    async def retract(self, team: str, channel: str, message: str) -> Claim | None:
        row = await run_blocking(self._retract, ClaimKey(self._platform, team, channel, message))
        if row is None or row.payload is None:
            return None
        self._leave(row.id, row.asker)
        asked = Message.from_dict(row.payload)
        return Claim(row.id, asked, language_of(asked.text, asked.locale), reply=row.reply or "")

    async def placed(self, claim: Claim) -> None:
        await run_blocking(self._place, claim)

    async def ask(self, claim: Claim) -> AsyncGenerator[LibrarianEvent]:
        stop = self._stops[claim.id] = asyncio.Event()
        try:
            async with aclosing(self._answered(claim, stop)) as stream:
                async for event in stream:
                    yield event
        except SaseoError as error:
            yield self._failed(claim, messages.describe(error, claim.language))
        finally:
            if self._stops.get(claim.id) is stop:
                del self._stops[claim.id]

    async def finish(self, claim: Claim, state: Literal["finished", "failed", "refused"]) -> None:
        self._leave(claim.id, claim.message.asker)
        await run_blocking(self._finish, claim, state)

    async def stop(self, claim_id: int, person: str) -> str:
        found = await run_blocking(self._get, claim_id)
        if found is None:
            return messages.text("talk-stop-over", language_of("", ""))
        key, row = found
        asked = str((row.payload or {}).get("text", ""))
        language = language_of(asked, "")
        if row.asker != f"{key.platform}:{key.team}/@{person}" and not await self._permissions.is_admin(
            key.team, person
        ):
            return messages.text("talk-stop-not-yours", language)
        stop = self._stops.get(claim_id)
        if stop is None:
            return messages.text("talk-stop-over", language)
        stop.set()
        return ""

    async def follows(self, team: str, channel: str, thread: str) -> bool:
        return bool(thread) and await run_blocking(self._follows, team, channel, thread)

    async def share(self, claim_id: int, channel: str, person: str) -> Sharing:
        found = await run_blocking(self._answer_of, claim_id)
        if found is None:
            return Sharing(messages.text("talk-share-gone", "en"))
        key, answered, asker = found
        language, uris = answered.answer.language, answered.uris
        if asker != f"{key.platform}:{key.team}/@{person}":
            return Sharing(messages.text("talk-share-not-allowed", language))
        audience = await channel_audience(self._directory, key.platform, key.team, channel)
        scopes = await run_blocking(self._scopes_of, uris)
        if not all(scopes.get(uri) in audience.scopes for uri in uris):
            return Sharing(messages.text("talk-share-not-allowed", language))
        return Sharing(question=answered.question, answer=answered.answer)

    async def feedback(
        self, claim_id: int, person: str, verdict: Verdict, reason: Reason | None = None, comment: str = ""
    ) -> bool:
        return await run_blocking(self._feedback, claim_id, person, verdict, reason or "", comment)

    def command(self, call: CommandCall) -> AsyncIterator[Told]:
        return self._commands.run(call)

    async def suggest(self, call: CommandCall) -> list[tuple[int, str]]:
        return await self._commands.suggest(call)

    async def last_claimed(self) -> datetime | None:
        return await run_blocking(self._last_claimed)

    async def _answered(self, claim: Claim, stop: asyncio.Event) -> AsyncGenerator[LibrarianEvent]:
        """One answer: from the audience to the turn that is kept of it."""
        if claim.id in self._given_up:
            yield self._failed(claim, messages.text("talk-interrupted", claim.language))
            return
        message = claim.message
        audience = await audience_of(message, self._directory)
        history = await run_blocking(self._history, claim, audience)
        for notice in self._notices(claim, audience):
            yield notice
        question = Question(
            text=message.text,
            audience=audience.scopes,
            asker=message.asker,
            # Where the text has words, it may say which language it wants.
            language=None if _HANGUL_OR_LATIN.search(message.text) else claim.language,
            history=history,
            key=message.key,
        )
        found: tuple[str, ...] = ()
        view = View(claim.language)
        async with aclosing(until_stopped(self._handler(question), stop)) as stream:
            async for event in stream:
                match event:
                    case Found(sources=sources):
                        found = tuple(source.uri for source in sources)
                    case Finished(answer=answer):
                        if answer.mode == "not_found" and audience.limit == "outsiders":
                            yield Notice(messages.text("talk-audience-outsiders", claim.language))
                        await run_blocking(self._record, claim, answer, found)
                    case _:
                        pass
                view = view.after(event)
                yield event
                if isinstance(event, Finished | Failed):
                    return
        if stop.is_set():
            yield Finished(Answer(view.text, claim.language, "stopped", view.found))
            return
        raise RuntimeError("the handler's events ended without Finished or Failed")

    def _notices(self, claim: Claim, audience: Audience) -> list[Notice]:
        notices = [
            Notice(messages.text("talk-attachment", claim.language, name=each.name))
            for each in claim.message.attachments
        ]
        if audience.limit.startswith("unknown"):
            key = f"talk-audience-{audience.limit.replace('_', '-')}"
            notices.append(Notice(messages.text(key, claim.language)))
        return notices

    def _failed(self, claim: Claim, sentence: str) -> Failed:
        incident = uuid.uuid4().hex[:8]
        _log.warning("question failed", extra={"incident": incident, "claim": claim.id}, exc_info=True)
        return Failed(sentence, incident)

    def _leave(self, number: int, asker: str) -> None:
        if number in self._admitted:
            self._admitted.discard(number)
            self._gate.leave(asker)

    def _taken_up(self, row: ClaimRow) -> Claim:
        message = Message.from_dict(row.payload or {})
        if row.attempts > _ATTEMPTS or row.claimed_at < datetime.now(UTC) - _RESUMED_WITHIN:
            self._given_up.add(row.id)
        language = language_of(message.text, message.locale)
        return Claim(row.id, message, language, reply=row.reply or "", may_be_posted=True)

    # What follows reads or writes the catalog, and blocks.

    def _claim(self, message: Message) -> int | None:
        with self._catalog.write() as connection:
            return chats.claim(
                connection,
                _key(message),
                conversation=message.conversation,
                asker=message.asker,
                revision=message.revision,
                payload=message.as_dict(),
            )

    def _last_claimed(self) -> datetime | None:
        with self._catalog.read() as connection:
            return chats.last_claimed(connection, self._platform)

    def _unfinished(self) -> list[ClaimRow]:
        with self._catalog.write() as connection:
            turns.drop_old(connection)
            chats.drop_old(connection)
            turns.forget_gone(connection)
            return chats.take_unfinished(connection, self._platform)

    def _revise(self, message: Message) -> ClaimRow | None:
        key = _key(message)
        with self._catalog.write() as connection:
            before = chats.find(connection, key)
            if before is None or _same_text(connection, before, message):
                return None
            since = datetime.now(UTC) - EDIT_WINDOW
            if not chats.revise(connection, key, message.revision, message.as_dict(), since):
                return None
            return chats.find(connection, key)

    def _retract(self, key: ClaimKey) -> ClaimRow | None:
        with self._catalog.write() as connection:
            before = chats.find(connection, key)
            return before if before and chats.retract(connection, key) else None

    def _place(self, claim: Claim) -> None:
        with self._catalog.write() as connection:
            chats.place(connection, claim.id, claim.reply)

    def _finish(self, claim: Claim, state: str) -> None:
        with self._catalog.write() as connection:
            chats.finish(connection, claim.id, claim.message.revision, state)

    def _get(self, number: int) -> tuple[ClaimKey, ClaimRow] | None:
        with self._catalog.read() as connection:
            return chats.get(connection, number)

    def _follows(self, team: str, channel: str, thread: str) -> bool:
        with self._catalog.read() as connection:
            place = (self._platform, team, channel)
            return chats.is_in_conversation(connection, *place, thread) and chats.has_follow_ups(
                connection, *place
            )

    def _history(self, claim: Claim, audience: Audience) -> tuple[Turn, ...]:
        message = claim.message
        with self._catalog.read() as connection:
            return turns.history(
                connection,
                message.platform,
                message.team,
                message.channel,
                message.conversation,
                audience=audience.scopes,
                before=claim.id,
                limit=HISTORY_TURNS,
            )

    def _record(self, claim: Claim, answer: Answer, uris: tuple[str, ...]) -> None:
        message = claim.message
        with self._catalog.write() as connection:
            turns.record(connection, claim.id, message.revision, message.text, answer, uris)

    def _answer_of(self, number: int) -> tuple[ClaimKey, Answered, str] | None:
        with self._catalog.read() as connection:
            found, answer = chats.get(connection, number), turns.answer_of(connection, number)
            return (found[0], answer, found[1].asker) if found and answer else None

    def _scopes_of(self, uris: frozenset[str]) -> dict[str, str]:
        with self._catalog.read() as connection:
            return dict(turns.scopes_of(connection, uris))

    def _feedback(self, number: int, person: str, verdict: str, reason: str, comment: str) -> bool:
        with self._catalog.write() as connection:
            found, turn = chats.get(connection, number), turns.latest(connection, number)
            if found is None or turn is None:
                return False
            key, _ = found
            who = f"{key.platform}:{key.team}/@{person}"
            turns.give_feedback(connection, turn, who, verdict, reason, comment)
            return True


def language_of(text: str, locale: str) -> Language:
    """The language to speak: the text's, or where it has no words the person's."""
    if _HANGUL_OR_LATIN.search(text):
        return detect(text)
    return "ko" if locale.lower().startswith("ko") else "en"


def _key(message: Message) -> ClaimKey:
    return ClaimKey(message.platform, message.team, message.channel, message.message)


def _same_text(connection: Connection, before: ClaimRow, message: Message) -> bool:
    """Whether an edit left the question as it was: a link's preview arrives as one."""
    if before.payload is not None:
        return bool(before.payload["text"] == message.text)
    answered = turns.answer_of(connection, before.id)
    return answered is not None and answered.question == message.text


def _limit_sentence(over: Over, language: Language) -> str:
    if over.seconds:
        return messages.text("talk-limit", language, seconds=over.seconds)
    return messages.text("talk-limit-at-once", language)
