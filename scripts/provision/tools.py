"""Running other programs: output goes to the log, progress to the person, failures to advice."""

from __future__ import annotations

import re
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.provision.messages import text

# Disk space in GB that a CPU installation needs while it unpacks; for advice and the warning beforehand.
NEEDED_GB = 4.0
_TAIL = 15
_TAIL_WIDTH = 200
# What in a failed program's output (lower case) points to which advice, the more certain first.
_SYMPTOMS = (
    ("advice.disk", ("no space left on device", "errno 28", "disk quota exceeded")),
    ("advice.venv", ("ensurepip is not available", "no module named ensurepip", "no module named venv")),
    ("advice.certificate", ("certificate_verify_failed", "certificate verify failed", "sslerror")),
    (
        "advice.network",
        (
            "failed to establish a new connection",
            "temporary failure in name resolution",
            "name or service not known",
            "nodename nor servname",
            "connection refused",
            "connecttimeouterror",
            "readtimeouterror",
            "network is unreachable",
            "proxyerror",
            "cannot connect to proxy",
            "connection broken",
            "(from versions: none)",
        ),
    ),
    ("advice.permission", ("permission denied", "errno 13", "read-only file system")),
    (
        "advice.compiler",
        (
            "failed building wheel",
            "failed to build",
            "command 'gcc' failed",
            "command 'cc' failed",
            "python.h: no such",
        ),
    ),
    (
        "advice.version",
        ("no matching distribution found", "resolutionimpossible", "conflicting dependencies"),
    ),
)


class ToolFailed(Exception):
    """A program ended with an error: `step` is what it was for, `tail` its last lines."""

    def __init__(self, step: str, tail: Sequence[str], advice: str, returncode: int = 1) -> None:
        super().__init__(step)
        self.step = step
        self.tail = tuple(line[:_TAIL_WIDTH] for line in tail)
        self.advice = advice
        self.returncode = returncode


def advise(output: Sequence[str]) -> str:
    """What a person can do about a failure with this output, in their language."""
    whole = "\n".join(output).lower()
    for key, symptoms in _SYMPTOMS:
        if any(symptom in whole for symptom in symptoms):
            return text(key, need=NEEDED_GB)
    return text("advice.other")


def run(
    command: Sequence[str | Path],
    *,
    step: str,
    log: Path | None,
    on_line: Callable[[str], None] = lambda _line: None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> list[str]:
    """Run `command`, hand each line of its output (standard error too) to `on_line`, append it to `log`.

    Returns:
        The last 400 lines.

    Raises:
        ToolFailed: it couldn't be started, or ended with an error.
        KeyboardInterrupt: after the program was interrupted too and has ended.
    """
    words = [str(word) for word in command]
    lines: deque[str] = deque(maxlen=400)
    try:
        sink = log.open("a", encoding="utf-8") if log else None
        process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=dict(env) if env is not None else None,
            cwd=cwd,
        )
    except OSError as exc:
        raise ToolFailed(step, [str(exc)], advise([str(exc)])) from exc
    try:
        if sink:
            sink.write(f"\n$ {' '.join(words)}\n")
        for raw in process.stdout or ():
            line = raw.rstrip()
            lines.append(line)
            if sink:
                sink.write(line + "\n")
                sink.flush()
            on_line(line)
        returncode = process.wait()
    except OSError as exc:  # the log's disk is full
        raise ToolFailed(step, [*lines, str(exc)][-_TAIL:], advise([str(exc)])) from exc
    finally:
        _end(process)
        if sink:
            sink.close()
    if returncode:
        shown = [line for line in lines if line.strip()]
        raise ToolFailed(step, shown[-_TAIL:], advise(shown), returncode)
    return list(lines)


def _end(process: subprocess.Popen[str]) -> None:
    """Interrupt `process` if it still runs, as Ctrl-C would, and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout:
        process.stdout.close()


class PipProgress:
    """Turns pip's output into short notes on what it is doing."""

    _COLLECT = re.compile(r"^Collecting ([A-Za-z0-9._-]+)")
    _DOWNLOAD = re.compile(r"^\s*Downloading (?:https?://\S*/)?([^\s/]+?)(?:\.metadata)? \(([^)]+)\)")
    _BUILD = re.compile(r"^\s*Building (?:wheel|editable) for (\S+)")
    _INSTALL = re.compile(r"^Installing collected packages: (.+)")
    _BYTES = re.compile(r"^Progress (\d+) of (\d+)")

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show
        self._count = 0
        self._download = ""

    def __call__(self, line: str) -> None:
        """Take one line of pip's output."""
        if found := self._COLLECT.match(line):
            self._count += 1
            self._show(text("pip.collecting", name=found[1], count=self._count), minor=self._count % 20 != 0)
        elif found := self._DOWNLOAD.match(line):
            file, size = found.groups()
            self._download = f"{file.split('-')[0]} ({size})"
            # Only files that take a while are worth a line in a log.
            self._show(text("pip.downloading", name=self._download), minor="kB" in size)
        elif found := self._BYTES.match(line):
            done, total = int(found[1]), int(found[2])
            if total:
                detail = f"{self._download} {100 * done // total}%"
                self._show(text("pip.downloading", name=detail), minor=True)
        elif found := self._BUILD.match(line):
            self._show(text("pip.building", name=found[1]))
        elif found := self._INSTALL.match(line):
            self._show(text("pip.installing", count=found[1].count(",") + 1))
