"""Asking an engine in a test, and waiting for what it says."""

from __future__ import annotations

import threading
from collections.abc import Callable

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta, Done, Queued
from knowledge.models.llama.engine import Engine
from knowledge.models.llama.options import EngineEvent, EngineOptions

PATIENCE = 60  # seconds; only a failing test waits so long

SMALL = {"context_size": 2048, "question_size": 1024, "max_sequences": 4, "threads": 1, "batch": 128}


def options(**changes) -> EngineOptions:
    """Of a small engine that always takes the likeliest token, and writes nothing less likely a second time."""
    return EngineOptions(
        **{**SMALL, "temperature": 0.0, "repetition_penalty": 1.0, "prompt_lookup": False, **changes}
    )


def request(*texts: str, **changes) -> ChatRequest:
    """A conversation between a user and the assistant in turns, the user first."""
    roles = ("user", "assistant")
    return ChatRequest(tuple(ChatMessage(roles[i % 2], text) for i, text in enumerate(texts)), **changes)


class Asked:
    """One question to an engine, and all that its listener was told."""

    def __init__(
        self, engine: Engine, question: ChatRequest, during: Callable[[EngineEvent], None] | None = None
    ):
        self.events: list[EngineEvent] = []
        self._during = during
        self._over = threading.Event()
        self._said = threading.Event()
        self.ticket = engine.submit(question, self._listen)

    def _listen(self, event: EngineEvent) -> None:
        self.events.append(event)
        if isinstance(event, Delta):
            self._said.set()
        if self._during:
            self._during(event)
        if isinstance(event, Done | GenerationFailed):
            self._over.set()

    def wait_for_text(self) -> None:
        """Until something was written."""
        assert self._said.wait(PATIENCE)

    def end(self) -> Done | GenerationFailed:
        """What was told last."""
        assert self._over.wait(PATIENCE)
        return self.events[-1]

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(event.text for event in self.events if isinstance(event, Delta))

    @property
    def positions(self) -> list[int]:
        """In the queue, as told."""
        return [event.position for event in self.events if isinstance(event, Queued)]


class Held(Asked):
    """A question whose listener holds the engine at the first text, until `go_on`."""

    def __init__(
        self, engine: Engine, question: ChatRequest, during: Callable[[EngineEvent], None] | None = None
    ):
        self._gate = threading.Event()

        def hold(event: EngineEvent) -> None:
            if during:
                during(event)
            if isinstance(event, Delta):
                assert self._gate.wait(PATIENCE)

        super().__init__(engine, question, hold)
        self.wait_for_text()

    def go_on(self) -> None:
        """Let the engine go on."""
        self._gate.set()


def ask(engine: Engine, *texts: str, **changes) -> Asked:
    """Ask, and wait for the end."""
    asked = Asked(engine, request(*texts, **changes))
    asked.end()
    return asked
