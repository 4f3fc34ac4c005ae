"""A model's process under test: how it is started, what it is asked, and how states are waited for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatMessage, ChatRequest, Delta
from knowledge.models.llama.local import LocalModel
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.order import private_order
from knowledge.models.llama.process import Launch
from knowledge.models.llama.supervisor import ModelState
from knowledge.models.llama.watching import Pace

WAIT = 100.0
TEXT = "연차는 15일입니다. 쓰지 않은 연차는 이월됩니다."
OPTIONS = EngineOptions(
    context_size=4096,
    question_size=1024,
    max_sequences=4,
    threads=1,
    batch=128,
    temperature=0.0,
    repetition_penalty=1.0,
    queue_limit=64,
    max_tokens=300,
)
# Quick to see what happens, slow to suspect a busy machine.
PACE = Pace(poll=0.1, health=30.0, silence=60.0, pause=0.1, longest_pause=0.2, restart=WAIT, verdict=WAIT)


@dataclass
class Watched:
    """A model and the states that it has had."""

    model: LocalModel
    states: list[ModelState] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, state: ModelState) -> None:
        self.states.append(state)
        self.changed.set()

    async def until(self, phase: str, times: int = 1) -> ModelState:
        """Wait until it has been in the phase so many times."""
        async with asyncio.timeout(WAIT):
            while sum(state.phase == phase for state in self.states) < times:
                self.changed.clear()
                await self.changed.wait()
        return next(state for state in reversed(self.states) if state.phase == phase)

    @property
    def pid(self) -> int:
        return self.model._supervisor.life.process.pid


@asynccontextmanager
async def running(path: Path, folder: Path, *, pace: Pace = PACE, options: EngineOptions = OPTIONS, **launch):
    """A model that is being watched, stopped at the end."""
    watched = Watched(None)
    home = folder / "llm"
    watched.model = LocalModel(
        private_order(path, options, home),
        Launch(folder / "logs" / "model.log", **launch),
        home,
        home / "trial.json",
        pace=pace,
        on_change=watched.note,
    )
    async with watched.model:
        yield watched


def question(text: str = "연차는 며칠인가요?", **changes) -> ChatRequest:
    """A question of one person."""
    return ChatRequest((ChatMessage("user", text),), **changes)


async def answer(model: LocalModel, request: ChatRequest, begun: asyncio.Event | None = None) -> list[str]:
    """Ask as the librarian does, a second time if the answer breaks off; the texts of every try."""
    tries = []
    for _ in range(2):
        tries.append("")
        try:
            async for event in model.stream(request):
                if isinstance(event, Delta):
                    tries[-1] += event.text
                    if begun is not None:
                        begun.set()
            return tries
        except GenerationFailed as error:
            if error.parameters["reason"] not in ("crashed", "hung"):
                raise
    return tries


def run(coroutine):
    """Run a test's coroutine."""
    return asyncio.run(asyncio.wait_for(coroutine, 3 * WAIT))
