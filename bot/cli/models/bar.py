"""The progress bar of what moves or reads gigabytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from bot.cli.session import Session


@contextmanager
def bar(session: Session) -> Iterator[Callable[[int, int], None]]:
    """A bar with bytes, speed and time left, on a terminal. Gives what is told the bytes done and in all.

    Between the last byte of a download and its end the sum is checked, which the bar says.
    """
    bars = Progress(
        TextColumn("  {task.description}"),
        BarColumn(bar_width=24, complete_style="cyan", finished_style="cyan", pulse_style="cyan"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=session.err,
        transient=True,
        disable=not session.err.is_terminal or session.err.is_dumb_terminal,
    )
    checking = session.text("models-checking")
    with bars:
        task = bars.add_task("", total=None)
        has_begun = False

        def show(done: int, total: int) -> None:
            nonlocal has_begun
            if not has_begun:  # what was here before doesn't count for the speed
                bars.reset(task, completed=done, total=total)
                has_begun = True
            bars.update(task, completed=done, description=checking if done == total else "")

        yield show
