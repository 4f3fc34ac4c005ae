"""Telling a person what is happening: a live line on a terminal, plain lines everywhere else."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
import unicodedata
from types import TracebackType
from typing import Self, TextIO

from scripts.provision.messages import text

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
# A log gets a sign of life this often, in seconds, when nothing else happens.
_QUIET_LIMIT = 20.0


def clock(seconds: float) -> str:
    """Seconds as a person reads them: `0:07`, `3:05`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def fit(line: str, columns: int) -> str:
    """`line` cut to `columns` terminal cells; a Korean letter takes two."""
    used = 0
    for index, letter in enumerate(line):
        width = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used + width > columns - 1 and index < len(line) - 1:
            return line[:index] + "…"
        used += width
    return line


def say(key: str, **values: object) -> None:
    """Print one message of the catalogue."""
    print(text(key, **values), flush=True)


def complain(key: str, **values: object) -> None:
    """Print one message of the catalogue to standard error."""
    print(text(key, **values), file=sys.stderr, flush=True)


class Step:
    """One named step with its elapsed time, used as a context manager.

    On a terminal one line is redrawn in place; elsewhere a line is printed when the step starts, when its
    detail changes, every 20 quiet seconds, and when it ends. `update` may be called from any thread.
    """

    def __init__(self, title: str, *, stream: TextIO | None = None) -> None:
        self._title = title
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._detail = ""
        self._started = self._spoken = time.monotonic()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._started = self._spoken = time.monotonic()
        if not self._live:
            self._print(f"· {self._title}")
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _exc: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        mark = "✓" if kind is None else "✗"
        line = f"{mark} {self._title} ({clock(self.elapsed)})"
        self._print(f"\r\x1b[K{line}" if self._live else line)

    @property
    def elapsed(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def update(self, detail: str, *, minor: bool = False) -> None:
        """Show what the step is doing now; a `minor` change isn't worth a line of its own in a log."""
        with self._lock:
            changed = detail != self._detail
            self._detail = detail
            if changed and not self._live and not minor:
                self._speak()

    def _speak(self) -> None:
        self._spoken = time.monotonic()
        self._print(f"  {clock(self.elapsed)}  {self._detail}".rstrip())

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def _tick(self) -> None:
        frame = 0
        while not self._stop.wait(0.1 if self._live else 1.0):
            with self._lock:
                if self._live:
                    frame += 1
                    spinner = _FRAMES[frame % len(_FRAMES)]
                    line = f"{spinner} {self._title} {clock(self.elapsed)}  {self._detail}"
                    self._stream.write("\r\x1b[K" + fit(line, shutil.get_terminal_size().columns))
                    self._stream.flush()
                elif time.monotonic() - self._spoken > _QUIET_LIMIT:
                    self._speak()
