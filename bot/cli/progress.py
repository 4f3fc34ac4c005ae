"""The progress of an indexing run: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.table import Column

from adapters.wording import safe
from bot.freshness.figures import figures
from knowledge.pace import Pace

if TYPE_CHECKING:
    from bot.cli.session import Session
    from knowledge.reports import Progress

PLAIN_SECONDS = 10.0
"""Time between two plain lines of one stage."""


class RefreshProgress:
    """Shows `Progress` values. Give it to `Knowledge.refresh` while it is entered."""

    def __init__(self, session: Session, *, quiet: bool = False) -> None:
        self._session = session
        self._quiet = quiet
        live = session.err.is_terminal and not session.err.is_dumb_terminal and not quiet
        self._bars = (
            Bars(
                TextColumn("{task.description}", table_column=Column(no_wrap=True)),
                BarColumn(bar_width=20, complete_style="cyan", finished_style="cyan", pulse_style="cyan"),
                TextColumn("{task.fields[figures]}", table_column=Column(no_wrap=True)),
                TextColumn(
                    "{task.fields[item]}",
                    style="faint",
                    table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
                    markup=False,
                ),
                console=session.err,
                transient=True,
                expand=True,
            )
            if live
            else None
        )
        self._task: TaskID | None = None
        self._stage = ""
        self._seen: set[str] = set()
        self._pace = Pace()
        self._said = 0.0

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        self.update(progress.stage, progress.done, progress.total, progress.seconds, progress.item)

    def update(self, stage: str, done: int, total: int, seconds: float, item: str = "") -> None:
        """Show where `stage` (a message `progress-...`) is, `seconds` after the start; no total is 0."""
        if self._quiet:
            return
        is_new, is_first = stage != self._stage, stage not in self._seen
        self._stage = stage
        self._seen.add(stage)
        told = figures(self._pace.follow(stage, done, total, seconds), self._session.language)
        if self._bars:
            if is_new or self._task is None:
                if self._task is not None:
                    self._bars.remove_task(self._task)
                self._task = self._bars.add_task(self._title(), total=None, figures="", item="")
            name = safe(item.rsplit("/", 1)[-1])
            self._bars.update(self._task, total=total or None, completed=done, figures=told, item=name)
        elif is_first or seconds - self._said >= PLAIN_SECONDS:
            self._said = seconds
            self._session.err.print(f"{self._title()}: {told}")

    def _title(self) -> str:
        return self._session.text(f"progress-{self._stage}")


@contextmanager
def stoppable(session: Session) -> Iterator[threading.Event]:
    """Ctrl-C asks the run to stop after the document at hand (sets the event); a second one stops at once."""
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        session.say("index-stopping", style="warning")

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
