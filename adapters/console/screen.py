"""Shows an answer's events on a terminal as they come; to a file or another program, the finished answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.status import Status as Waiting
from rich.text import Text

from adapters import notes
from adapters.console import render
from adapters.console.flow import Flow
from adapters.wording import safe, sources_heading
from knowledge.messages import text
from knowledge.types import (
    Answer,
    AnswerEvent,
    Failed,
    Finished,
    Found,
    Language,
    Replaced,
    Status,
    Token,
)


def _now() -> datetime:
    return datetime.now().astimezone()


class AnswerScreen:
    """Where answers appear. Once per conversation; `show` once per question.

    `language` is the language of what stands around the answer while it is made; after it, the answer's own.
    `errors` is where a failure is told, if not on the same console.
    """

    def __init__(
        self,
        console: Console,
        language: Language,
        *,
        errors: Console | None = None,
        folder: Path | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.console = console
        self.errors = errors or console
        self.language = language
        self._folder = folder or Path.cwd()
        self._now = now
        self._flow: Flow | None = None
        self._streamed = ""
        self._waiting: Waiting | None = None

    @property
    def is_live(self) -> bool:
        """Whether text is shown as it comes: on a terminal that can move its cursor."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    async def show(self, events: AsyncIterator[AnswerEvent]) -> Answer | Failed:
        """Show every event up to the terminal one, which is returned.

        Raises:
            RuntimeError: the events ended without a terminal one.
        """
        try:
            async with aclosing(cast("AsyncGenerator[AnswerEvent]", events)) as stream:
                async for event in stream:
                    match event:
                        case Finished(answer=answer):
                            self._finish(answer)
                            return answer
                        case Failed():
                            self._fail(event)
                            return event
                        case _:
                            self._progress(event)
        finally:
            self.quiet()
        raise RuntimeError("the answer's events ended without Finished or Failed")

    def wait(self, key: str, **parameters: object) -> None:
        """Say what is being waited for, on a line that goes away. Only on a live terminal."""
        self._wait_for(text(key, self.language, **parameters))

    def _wait_for(self, sentence: str) -> None:
        if not self.is_live:
            return
        line = Text(sentence, style="faint", no_wrap=True, overflow="ellipsis")
        if self._waiting is None:
            self._waiting = self.console.status(line, spinner="dots", spinner_style="faint")
            self._waiting.start()
        else:
            self._waiting.update(line)

    def interrupt(self) -> None:
        """End what an interrupted answer left on the screen."""
        self.quiet()
        if self._flow is not None:
            self._print(self._flow.finish())
            self._flow = None
        self.console.print(Text(f"  {text('answer-label-stopped', self.language)}\n", "faint"))

    def quiet(self) -> None:
        """Take the waiting line away."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    def _progress(self, event: AnswerEvent) -> None:
        match event:
            case Status(stage="queued", position=position) if position > 0:
                self._wait_for(notes.queued(event, self.language))
            case Status(stage=stage):
                self.wait(f"stage-{stage}")
            case Found(sources=sources) if sources:
                titles = dict.fromkeys(safe(source.title) for source in sources)
                self.wait("stage-found", count=len(titles), titles=", ".join(titles))
            case Token(text=token):
                self._stream(token)
            case Replaced(text=replacement, reason=reason):
                self._withdraw(reason)
                self._stream(replacement)

    def _stream(self, token: str) -> None:
        if not self.is_live or not token:
            return
        if self._flow is None:
            self.quiet()
            self.console.print()
            self._flow, self._streamed = Flow(self.console.width), ""
        self._streamed += token
        self._print(self._flow.feed(token))

    def _withdraw(self, reason: str) -> None:
        """Wipe what was streamed, or say that it no longer counts when it has scrolled off."""
        flow, self._flow = self._flow, None
        if flow is None:
            return
        self._print(flow.finish())
        rows = flow.rows + 1
        if rows < self.console.height:
            self.console.control(Control((ControlType.CURSOR_UP, rows), ControlType.CARRIAGE_RETURN))
            self.console.file.write("\x1b[J")  # Rich has no name for "erase to the end of the screen"
        else:
            self._print(Text(f"  {text(f'replaced-{reason}', self.language)}\n", "faint"))

    def _finish(self, answer: Answer) -> None:
        self.quiet()
        if not self.console.is_terminal:
            self._print(Text(self._plain(answer) + "\n"))
            return
        if self._flow is not None and self._streamed.strip() != answer.text.strip():
            self._withdraw("regenerated")  # the finished text is the answer, whatever was shown on the way
        if self._flow is None:
            self.console.print()
            self._flow = Flow(self.console.width)
            self._print(self._flow.feed(answer.text))
        self._print(self._flow.finish())
        self._flow = None
        self._note(notes.warning(answer), "warning")
        self._note(notes.outdated(answer), "warning")
        self._note(notes.origin(answer), "faint")
        self.sources(answer, excerpts=answer.mode == "not_found")
        self.console.print()

    def _note(self, note: str, style: str) -> None:
        if note:
            self.console.print()
            for line in render.wrap(safe(note), render.measure(self.console.width)):
                self.console.print(Text(f"  {line}", style))

    def sources(self, answer: Answer, *, excerpts: bool = False) -> None:
        """List an answer's sources, on request with the passages themselves."""
        if not answer.sources:
            return
        self.console.print()
        self.console.print(Text(f"  {sources_heading(answer.mode, answer.language)}", "heading"))
        for source in answer.sources:
            lines = render.source_lines(
                [source],
                language=answer.language,
                width=self.console.width,
                now=self._now(),
                folder=self._folder,
                home=Path.home(),
            )
            if excerpts:
                lines += [*render.excerpt_lines(source, self.console.width), Text()]
            for line in lines:
                self.console.print(line)

    def _plain(self, answer: Answer) -> str:
        return render.plain_answer(answer, now=self._now(), folder=self._folder, home=Path.home())

    def _fail(self, failed: Failed) -> None:
        self.quiet()
        if self._flow is not None:
            self._print(self._flow.finish())
            self._flow = None
        message = text("answer-failed", self.language, message=safe(failed.message), incident=failed.incident)
        self.errors.print(Text(f"  {message}" if self.errors.is_terminal else message, "bad"))

    def _print(self, piece: Text) -> None:
        if piece:
            self.console.print(piece, end="", soft_wrap=True)
            self.console.file.flush()
