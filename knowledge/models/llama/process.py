"""The bot's end of the model's process: starting it, asking how it is, ending it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.errors import ModelUnavailable, SaseoError
from knowledge.models.llama.order import Order, failure_from_json
from knowledge.models.llama.points import Figure, Point

_LOG_SIZE = 5_000_000
_LEAVE_SECONDS = 8.0
# How a process dies of a build that is wrong for this processor.
_BUILD_SIGNALS = frozenset({signal.SIGILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE})


@dataclass(frozen=True, slots=True)
class Launch:
    """How the process is started.

    Args:
        log: the file that its standard error is appended to.
        environment: of the process, beside what Python needs; it should hold no secret.
        command: the program; `-P`, so that no module is imported from the folder that Saseo is called in.
    """

    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = (sys.executable, "-P", "-B", "-m", "knowledge.models.llama")


class ModelProcess:
    """A running process that has said that it is ready; `facts` are what it said of itself."""

    def __init__(self, process: asyncio.subprocess.Process, facts: Mapping[str, Any]) -> None:
        self._process = process
        self.facts = facts
        self.ended = asyncio.ensure_future(process.wait())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def line(self, seconds: float) -> dict[str, Any]:
        """What it says next, empty at its end.

        Raises:
            TimeoutError: it says nothing for so long.
        """
        assert self._process.stdout is not None  # noqa: S101
        return _read(await asyncio.wait_for(self._process.stdout.readline(), seconds))

    def kill(self) -> None:
        """End it at once, whatever state it is in."""
        _kill(self._process)

    async def stop(self) -> None:
        """Let it finish, for a short while."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(self.ended), _LEAVE_SECONDS)
        except TimeoutError:
            self.kill()
            await self.ended


async def start(order: Order, launch: Launch, seconds: float) -> ModelProcess:
    """Start a process and wait until it is ready.

    Args:
        order: what it is to do.
        launch: how it is started.
        seconds: how long it may take; a large model on a slow disk takes minutes.

    Raises:
        SaseoError: why it can't: what it said itself; or ModelUnavailable with the reason `build` (it died as
            of an instruction that this processor doesn't have), `died` or `slow`.
    """
    try:
        process = await _spawn(launch)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise ModelUnavailable(model=order.model.name, reason="died", detail=detail) from error
    try:
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        with suppress(ConnectionError):  # how it died is what counts
            process.stdin.write(order.to_json())
            await process.stdin.drain()
        try:
            line = await asyncio.wait_for(process.stdout.readline(), seconds)
        except TimeoutError:
            raise ModelUnavailable(model=order.model.name, reason="slow", detail=f"{seconds:.0f} s") from None
        said = _read(line)
        if "ready" in said:
            return ModelProcess(process, said["ready"])
        if "failed" in said:
            raise failure_from_json(said["failed"])
        raise _death(order, await process.wait())
    except BaseException:
        _kill(process)
        await process.wait()
        raise


async def trial(order: Order, launch: Launch, seconds: float) -> None:
    """Let a throw-away process evaluate one batch.

    Raises:
        SaseoError: as `start`.
    """
    process = await start(order, launch, seconds)
    await process.stop()


async def measure(
    order: Order, launch: Launch, seconds: float, told: Callable[[int, int], None]
) -> list[Figure]:
    """Let a throw-away process measure what `order.plan` says.

    Args:
        order: what it is to do.
        launch: how it is started.
        seconds: how long each line from it may take, the first above all.
        told: hears how many visits are done, and of how many.

    Raises:
        SaseoError: as `start`.
    """
    process = await start(order, launch, seconds)
    figures: dict[Point, Figure] = {}
    try:
        while line := await process.line(seconds):
            if "failed" in line:
                raise failure_from_json(line["failed"])
            if line["figure"]:
                figure = Figure(**line["figure"])
                figures[Point(figure.kind, figure.threads, figure.tokens)] = figure
            told(line["done"], line["total"])
        if status := await process.ended:
            raise _death(order, status)
    except TimeoutError:
        raise ModelUnavailable(model=order.model.name, reason="slow", detail=f"{seconds:.0f} s") from None
    finally:
        process.kill()
        await process.ended
    return list(figures.values())


async def _spawn(launch: Launch) -> asyncio.subprocess.Process:
    launch.log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        if launch.log.stat().st_size > _LOG_SIZE:
            launch.log.replace(launch.log.with_suffix(".old.log"))
    # It finds the same modules as this process, wherever it is started.
    path = os.pathsep.join(filter(None, sys.path))
    with launch.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *launch.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**launch.environment, "PYTHONPATH": path, "PYTHONUTF8": "1"},
            start_new_session=True,  # Ctrl+C is the bot's affair
        )


def _read(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _death(order: Order, status: int) -> SaseoError:
    """Why it ended without a word."""
    if status >= 0:
        return ModelUnavailable(model=order.model.name, reason="died", detail=f"exit {status}")
    name = signal.Signals(-status).name
    reason = "build" if -status in _BUILD_SIGNALS else "died"
    return ModelUnavailable(model=order.model.name, reason=reason, detail=name)


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
