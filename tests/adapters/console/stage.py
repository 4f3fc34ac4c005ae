"""The scenarios' stage at a terminal: the real conversation, with somebody at its keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from rich.console import Console

from adapters.console.adapter import ConsoleChat
from adapters.console.screen import AnswerScreen
from adapters.console.theme import THEME
from tests.adapters.console.terminal import Terminal
from tests.adapters.local import PATIENCE
from tests.fakes import FakeKnowledge
from tests.scenarios.stage import CHANNEL, NO_FILES, Asked, Seen

THREAD = "the conversation"


class Waiting(Future[Any]):
    """What the prompt waits for: the answer's end, or Ctrl-C, as a person at the keyboard has it."""

    def __init__(self, answering: Future[Any]) -> None:
        super().__init__()
        self._answering = answering
        answering.add_done_callback(self._end)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.set_exception(KeyboardInterrupt())

    def cancel(self) -> bool:
        return self._answering.cancel()

    def _end(self, answering: Future[Any]) -> None:
        if self.done():
            return
        if error := answering.exception():
            self.set_exception(error)
        else:
            self.set_result(answering.result())


class ConsoleStage:
    """One person at a terminal. What they see of an answer is what stands between two prompts."""

    def __init__(self, knowledge: FakeKnowledge) -> None:
        self.knowledge = knowledge
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self.terminal = Terminal(lambda: self._loop.call_soon_threadsafe(self._changed.set))
        self._typed: Queue[str | None] = Queue()
        self._prompts: list[int] = []  # the rows below each question
        self._is_at_prompt = False
        self._waiting: Waiting | None = None
        console = Console(
            file=self.terminal,
            force_terminal=True,
            width=100,
            height=50,
            theme=THEME,
            color_system=None,
            markup=False,
            highlight=False,
            _environ={"TERM": "xterm"},
        )
        self._chat = ConsoleChat(knowledge.answer, self._submit, AnswerScreen(console, "ko"), read=self._read)

    def run(self) -> None:
        """Converse, in the calling thread."""
        self._chat.run()

    async def say(
        self,
        text: str,
        *,
        person: str = "asker",
        place: str = CHANNEL,
        thread: str = "",
        mention: bool = True,
        files: Mapping[str, bytes] = NO_FILES,
    ) -> Asked:
        """The one person types, wherever a scenario has somebody write, and needs to mention nobody."""
        del person, mention
        assert not files
        await self.until(lambda: self._is_at_prompt)
        number = len(self._prompts)
        self._is_at_prompt = False
        self._typed.put(text)
        await self.until(lambda: len(self._prompts) > number)
        return Asked(place, str(number), thread or THREAD)

    async def click(self, seen: Seen, button: str) -> None:
        """The only button is Ctrl-C."""
        assert button in seen.buttons
        assert self._waiting is not None
        self._waiting.interrupt()

    def seen(self, place: str = CHANNEL) -> list[Seen]:
        del place
        ends = [*(row - 1 for row in self._prompts[1:]), None]
        return [
            Seen(str(number), self.terminal.text(start, end), THREAD, self._buttons(is_last=end is None))
            for number, (start, end) in enumerate(zip(self._prompts, ends, strict=True))
        ]

    def alive(self) -> list[str]:
        """What a document did to the terminal."""
        return self.terminal.alive

    async def until(self, true: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (found := true()):
                self._changed.clear()
                await self._changed.wait()
        return found

    async def leave(self) -> None:
        """The end of the input, in the middle of whatever goes on."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.interrupt()
        self._typed.put(None)

    def _buttons(self, *, is_last: bool) -> frozenset[str]:
        is_running = is_last and self._waiting is not None and not self._waiting.done()
        return frozenset({"stop"} if is_running else ())

    def _submit(self, answering: Coroutine[Any, Any, Any]) -> Future[Any]:
        self._waiting = Waiting(asyncio.run_coroutine_threadsafe(answering, self._loop))
        self._loop.call_soon_threadsafe(self._changed.set)
        return self._waiting

    def _read(self, prompt: str) -> str:
        """As `input` does: shows the prompt, and the line that is typed behind it."""
        self._is_at_prompt = True
        self.terminal.write(prompt.replace("\x01", "").replace("\x02", ""))
        line = self._typed.get()
        if line is None:
            raise EOFError
        self.terminal.write(f"{line}\n")
        self._prompts.append(self.terminal.row)
        self._loop.call_soon_threadsafe(self._changed.set)
        return line


@asynccontextmanager
async def console_stage(
    folder: Path, knowledge: FakeKnowledge, limits: object = None
) -> AsyncIterator[ConsoleStage]:
    """A terminal with a conversation, which keeps nothing in any folder and limits nobody."""
    del folder, limits
    stage = ConsoleStage(knowledge)
    conversing = asyncio.ensure_future(asyncio.to_thread(stage.run))
    try:
        yield stage
    finally:
        await stage.leave()
        await conversing
