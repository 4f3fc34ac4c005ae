"""Runs the model for one answer: its stream as events, and a second try where the first came to nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, cast

from knowledge.answering.cleaning import Cleaning
from knowledge.answering.guard import LanguageGuard, han_in
from knowledge.answering.links import Links
from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatEvent, ChatMessage, ChatModel, ChatRequest, Delta, Done, Queued, Reading
from knowledge.prompt import Prompt, may_become_refusal, reveals_rules, says_not_in_passages
from knowledge.types import Language, Replaced, Status, Token

_log = logging.getLogger(__name__)
# The model was there, and may do better. After the others, asking again at once makes nothing better.
_WORTH_A_RETRY = frozenset({"crashed", "hung", "cut", "empty", "language", "instructions"})


_LOOK_BACK = 200  # characters in which a rule may have begun


@dataclass(frozen=True, slots=True)
class Written:
    """The whole text as it was shown, and how it ended."""

    text: str
    ended: Literal["stop", "length", "deadline", "cancelled"]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """There is no text; `why` is a reason of GenerationFailed. `is_shown`: a fragment of it is."""

    why: str
    is_shown: bool


WriterEvent = Status | Token | Replaced | Written | GaveUp


@dataclass(frozen=True, slots=True)
class Task:
    """What to write. `known` are the texts whose words, in any script, may stand in the answer."""

    prompt: Prompt
    language: Language
    asker: str
    max_tokens: int
    known: tuple[str, ...]
    numbers: Mapping[int, int]
    links: Links


class Writer:
    """One answer by a model.

    The last of its events is `Written` or `GaveUp`. Closing the iterator cancels the model.
    """

    def __init__(self, model: ChatModel, task: Task) -> None:
        self._model = model
        self._task = task
        self._stage = ("", 0)
        self._is_shown = False

    async def write(self) -> AsyncGenerator[WriterEvent]:
        """Write, and once more from the beginning if the model broke off or wrote in another language."""
        prompt = self._task.prompt
        before = ""
        for is_last in (False, True):
            try:
                async with aclosing(self._once(prompt.messages)) as events:
                    async for event in events:
                        yield event
                return
            except GenerationFailed as error:
                why = str(error.parameters.get("reason", ""))
            _log.warning("the model gave no usable answer: %s", why)
            if is_last or why not in _WORTH_A_RETRY:
                # A model that crashed is being started: that it isn't ready is no news beside the crash.
                yield GaveUp(before if before and why == "not_ready" else why, self._is_shown)
                return
            before = why
            if why == "language":
                prompt = prompt.insisting(self._task.language)
            if self._is_shown:
                self._is_shown = False
                yield Replaced("", "regenerated")

    async def _once(self, messages: tuple[ChatMessage, ...]) -> AsyncGenerator[WriterEvent]:
        task = self._task
        request = ChatRequest(
            messages, asker=task.asker, max_tokens=task.max_tokens, allowed_han=han_in(task.known)
        )
        text = _Text(Cleaning(task.numbers, task.links), LanguageGuard(task.language, task.known))
        async with aclosing(cast("AsyncGenerator[ChatEvent]", self._model.stream(request))) as stream:
            async for event in stream:
                match event:
                    case Queued(position=position, seconds=seconds) if self._is_new("queued", position):
                        yield Status("queued", position, seconds)
                    case Reading() if self._is_new("reading"):
                        yield Status("reading")
                    case Delta(text=more):
                        if piece := text.more(more):
                            if self._is_new("writing"):
                                yield Status("writing")
                            self._is_shown = True
                            yield Token(piece)
                    case Done(reason=reason):
                        if rest := text.rest():
                            self._is_shown = True
                            yield Token(rest)
                        if not text.whole and reason in ("stop", "length", "deadline"):
                            raise GenerationFailed(
                                reason="deadline" if reason == "deadline" else "empty", model="", detail=""
                            )
                        yield Written(text.whole, reason)
                        return
        raise GenerationFailed(reason="cut", model="", detail="")

    def _is_new(self, stage: str, position: int = 0) -> bool:
        """Whether the person doesn't know yet that it is so far."""
        before, self._stage = self._stage, (stage, position)
        return before != self._stage


class _Text:
    """The answer's text on its way from the model to the person."""

    def __init__(self, cleaning: Cleaning, guard: LanguageGuard) -> None:
        self._cleaning = cleaning
        self._guard = guard
        self._waiting = ""  # what may yet turn out to be the sentence for "the passages don't answer"
        self.whole = ""

    def more(self, text: str) -> str:
        """What may be shown, now that there is more.

        Raises:
            GenerationFailed: it is in another language.
        """
        self._take(self._cleaning.feed(text))
        return "" if may_become_refusal(self.whole) else self._shown()

    def rest(self) -> str:
        """What is left to be shown at the end: nothing of the sentence for "the passages don't answer".

        Raises:
            GenerationFailed: it is in another language.
        """
        self._take(self._cleaning.finish())
        if not says_not_in_passages(self.whole) and not self._guard.accepts_the_whole():
            raise GenerationFailed(reason="language", model="", detail="")
        return "" if says_not_in_passages(self.whole) else self._shown()

    def _take(self, text: str) -> None:
        if not self._guard.accepts(text):
            raise GenerationFailed(reason="language", model="", detail="")
        if reveals_rules(self.whole[-_LOOK_BACK:] + text):
            raise GenerationFailed(reason="instructions", model="", detail="")
        self.whole += text
        self._waiting += text

    def _shown(self) -> str:
        shown, self._waiting = self._waiting, ""
        return shown
