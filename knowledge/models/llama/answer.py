"""One question on its way: what waits, and what is being written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from knowledge.models.chat import ChatRequest, Delta, Done, Reading
from knowledge.models.llama.lookup import Lookup
from knowledge.models.llama.options import EngineEvent
from knowledge.models.llama.prefixes import Sequence, Tokens
from knowledge.models.llama.sampling import Sampling
from knowledge.models.llama.text import Transcript
from knowledge.models.llama.vocabulary import Vocabulary

Listener = Callable[[EngineEvent], None]
Ending = Literal["stop", "length", "deadline", "cancelled"]

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Question:
    """A request as tokens.

    Args:
        ticket: its name among all of this engine.
        limit: tokens that the answer may have.
        deadline: when the answer ends wherever it stands (`time.monotonic()`).
        position: in the queue, as told last.
    """

    ticket: int
    request: ChatRequest
    listener: Listener
    prompt: Tokens
    limit: int
    asked: float
    deadline: float | None
    position: int | None = None

    def given_up(self, unwanted: set[int], now: float) -> Ending | None:
        """Why it isn't to be answered any further: its ticket is unwanted, or it is too late."""
        if self.ticket in unwanted:
            return "cancelled"
        return "deadline" if self.deadline is not None and now >= self.deadline else None

    def tell(self, event: EngineEvent) -> None:
        """Tell the listener. What it raises is its own trouble, and ends nobody else's answer."""
        try:
            self.listener(event)
        except Exception:  # noqa: BLE001 (whatever it is)
            _log.exception("the listener of question %d failed", self.ticket)


class Answer:
    """What is being written to one question."""

    def __init__(
        self,
        question: Question,
        sequence: Sequence,
        sampling: Sampling,
        vocabulary: Vocabulary,
        *,
        lookup: bool,
    ) -> None:
        self.question = question
        self.sequence = sequence
        self.sampling = sampling
        self.cached = sequence.length
        self.written = 0
        self.drafted = 0
        self.last: int | None = None  # the token written last, which isn't in a cell yet
        self.lookup = Lookup(question.prompt.tolist()) if lookup else None
        self._vocabulary = vocabulary
        self._transcript = Transcript()
        self._text: list[str] = []

    @property
    def unread(self) -> int:
        """Tokens of the prompt that aren't evaluated yet."""
        return max(0, len(self.question.prompt) - self.sequence.length) if self.last is None else 0

    def left(self, usual: float) -> float:
        """Tokens that are still to be written, if the answer is as long as usual."""
        return max(1.0, min(self.question.limit, usual) - self.written)

    def tell_progress(self) -> None:
        """Tell how much of the prompt is read."""
        self.question.tell(
            Reading(min(self.sequence.length, len(self.question.prompt)), len(self.question.prompt))
        )

    def write(self, token: int) -> Ending | None:
        """Go on with a token; how the answer ends if it ended with it."""
        if token in self._vocabulary.ends:
            return "stop"
        self.last = token
        self.written += 1
        if self.lookup:
            self.lookup.add(token)
        self._text.append(self._transcript.add(self._vocabulary.pieces[token]))
        return "length" if self.written >= self.question.limit else None

    def tell_text(self) -> None:
        """Tell what was written since the last time."""
        text = "".join(self._text)
        self._text.clear()
        if text:
            self.question.tell(Delta(text))

    def end(self, ending: Ending) -> None:
        """Tell that the answer is over. Bytes of an unfinished character are dropped where it was cut."""
        if ending == "stop":
            self._text.append(self._transcript.end())
        self.tell_text()
        self.sampling.close()
        self.question.tell(
            Done(ending, len(self.question.prompt), self.cached, self.written, self.drafted),
        )
