"""Runs a platform's answers: one task for each question, from its claim to its last edit.

What platforms share stands here: an answer grows in place at a pace that all answers share, a question that
was edited is answered again in the same place, and whatever goes wrong ends in a sentence. The platform
itself is a `Surface`.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Literal, TypeVar
from weakref import WeakValueDictionary

from adapters.growing import Growing
from adapters.messages import Claim, Message
from adapters.protocol import Librarian
from adapters.surface import Surface, place_of
from adapters.view import View
from knowledge.errors import ChatUnavailable
from knowledge.messages import text
from knowledge.tracing import tracing
from knowledge.types import Failed, Status

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, *[300.0] * 11)
"""Between attempts to post or finish an answer while the platform can't be reached: an hour in all."""

# Of the time for closing: to finish answers; the rest is for saying so under those that aren't.
_ANSWERING_PART = 0.75
_LEAST_PARTING_SECONDS = 8.0


class Desk:
    """The answers that are being made on one platform. An event that was received is answered once.

    Args:
        librarian: claims and answers.
        surface: shows.
        retry_seconds: pauses between attempts while the platform can't be reached.
    """

    def __init__(
        self,
        librarian: Librarian,
        surface: Surface,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._librarian = librarian
        self._surface = surface
        self._growing = Growing(librarian, surface)
        self._retry_seconds = retry_seconds
        self._is_closing = False
        self._running: dict[int, _Running] = {}
        self._last: dict[tuple[str, str, str], asyncio.Task[None]] = {}  # of each conversation
        self._changing: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def receive(self, message: Message) -> bool:
        """Claim a question and begin to answer it; False when it was claimed before.

        The claim is durable when this returns: acknowledge after it.
        """
        claim = await self._librarian.claim(message)
        if claim is None:
            return False
        self._start(claim)
        return True

    async def left_behind(self) -> list[Claim]:
        """What an earlier process claimed and didn't finish. Call it before the first `receive`."""
        return await self._librarian.take_unfinished()

    def resume(self, claims: Sequence[Claim]) -> None:
        """Answer what was left behind."""
        for claim in claims:
            self._start(claim)

    async def revise(self, message: Message) -> bool:
        """Answer an edited question again, in place; False when there is nothing to do."""
        async with self._change(message.team, message.channel, message.message):
            claim = await self._librarian.revise(message)
            if claim is None:
                return False
            self._start(await self._take_over(claim))
            return True

    async def retract(self, team: str, channel: str, message: str) -> bool:
        """Stop answering a question that was deleted; False when it was answered or never asked."""
        async with self._change(team, channel, message):
            claim = await self._librarian.retract(team, channel, message)
            if claim is None:
                return False
            taken = await self._take_over(claim)
        await self._surface.withdraw(taken)
        return True

    async def stop(self, team: str, channel: str, thread: str, person: str) -> bool:
        """Stop what is being answered in a thread, for a person who may; others are told why not.

        False when nothing is.
        """
        found = False
        for running in list(self._running.values()):
            message = running.claim.message
            if (message.team, message.channel, message.thread) == (team, channel, thread):
                found = True
                refusal = await self._librarian.stop(running.claim.id, person)
                if refusal:
                    await self._surface.whisper(replace(message, author=person, reference=""), refusal)
        return found

    def _change(self, team: str, channel: str, message: str) -> asyncio.Lock:
        """Held while a question changes: two edits that come at once must not both be answered."""
        return self._changing.setdefault((team, channel, message), asyncio.Lock())

    async def settle(self) -> None:
        """Wait until every question that was received is answered."""
        while self._running:
            await asyncio.wait([running.task for running in self._running.values()])

    async def close(self) -> None:
        """Stop: finish what is being answered, for as long as the librarian gives.

        Under what isn't finished by then stands that the answer follows; the next process goes on there.
        """
        self._is_closing = True
        seconds = self._librarian.closing_seconds
        if self._running:
            tasks = [running.task for running in self._running.values()]
            await asyncio.wait(tasks, timeout=seconds * _ANSWERING_PART)
        left = list(self._running.values())
        parting = asyncio.gather(*(self._part(running) for running in left))
        try:
            await asyncio.wait_for(parting, max(seconds, _LEAST_PARTING_SECONDS) * (1 - _ANSWERING_PART))
        except TimeoutError:
            _log.warning("%d answers were left without a word; the next start goes on", len(left))

    async def _part(self, running: _Running) -> None:
        """Cut an answer short, and say that it follows."""
        await self._end(running.claim.id)
        claim = running.claim
        if running.is_over or not running.task.cancelled() or not claim.reply:
            return  # it was just finished, or nothing of it is to be seen yet
        view = View(claim.language).after(Status("restarting"))
        try:
            await self._surface.show(claim, view)
        except ChatUnavailable as error:
            self._librarian.note(error)

    def _start(self, claim: Claim) -> None:
        if self._is_closing:
            return  # the claim is kept, and the next process answers
        message = claim.message
        talk = (message.team, message.channel, message.conversation)
        running = _Running(claim, self._last.get(talk))
        running.task = asyncio.create_task(self._answer(running), name=f"answer {claim.id}")
        self._running[claim.id] = running
        self._last[talk] = running.task
        running.task.add_done_callback(lambda _: self._forget(running, talk))

    def _forget(self, running: _Running, talk: tuple[str, str, str]) -> None:
        if self._running.get(running.claim.id) is running:
            del self._running[running.claim.id]
        if self._last.get(talk) is running.task:
            del self._last[talk]

    async def _end(self, number: int) -> _Running | None:
        running = self._running.get(number)
        if running is not None:
            running.task.cancel()
            await asyncio.wait({running.task})
        return running

    async def _take_over(self, claim: Claim) -> Claim:
        """End the answer that is being made, and go on in its place."""
        ended = await self._end(claim.id)
        reply = claim.reply or (ended.claim.reply if ended else "")
        return replace(claim, reply=reply, may_be_posted=not reply)

    async def _answer(self, running: _Running) -> None:
        with tracing(running.claim.message.key):
            await self._answer_traced(running)

    async def _answer_traced(self, running: _Running) -> None:
        state = await self._answered(running)
        running.is_over = True
        try:
            await self._librarian.finish(running.claim, state)
        except Exception:  # noqa: BLE001 - the answer stands there, and the next start goes through it again
            _log.exception("that question %s is done could not be noted", running.claim.id)

    async def _answered(self, running: _Running) -> Literal["finished", "failed", "refused", "left"]:
        """Answer, or say why not; gives what became of the question."""
        claim = running.claim
        try:
            if claim.refusal:
                await self._surface.whisper(claim.message, claim.refusal)
                return "refused"
            claim = running.claim = await self._place(claim)
            await self._wait_for_turn(running)
            view = await self._growing.grow(claim)
            self._surface.pace(claim).spend(place_of(claim))
            await self._patiently(lambda: self._surface.finish(claim, view))
            return "failed" if view.failure else "finished"
        except ChatUnavailable as error:
            self._librarian.note(error)
            _log.warning("question %s could not be answered: %s", claim.id, error)
            return "left" if error.parameters.get("reason") == "unreachable" else "failed"
        except Exception:  # noqa: BLE001 - no question stays without an answer
            await self._apologise(claim)
            return "failed"

    async def _place(self, claim: Claim) -> Claim:
        """Show the first sign of life. After an error it may be there, so the next attempt looks first."""
        if claim.reply:
            return claim
        view, trying = View(claim.language), claim

        async def once() -> str:
            nonlocal trying
            current, trying = trying, replace(claim, may_be_posted=True)
            return await self._surface.open(current, view)

        placed = claim.placed(await self._patiently(once))
        await self._librarian.placed(placed)
        return placed

    async def _wait_for_turn(self, running: _Running) -> None:
        """Answers of one conversation come in the order of their questions, each with the ones before it."""
        before = running.before
        if before is None or before.done():
            return
        view, over = View(running.claim.language).after(Status("queued", 1)), asyncio.Event()
        before.add_done_callback(lambda _: over.set())
        if await self._surface.pace(running.claim).turn(over, place_of(running.claim)):
            try:
                await self._surface.show(running.claim, view)
            except ChatUnavailable as error:
                self._librarian.note(error)
        await asyncio.wait({before})

    async def _patiently(self, action: Callable[[], Awaitable[_T]]) -> _T:
        """Try until the platform can be reached again, or the pauses are used up."""
        for seconds in self._retry_seconds:
            try:
                return await action()
            except ChatUnavailable as error:
                if error.parameters.get("reason") != "unreachable":
                    raise
                self._librarian.note(error)
            await asyncio.sleep(seconds)
        return await action()

    async def _apologise(self, claim: Claim) -> None:
        """Say that something unexpected went wrong, with the id that the log has."""
        incident = uuid.uuid4().hex[:8]
        _log.exception("answering failed", extra={"incident": incident, "claim": claim.id})
        sentence = text("answer-unexpected", claim.language)
        view = View(claim.language).after(Failed(sentence, incident))
        try:
            if claim.reply:
                self._surface.pace(claim).spend(place_of(claim))
                await self._surface.finish(claim, view)
            else:
                await self._surface.whisper(claim.message, view.failure)
        except Exception:  # noqa: BLE001 - nothing is left to try
            _log.exception("the apology failed too", extra={"incident": incident, "claim": claim.id})


class _Running:
    """An answer that is being made. `before` makes the one before it in the same conversation.

    `is_over`: it stands there to its end, and that may have been noted, whatever becomes of the task.
    """

    task: asyncio.Task[None]
    is_over = False

    def __init__(self, claim: Claim, before: asyncio.Task[None] | None) -> None:
        self.claim = claim
        self.before = before
