"""A conversation at a terminal: reads questions, shows answers, knows a few commands.

The prompt runs in the calling thread, which is where a terminal's line editing and Ctrl-C belong; answers are
made on an event loop that runs in another.
"""

from __future__ import annotations

import asyncio
import threading
import unicodedata
import uuid
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from adapters.console.screen import AnswerScreen
from adapters.protocol import Capabilities
from knowledge.errors import InvalidScope
from knowledge.messages import describe, text
from knowledge.types import (
    EVERYONE,
    Answer,
    Failed,
    Handler,
    Language,
    Question,
    Scope,
    Turn,
    parse_scope,
)

CAPABILITIES = Capabilities("console", message_limit=0, edit_seconds=0.0, follow_ups=True, stops=True)
"""One person, one conversation: nothing needs a mention, and Ctrl-C stops an answer."""

HISTORY_TURNS = 6
"""Earlier exchanges that go with a question."""

USAGE_WIDTH = 18
STOP_SECONDS = 5.0
"""How long an interrupted answer may take to end before the prompt comes back anyway."""

Submit = Callable[[Coroutine[Any, Any, Any]], Future[Any]]
"""Starts a coroutine on the event loop, from another thread."""


@dataclass(slots=True)
class Conversation:
    """What is kept between two questions."""

    audience: frozenset[Scope] = frozenset({EVERYONE})
    answer_language: Language | None = None
    turns: list[Turn] = field(default_factory=list)
    last: Answer | None = None

    def question(self, asked: str) -> Question:
        """The question with what belongs to it."""
        return Question(
            text=asked,
            audience=self.audience,
            language=self.answer_language,
            history=tuple(self.turns[-HISTORY_TURNS:]),
            key=f"console:{uuid.uuid4()}",
        )

    def remember(self, asked: str, answer: Answer) -> None:
        """Keep the exchange; an answer that said nothing is no context for the next question."""
        self.last = answer
        if answer.mode not in ("not_found", "stopped"):
            self.turns = [*self.turns[-HISTORY_TURNS:], Turn(asked, answer.text)]


