"""`saseo run`: everything that is configured, until it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Literal, NoReturn

import structlog
from rich.text import Text

from adapters.console.adapter import Conversation, answer_lines
from adapters.console.screen import AnswerScreen
from bot import logs
from bot.cli.background import BackgroundLoop
from bot.cli.chat import converse
from bot.cli.index import index_folders
from bot.cli.offers import offer_models
from bot.cli.session import Session
from bot.envfile import decode
from bot.operations.address import is_open, written
from knowledge.errors import SaseoError
from knowledge.messages import describe

if TYPE_CHECKING:
    from bot.app import App
    from bot.chat.platforms import Announce

_log = structlog.get_logger(__name__)

LEAVE_SECONDS = 3.0
"""How long a person who leaves waits for a run or a model's loading to end."""

Input = Literal["terminal", "lines", "none"]


def run(session: Session, sample: Path | None) -> None:
    """Run the app: with the chat at a terminal, for the lines of a pipe, or alone until it is stopped."""
    kind = input_kind()
    settings = session.settings
    logs.configure(settings, to_stderr=kind == "none")
    _tell_address(session)
    if sample is not None:
        _index_sample(session, sample)
    if kind == "terminal":
        offer_models(session)
        _chat(session)
    elif kind == "lines":
        fine = asyncio.run(_answer_pipe(session))
        session.leave(0 if fine else 1)
    else:
        asyncio.run(_serve(session))


def _tell_address(session: Session) -> None:
    """Where status and figures will be, and who can reach them."""
    settings = session.settings
    if settings.http_port is not None:
        address = written(settings.http_host, settings.http_port)
        session.say("operations-at", style="faint", address=address)
        if is_open(settings.http_host):
            session.say("operations-open", style="warning", address=address)


def input_kind(descriptor: int = 0) -> Input:
    """What standard input is: a terminal, lines (a pipe, a file, a socket), or nothing to read from."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return "none"
    if stat.S_ISCHR(mode):
        return "terminal" if os.isatty(descriptor) else "none"
    return "lines"


def _index_sample(session: Session, sample: Path) -> None:
    """Index the sample where no folder is known, so that the first run has something to answer from."""
    with session.knowledge(write=True) as knowledge:
        if knowledge.folders():
            return
        session.say("run-sample", folder=sample)
        index_folders(session, knowledge, [str(sample)], None)


def _chat(session: Session) -> None:
    with _terminated_like_interrupted(), BackgroundLoop() as loop:
        app = session.doors.build(session.settings)
        loop.submit(app.__aenter__()).result()
        try:
            loop.submit(app.connect(_announcing(session))).result()
            conversation = Conversation(answer_language=session.answer_language)
            converse(session, app.knowledge, app.handler, loop, conversation, starts=True)
        finally:
            try:
                loop.submit(app.__aexit__(None, None, None)).result(timeout=LEAVE_SECONDS)
            except TimeoutError:
                session.leave_at_once()


async def _answer_pipe(session: Session) -> bool:
    """Whether every line got an answer. SIGTERM ends it as Ctrl-C does: everything is closed first."""
    answering = asyncio.current_task()
    assert answering is not None  # noqa: S101
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, answering.cancel)
    try:
        async with session.doors.build(session.settings) as app:
            screen = AnswerScreen(session.out, session.language, errors=session.err)
            conversation = Conversation(answer_language=session.answer_language)
            return await answer_lines(piped_lines(), app.handler, screen, conversation)
    except asyncio.CancelledError:
        session.leave_at_once(128 + signal.SIGTERM)  # a thread still waits for the next line
        return False


def piped_lines() -> Iterator[str]:
    """The lines of standard input as they come, in whatever encoding a Korean system wrote them."""
    for line in sys.stdin.buffer:
        yield decode(line)


async def _serve(session: Session) -> None:
    """Stay up until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with session.doors.build(session.settings) as app:
        _log_start(app)
        session.say("run-serving")
        await app.connect(_announcing(session))
        await stop.wait()
    session.say("run-stopped")


def _announcing(session: Session) -> Announce:
    """Tells whoever started the program which chat platforms are connected, a line each."""

    def announce(said: str | SaseoError, **parameters: str) -> None:
        if isinstance(said, SaseoError):
            session.err.print(Text(describe(said, session.language), style="warning"))
        else:
            session.say(said, **parameters)

    return announce


def _log_start(app: App) -> None:
    status = app.knowledge.status()
    _log.info("started", documents=status.documents, passages=status.passages)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that everything is closed; the exit code is 143."""

    def terminate(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
