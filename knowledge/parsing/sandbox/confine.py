"""What a child gives up before it opens the first document. The package's docstring says what holds where."""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
from pathlib import Path

import knowledge
from knowledge.parsing.sandbox import landlock, seccomp
from knowledge.parsing.sandbox.limits import MEBIBYTE, Limits

_LIBRARIES = 1024 * MEBIBYTE  # of address space, which is reserved and mostly never used
_STACK = 8 * MEBIBYTE
_FILES = 64
_LATER = 1.0  # seconds
_REFUSED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.kill", "pty.")
_CHANGES = frozenset(
    f"os.{name}"
    for name in ("remove", "rename", "rmdir", "mkdir", "link", "symlink", "truncate", "chmod", "chown")
)
_WRITING = frozenset("wax+")
_OPENS_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def enter(limits: Limits) -> None:
    """Take the limits upon this process; there is no way back."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _lower(resource.RLIMIT_NOFILE, _FILES)
    _lower(resource.RLIMIT_STACK, _STACK)
    if sys.platform == "linux":  # elsewhere these are not kept, or count something else
        _lower(resource.RLIMIT_DATA, limits.memory)
        _lower(resource.RLIMIT_AS, limits.memory + _LIBRARIES)
    landlock.install(Path(knowledge.__file__ or "").resolve().parent)
    sys.addaudithook(_refuse)
    seccomp.install()


def next_document(limits: Limits) -> None:
    """Let the processor time of the next document begin. Past it the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = math.ceil(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + limits.processor_seconds, hard))
    # The parent kills at the deadline. If it is gone, this alarm does, later, also inside of a library.
    signal.setitimer(signal.ITIMER_REAL, 2 * limits.seconds + _LATER)


def rest() -> None:
    """Between two documents no alarm rings."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _lower(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_STACK else most))


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Python's own word for what the filter forbids, on every system: an error instead of a dead end."""
    if event == "open":
        _, mode, flags = arguments  # `os.open` has flags and no mode
        if isinstance(mode, str) and _WRITING.intersection(mode):
            raise PermissionError(event)
        if isinstance(flags, int) and flags & _OPENS_FOR_WRITING:
            raise PermissionError(event)
    elif event.startswith(_REFUSED) or event in _CHANGES:
        raise PermissionError(event)
