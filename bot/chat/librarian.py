"""The librarian: what an adapter asks for, done. One for each adapter."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from adapters.messages import Claim, LibrarianEvent, Message, Notice, Reason, Verdict
from adapters.overview import Overview
from adapters.protocol import CommandCall, Platform, Sharing, Told
from adapters.view import View
from bot.chat.attachments import Attachments
from bot.chat.audience import Audience, audience_of
from bot.chat.commands import Commands
from bot.chat.earlier import EarlierAnswers
from bot.chat.limits import Gate, Limits, Over
from bot.chat.memory import Memory
from bot.chat.permissions import Permissions
from bot.chat.sharing import Shares
from bot.chat.stopping import until_stopped
from knowledge import messages
from knowledge.catalog.chats import ClaimKey, ClaimRow
from knowledge.errors import ChatUnavailable, SaseoError
from knowledge.language import detect
from knowledge.threads import Lane
from knowledge.types import Answer, Failed, Finished, Found, Handler, Language, Question

_log = logging.getLogger(__name__)

_RESUMED_WITHIN = timedelta(hours=1)
_ATTEMPTS = 3
_LETTER = re.compile(r"[^\W\d_]")
_HANGUL_OR_LATIN = re.compile(r"[A-Za-z가-힣ㄱ-ㅎㅏ-ㅣ]")


class Librarian:
    """Claims questions, knows who will read the answers, and keeps what was said.

    Args:
        handler: answers a question.
        memory: keeps claims, turns and feedback.
        platform: the adapter's: who people are there, and what lies there.
        permissions: who may do what.
        commands: the `/docs` commands.
        attachments: reads what comes with questions.
        limits: how much one person may ask.
        closing_seconds: how long running answers are waited for when the adapter stops.
    """

    def __init__(
        self,
        handler: Handler,
        memory: Memory,
        platform: Platform,
        permissions: Permissions,
        commands: Commands,
        attachments: Attachments,
        *,
        limits: Limits | None = None,
        closing_seconds: float = 0.0,
    ) -> None:
        self._closing_seconds = closing_seconds
        self._handler = handler
        self._memory = memory
        self._directory = platform.directory
        self._permissions = permissions
        self._commands = commands
        self._attachments = attachments
        self._platform = memory.platform
        self._lane = Lane(2, "chats")
        self._earlier = EarlierAnswers(memory, platform.directory, platform.archive, self._lane)
        self._shares = Shares(memory, platform.directory, self._lane)
        self._claiming = Lane(
            1, "claims"
        )  # one after the other, so that their order is that of the questions
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

    def close(self) -> None:
        """Give the threads back."""
        self._lane.close()
        self._claiming.close()
        self._attachments.close()

    async def claim(self, message: Message) -> Claim | None:
        number = await self._claiming.run(self._memory.claim, message)
        if number is None:
            return None
        message = await self._with_locale(message)
        if not _LETTER.search(message.text):
            return _without_question(number, message)
        language = language_of(message.text, message.locale)
        over = self._gate.admit(message.asker, f"{message.team}/{message.channel}")
        if over is not None:
            return Claim(number, message, language, refusal=_limit_sentence(over, language))
        self._admitted.add(number)
        return Claim(number, message, language)

    async def take_unfinished(self) -> list[Claim]:
        return [self._taken_up(row) for row in await self._lane.run(self._memory.unfinished) if row.payload]

    async def revise(self, message: Message) -> Claim | None:
        row = await self._claiming.run(self._memory.revise, message)
        if row is None:
            return None
        self._stops.pop(row.id, None)  # what was stopped was the question as it stood before
        return Claim(row.id, message, language_of(message.text, message.locale), reply=row.reply or "")

    async def retract(self, team: str, channel: str, message: str) -> Claim | None:
        row = await self._claiming.run(self._memory.retract, ClaimKey(self._platform, team, channel, message))
        if row is None or row.payload is None:
            return None
        self._leave(row.id, row.asker)
        self._stops.pop(row.id, None)
        asked = Message.from_dict(row.payload)
        return Claim(row.id, asked, language_of(asked.text, asked.locale), reply=row.reply or "")

    async def placed(self, claim: Claim) -> None:
        await self._lane.run(self._memory.place, claim)

    async def ask(self, claim: Claim) -> AsyncGenerator[LibrarianEvent]:
        stop = self._stops.setdefault(claim.id, asyncio.Event())  # set where it was stopped in the queue
        try:
            async with aclosing(self._answered(claim, stop)) as stream:
                async for event in stream:
                    yield event
        except SaseoError as error:
            yield self._failed(claim, messages.describe(error, claim.language))
        finally:
            if self._stops.get(claim.id) is stop:
                del self._stops[claim.id]

    async def finish(self, claim: Claim, state: Literal["finished", "failed", "refused", "left"]) -> None:
        self._leave(claim.id, claim.message.asker)
        self._stops.pop(claim.id, None)
        if state != "left":
            await self._lane.run(self._memory.finish, claim, state)

    async def stop(self, claim_id: int, person: str) -> str:
        found = await self._lane.run(self._memory.get, claim_id)
        if found is None:
            return messages.text("talk-stop-over", language_of("", ""))
        key, row = found
        asked = str((row.payload or {}).get("text", ""))
        language = language_of(asked, "")
        if row.asker != f"{key.platform}:{key.team}/@{person}" and not await self._permissions.is_admin(
            key.team, person
        ):
            return messages.text("talk-stop-not-yours", language)
        if row.state != "waiting":
            return messages.text("talk-stop-over", language)
        self._stops.setdefault(claim_id, asyncio.Event()).set()
        return ""

    async def follows(self, team: str, channel: str, thread: str) -> bool:
        return bool(thread) and await self._lane.run(self._memory.follows, team, channel, thread)

    async def share(self, claim_id: int, channel: str, person: str) -> Sharing:
        return await self._shares.share(claim_id, channel, person)

    async def shared(self, claim_id: int, channel: str, *, is_there: bool) -> None:
        await self._shares.shared(claim_id, channel, is_there=is_there)

    async def is_first_time(self, team: str, channel: str, what: str) -> bool:
        return await self._lane.run(self._memory.is_first_time, team, channel, what)

    async def was_not_told(self, team: str, channel: str, what: str) -> None:
        await self._lane.run(self._memory.was_not_told, team, channel, what)

    async def feedback(
        self, claim_id: int, person: str, verdict: Verdict, reason: Reason | None = None, comment: str = ""
    ) -> bool:
        return await self._lane.run(self._memory.feedback, claim_id, person, verdict, reason or "", comment)

    def command(self, call: CommandCall) -> AsyncIterator[Told]:
        return self._commands.run(call)

    async def suggest(self, call: CommandCall) -> list[tuple[int, str]]:
        return await self._commands.suggest(call)

    async def overview(self, team: str, person: str) -> Overview:
        return await self._commands.overview(self._platform, team, person)

    async def last_claimed(self) -> datetime | None:
        return await self._lane.run(self._memory.last_claimed)

    async def _answered(self, claim: Claim, stop: asyncio.Event) -> AsyncGenerator[LibrarianEvent]:
        """One answer: from the audience to the turn that is kept of it."""
        if claim.id in self._given_up:
            yield self._failed(claim, messages.text("talk-interrupted", claim.language))
            return
        message = claim.message
        audience = await audience_of(message, self._directory)
        history, behind = await self._lane.run(self._memory.history, claim, audience)
        opened = await self._attachments.read(message.attachments, claim.language)
        for sentence in (*opened.refused, *_limits(audience, claim.language)):
            yield Notice(sentence)
        question = Question(
            text=message.text,
            audience=audience.scopes,
            asker=message.asker,
            # Where the text has words, it may say which language it wants.
            language=None if _HANGUL_OR_LATIN.search(message.text) else claim.language,
            history=history,
            key=message.key,
            attachments=opened.files,
        )
        stands_alone = not history and not message.attachments and message.kind != "follow_up"
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
                        if stands_alone and (before := await self._earlier.find(claim, answer, audience)):
                            yield before
                        await self._lane.run(
                            self._memory.record,
                            claim,
                            answer,
                            (*found, *behind),
                            stands_alone=stands_alone,
                        )
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

    async def _with_locale(self, message: Message) -> Message:
        """With the author's locale, where no word says which language they speak."""
        if message.locale or _HANGUL_OR_LATIN.search(message.text):
            return message
        try:
            return replace(
                message, locale=(await self._directory.person(message.team, message.author)).locale
            )
        except ChatUnavailable as error:
            _log.debug("a person's language could not be looked up: %s", error)
            return message

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


def language_of(text: str, locale: str) -> Language:
    """The language to speak: the text's, or where it has no words the person's."""
    if _HANGUL_OR_LATIN.search(text):
        return detect(text)
    return "ko" if locale.lower().startswith("ko") else "en"


def _without_question(number: int, message: Message) -> Claim:
    """A message without a word: what to say to it."""
    names = ", ".join(each.name for each in message.attachments)
    language = language_of(names, message.locale)
    if names:
        said = messages.text("talk-attachment-no-question", language, names=names)
    else:
        said = messages.text("talk-empty", language)
    return Claim(number, message, language, refusal=said)


def _limits(audience: Audience, language: Language) -> list[str]:
    """What to say of an audience that couldn't be looked up."""
    if not audience.limit.startswith("unknown"):
        return []
    return [messages.text(f"talk-audience-{audience.limit.replace('_', '-')}", language)]


def _limit_sentence(over: Over, language: Language) -> str:
    if over.seconds:
        return messages.text("talk-limit", language, seconds=over.seconds)
    return messages.text("talk-limit-at-once", language)
