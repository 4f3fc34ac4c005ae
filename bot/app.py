"""The composition root: settings in, a running librarian out. What one command needs is `bot/opening.py`."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Any, Self

from bot.chat.platforms import Announce, Platforms
from bot.freshness.schedule import Schedule
from bot.freshness.watching import Watcher
from bot.handover import serve
from bot.models.chat_model import own_model
from bot.opening import parts_of
from bot.operations.service import operations
from bot.ownership import owned
from bot.settings import Settings
from knowledge.catalog import turns
from knowledge.courtesy import quick_turns
from knowledge.errors import SaseoError
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.threads import run_blocking
from knowledge.types import Handler

_log = logging.getLogger(__name__)
_SETTLE_SECONDS = 1.0  # without a change, before a file is taken to be written to its end


class App:
    """A librarian that runs: it owns its data folder, refreshes by the schedule, and answers.

    An async context manager. Entering is quick: the index is opened and models are loaded in the background.
    """

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.knowledge = Knowledge(parts, owner=True)
        self._settings = settings
        self._catalog = parts.catalog
        self._model = parts.chat_model
        self._operations = operations(settings, self.knowledge, parts)
        self._stack = AsyncExitStack()
        self._warmed: asyncio.Future[None] | None = None
        self._stopping = threading.Event()

    @property
    def handler(self) -> Handler:
        """Answers a question."""
        answer = self.knowledge.answer
        return self._operations.metrics.measured(answer) if self._operations else answer

    async def __aenter__(self) -> Self:
        """Start.

        Raises:
            AlreadyRunning: another process owns the data folder.
            AddressUnavailable: HTTP_HOST:HTTP_PORT can't be had.
        """
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def _start(self, stack: AsyncExitStack) -> None:
        settings = self._settings
        schedule = Schedule(settings.refresh_schedule, self._refresh)
        stack.enter_context(owned(settings.data_dir, self._catalog))
        stack.enter_context(quick_turns())
        # It waits for the run that is under way, and in a thread: the loop may have to tell what goes on.
        stack.push_async_callback(run_blocking, self.knowledge.close)
        if isinstance(self._model, AbstractAsyncContextManager):
            await stack.enter_async_context(self._model)
        if self._operations is not None:
            await self._operations.start(stack)
        warming = self._background("warm", self.knowledge.warm)
        self._warmed = warming.task
        await stack.enter_async_context(warming)
        await stack.enter_async_context(
            self._background("requests", serve, self.knowledge, self._catalog, self._stopping)
        )
        stack.push_async_callback(schedule.stop)
        if settings.watch_folders == "on" and settings.refresh_schedule != "off":
            watcher = Watcher(self._watched_folders, self._refresh_changed, settings.data_dir)
            watcher.start()
            stack.push_async_callback(run_blocking, watcher.stop)
        stack.callback(self._stop)
        schedule.start()

    async def connect(self, announce: Announce) -> None:
        """Connect to the chat platforms of the settings, in the background, until the app stops.

        Args:
            announce: is told who is connected and what went wrong.
        """
        watch = self._operations.watched if self._operations else None
        door = self._operations.door if self._operations else None
        platforms = Platforms(
            self.knowledge, self.handler, self._catalog, self._settings, announce, watch, self._warmed, door
        )
        if self._operations is not None:
            self._operations.readiness.add_all(platforms.conditions)
        await self._stack.enter_async_context(platforms)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, in the reverse order of starting."""
        self._stop()  # first of all: a refresh comes to its end while answers are finished
        await self._stack.aclose()

    def _stop(self) -> None:
        self._stopping.set()
        if self._operations is not None:
            self._operations.readiness.is_stopping = True

    async def _refresh(self) -> None:
        await run_blocking(self._logged, "refresh", self._refresh_now)

    def _watched_folders(self) -> list[Folder]:
        """All but those of uploads, which are indexed when they are added."""
        own = self._settings.data_dir
        return [folder for folder in self.knowledge.folders() if not folder.path.is_relative_to(own)]

    def _refresh_changed(self, folders: list[Folder]) -> float:
        """Seconds of work, as far as it went well."""
        seconds: list[float] = []
        self._logged("refresh", lambda: seconds.append(self._refresh_now(folders)))
        return sum(seconds)

    def _refresh_now(self, folders: list[Folder] | None = None) -> float:
        """Seconds of work: those in which it waited for another run to end aren't among them."""
        try:
            report = self.knowledge.refresh(
                folders=folders, stopped=self._stopping.is_set, settle=_SETTLE_SECONDS
            )
        except Exception:
            if self._operations is not None:
                self._operations.metrics.refresh_failed()
            raise
        with self._catalog.write() as connection:
            turns.forget_gone(connection)
        _log.info(
            "refreshed",
            extra={
                name: getattr(report, name) for name in ("added", "changed", "moved", "removed", "failed")
            },
        )
        return report.seconds

    def _background(self, name: str, function: Callable[..., None], *arguments: Any) -> _Background:
        return _Background(asyncio.ensure_future(run_blocking(self._logged, name, function, *arguments)))

    def _logged(self, name: str, function: Callable[..., object], *arguments: Any) -> None:
        """Run something that no one waits for: what goes wrong is in the log, and the librarian goes on."""
        try:
            function(*arguments)
        except SaseoError as error:
            _log.warning("%s failed: %s", name, error)
        except Exception:  # noqa: BLE001 - see the docstring
            _log.exception("%s failed", name)


class _Background:
    """A task that is waited for on the way out."""

    def __init__(self, task: asyncio.Future[None]) -> None:
        self.task = task

    async def __aenter__(self) -> None:
        return

    async def __aexit__(self, *_: object) -> None:
        await self.task


def build(settings: Settings, **overrides: Any) -> App:
    """The app that the settings ask for; `overrides` are `Parts`' fields."""
    return App(settings, parts_of(settings, **{"chat_model": own_model(settings), **overrides}))
