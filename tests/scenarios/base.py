"""What the scenarios share: questions and their answers, and a stage to play on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from adapters.protocol import Capabilities
from bot.chat.limits import Limits
from knowledge.types import Answer, Finished, Found, Token
from tests.fakes import FakeKnowledge, a_source
from tests.scenarios.stage import Seen, Stage, play
from tests.talk import MANY

ANSWER = "연차는 15일입니다. [1]"
QUESTION = "연차는 며칠인가요?"
SLOW = "느린 질문입니다"

Scene = Callable[[Stage], Awaitable[None]]


def answer_of(text: str, mode: str = "extractive"):
    """Events that end in this answer."""
    return (Found((a_source(),)), Token(text), Finished(Answer(text, "ko", mode, (a_source(),))))  # type: ignore[arg-type]


class Slow:
    """An answer to SLOW that has begun, and ends when it is let. `words` may be cleared to hold its text back."""

    def __init__(self, knowledge: FakeKnowledge) -> None:
        self.began, self.words, self.go = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.words.set()

        async def begin() -> None:
            self.began.set()

        finished = Finished(Answer("늦은 답입니다. [1]", "ko", "extractive", (a_source(),)))
        steps = (Found((a_source(),)), self.words.wait, Token("지금까지 "), begin, self.go.wait, finished)
        knowledge.answers[SLOW] = steps  # type: ignore[assignment]


class Base:
    """A subclass says what its platform can do, and how a stage is made whose bot keeps its catalog in a folder."""

    capabilities: Capabilities
    stage: Callable[..., AbstractAsyncContextManager[Stage]]  # folder, knowledge, limits=

    def play(
        self,
        folder: Path,
        scene: Scene,
        *,
        needs: str = "",
        limits: Limits = MANY,
        knowledge: FakeKnowledge | None = None,
    ) -> FakeKnowledge:
        """Run a scene on a stage; skip it where the platform declares less than it `needs`, by names with spaces."""
        missing = [ability for ability in needs.split() if not getattr(self.capabilities, ability)]
        if missing:
            pytest.skip(f"{self.capabilities.platform} has no {', '.join(missing)}")
        return play(self.stage, folder, scene, knowledge, limits=limits)


def is_whole(seen: Seen) -> bool:
    """Whether this is a finished answer."""
    return ANSWER in seen.text and "stop" not in seen.buttons and "언어 모델 없이" in seen.text


def whole(stage: Stage, place: str = "channel") -> Seen | None:
    """The first message of the bot, once it is a finished answer."""
    seen = stage.seen(place)
    return seen[0] if seen and is_whole(seen[0]) else None