class ConsoleChat:
    """The console adapter.

    `submit` runs a coroutine on the loop that `handler` lives on. `read` gives the next line and raises
    EOFError at the end.
    """

    def __init__(
        self,
        handler: Handler,
        submit: Submit,
        screen: AnswerScreen,
        *,
        conversation: Conversation | None = None,
        read: Callable[[str], str] = input,
    ) -> None:
        self._handler = handler
        self._submit = submit
        self._screen = screen
        self._conversation = conversation or Conversation()
        self._read = read

    @property
    def console(self) -> Console:
        """Where everything is shown."""
        return self._screen.console

    def run(self) -> None:
        """Converse until the person leaves: `/quit`, the end of the input, or Ctrl-C twice at the prompt."""
        warned = False
        while True:
            try:
                line = clean_line(self._read(self._prompt()))
            except EOFError:
                self.console.print()
                break
            except KeyboardInterrupt:
                self.console.print()
                if warned:
                    break
                warned = True
                self._say("chat-press-again")
                continue
            warned = False
            if line.startswith("/"):
                if not self._command(line):
                    break
            elif line:
                self.ask(line)
        self._say("chat-goodbye")

    def ask(self, asked: str) -> Answer | Failed | None:
        """Ask one question and show the answer; None when it was interrupted."""
        ended = threading.Event()

        async def answering() -> Answer | Failed:
            try:
                return await self._screen.show(self._handler(self._conversation.question(asked)))
            finally:
                ended.set()

        running: Future[Answer | Failed] | None = None
        try:
            running = self._submit(answering())
            result = running.result()
        except (KeyboardInterrupt, CancelledError):
            if running is not None:
                running.cancel()
                ended.wait(STOP_SECONDS)
            self._screen.interrupt()
            return None
        if isinstance(result, Answer):
            self._conversation.remember(asked, result)
        return result

    def _prompt(self) -> str:
        name = text("chat-prompt", self._screen.language)
        if not self._screen.is_live or self.console.no_color:
            return f"{name} "
        # Readline counts what stands between these marks as no width, which keeps long lines editable.
        return f"\x01\x1b[1;36m\x02{name}\x01\x1b[0m\x02 "

    def _command(self, line: str) -> bool:
        """Do what a line that begins with a slash says; False means to leave."""
        name, *rest = line.split()
        match name.lower():
            case "/quit" | "/exit" | "/q":
                return False
            case "/sources":
                if self._conversation.last and self._conversation.last.sources:
                    self._screen.sources(self._conversation.last, excerpts=True)
                else:
                    self._say("chat-no-sources")
            case "/lang":
                self._switch_language(rest)
            case "/scope":
                self._switch_scope(rest)
            case "/new":
                self._conversation.turns.clear()
                self._say("chat-forgotten")
            case "/help" | "/?":
                self._help()
            case _:
                self._say("chat-unknown-command", command=name)
        return True

    def _help(self) -> None:
        self.console.print()
        for name in ("sources", "lang", "scope", "new", "help", "quit"):
            usage = text(f"chat-usage-{name}", self._screen.language)
            meaning = text(f"chat-help-{name}", self._screen.language)
            space = " " * max(2, USAGE_WIDTH - cell_len(usage))
            self.console.print(Text.assemble("  ", (usage, "name"), space, meaning))
        self.console.print()

    def _switch_language(self, rest: Iterable[str]) -> None:
        match list(rest):
            case ["ko" | "en" as language]:
                self._screen.language = "ko" if language == "ko" else "en"
                self._conversation.answer_language = self._screen.language
                self._say("chat-language")
            case ["auto"]:
                self._conversation.answer_language = None
                self._say("chat-language-auto")
            case _:
                self._say("chat-language-which")

    def _switch_scope(self, rest: Iterable[str]) -> None:
        try:
            scopes = {parse_scope(scope) for scope in rest}
        except InvalidScope as error:
            self.console.print(Text(f"  {describe(error, self._screen.language)}", "bad"))
            return
        if scopes:
            self._conversation.audience = frozenset({EVERYONE, *scopes})
        self._say("chat-scope", scopes=", ".join(sorted(self._conversation.audience)))

    def _say(self, key: str, **parameters: object) -> None:
        self.console.print(Text(f"  {text(key, self._screen.language, **parameters)}", "faint"))


def clean_line(line: str) -> str:
    """What a person typed: NFC, without the marks and control characters that pasting leaves."""
    kept = (
        character
        for character in line
        if character == "\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return unicodedata.normalize("NFC", "".join(kept)).replace("\ufeff", "").strip()


def use_history(path: Path) -> Callable[[], None]:
    """Line editing with a history that outlives the program, where there is readline; returns what saves it.

    Nobody but the owner of the file may read what was asked.
    """
    try:
        import readline
    except ImportError:
        return lambda: None
    try:
        if path.exists():
            readline.read_history_file(path)
    except OSError:
        # An unreadable history is no reason not to talk; it is left as it is.
        return lambda: None

    def save() -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            readline.set_history_length(1000)
            readline.write_history_file(path)
        except OSError:
            return

    return save


async def answer_lines(
    lines: Iterable[str], handler: Handler, screen: AnswerScreen, conversation: Conversation
) -> bool:
    """Answer each line of a pipe in its turn; returns whether every one got an answer.

    Blank lines are passed over. Each line is a question of its own, without history: a file of questions is
    no talk.
    """
    fine = True
    waiting = iter(lines)
    while (line := await asyncio.to_thread(next, waiting, None)) is not None:
        asked = clean_line(line)
        if not asked:
            continue
        screen.console.print(Text(f"> {asked}"), soft_wrap=True)
        conversation.turns.clear()
        result = await screen.show(handler(conversation.question(asked)))
        screen.console.print()
        screen.console.file.flush()
        fine = fine and isinstance(result, Answer)
    return fine
