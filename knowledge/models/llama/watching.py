"""What a supervisor goes by: the model's file, the build, the pauses between tries. Nothing here waits."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import time
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import ModelUnavailable
from knowledge.models.gguf_header import read_header

_SETTLED_SECONDS = 5.0  # what wasn't written to for so long is whole, or will never be


@dataclass(frozen=True, slots=True)
class Pace:
    """How a process is watched, in seconds.

    Args:
        start: a process may take until it is ready: a large model on a slow disk.
        poll: between two looks at the process and at the file.
        health: an answer to the question whether it is alive.
        silence: the engine may give no sign of life; one step takes seconds at most.
        pause: before the second try after a failure; each further one waits twice as long.
        longest_pause: at most.
        failures: in a row that make a crash loop.
        stable: a process that ran so long has put an end to the row.
        rest: after a crash loop, or where trying again makes nothing better, unless file or build change.
        restart: a question waits for a process that is being started again.
        verdict: a question whose answer broke off waits to hear why.
    """

    start: float = 900.0
    poll: float = 3.0
    health: float = 20.0
    silence: float = 120.0
    pause: float = 1.0
    longest_pause: float = 60.0
    failures: int = 5
    stable: float = 120.0
    rest: float = 600.0
    restart: float = 60.0
    verdict: float = 10.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A file at one moment. Another one in its place, or one that is being written, is seen as different."""

    modified: int
    size: int
    inode: int


class ModelFile:
    """The model's file, whose header is read when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Seen | None = None
        self._error: ModelUnavailable | None = None

    def look(self) -> Seen:
        """The file as it is now.

        Raises:
            ModelUnavailable: there is none (`not_downloaded`), or it is no whole language model, as
                `read_header` says it.
        """
        try:
            status = self._path.stat()
        except OSError as error:
            self._seen = None
            raise ModelUnavailable(model=str(self._path), reason="not_downloaded", detail="") from error
        seen = Seen(status.st_mtime_ns, status.st_size, status.st_ino)
        if seen != self._seen:
            self._seen, self._error = seen, None
            try:
                read_header(self._path)
            except ModelUnavailable as error:
                self._error = error
        if self._error is not None:
            raise self._error
        return seen


def is_settled(now: Seen, before: Seen | None) -> bool:
    """Whether nobody seems to be writing the file any more, by this look at it and the one before."""
    return now == before or time.time() - now.modified / 1e9 > _SETTLED_SECONDS


def build_fingerprint() -> str:
    """Changes with llama.cpp's build and with the processor; empty without one. Nothing of it is loaded."""
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        return ""
    found = hashlib.sha256(f"{platform.node()} {platform.machine()} {_processor()}".encode())
    for library in sorted(Path(spec.origin).parent.glob("lib/*")):
        status = library.stat()
        found.update(f"{library.name} {status.st_size} {status.st_mtime_ns}".encode())
    return found.hexdigest()


def pause_before(failures: int, pace: Pace) -> float:
    """Seconds before the next try after so many failures in a row: none at first, then ever longer."""
    if failures < 2:
        return 0.0
    return min(pace.longest_pause, pace.pause * 2.0 ** (failures - 2))


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor()
    return next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
