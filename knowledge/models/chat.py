"""What a language model is asked, and what it says: for the engine, its server and its client alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to go on with.

    Args:
        messages: at least one; the last is the one to answer.
        asker: whose turn it takes in a fair queue.
        max_tokens: of the answer; None takes the model's own setting, as the sampling values do.
        temperature: 0 always takes the likeliest token.
        top_p: the least probability mass that is sampled from.
        seed: makes sampling repeatable.
        allowed_han: the Han characters that may be written; None allows all.
        deadline: seconds after which the answer ends where it stands, waiting included.
    """

    messages: tuple[ChatMessage, ...]
    asker: str = ""
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    allowed_han: frozenset[str] | None = None
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The request waits: `position` others come first, and it begins in about `seconds` (None: unknown)."""

    position: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The prompt is being evaluated: `done` of `total` tokens."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Delta:
    """More of the answer's text, never cut inside a character."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is over: the model ended it, it was long enough, its deadline came, or it was cancelled.

    The counts are of tokens; `cached` of the prompt's were not evaluated again, `drafted` of the answer's
    were guessed by prompt lookup.
    """

    reason: Literal["stop", "length", "deadline", "cancelled"]
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    drafted: int = 0


ChatEvent = Queued | Reading | Delta | Done


class ChatModel(Protocol):
    """A model that goes on with a conversation."""

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """The answer as it comes, `Done` last. Closing the iterator cancels the request.

        Raises:
            GenerationFailed: there is no whole answer.
        """
        ...

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text; an estimate that is not too low where the server can't count.

        Raises:
            GenerationFailed: the model can't be asked.
        """
        ...

    async def prompt_limit(self) -> int:
        """How many tokens one question's prompt and answer may have together.

        Raises:
            GenerationFailed: the model can't be asked.
        """
        ...
