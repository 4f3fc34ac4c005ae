"""The composition root: settings in, a running librarian out."""

from __future__ import annotations

import asyncio
import logging
import math
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from bot.chat_model import borrowed_model, own_model
from bot.chats import Announce, Chats
from bot.folders import configured_folders
from bot.handover import Owned, serve
from bot.operations.service import operations
from bot.ownership import is_owned, owned
from bot.schedule import Schedule
from bot.settings import Settings
from bot.watching import Watcher
from knowledge.catalog import Catalog, turns
from knowledge.embedding import load_or_measure, open_embedder
from knowledge.errors import AlreadyRunning, SaseoError
from knowledge.index import OpenIndex
from knowledge.index.embedded import open_embedded
from knowledge.language import Analyzer
from knowledge.parsing.ocr import Tesseract
from knowledge.parsing.sandbox import Limits, Sandbox
from knowledge.service import Knowledge, Parts
from knowledge.sources.options import MEBIBYTE, Folder
from knowledge.threads import run_blocking
from knowledge.types import Handler

if TYPE_CHECKING:
    from knowledge.index.milvus import MilvusOptions

_log = logging.getLogger(__name__)
_SETTLE_SECONDS = 1.0  # without a change, before a file is taken to be written to its end


def parts_of(settings: Settings, **overrides: Any) -> Parts:
    """What Knowledge is made of, by the settings. Fast: no model is loaded and no index opened.

    Args:
        settings: read.
        overrides: any of `Parts`' fields, instead of what the settings ask for.

    Raises:
        MissingDependency: the settings ask for a part that isn't installed.
    """
    models = settings.data_dir / "models"
    embedder, status = open_embedder(
        settings.embeddings_provider, settings.embeddings_model, settings.embeddings_device, models
    )
    url = settings.catalog_url.get_secret_value()
    stores = {store: index_of(settings, store) for store in ("faiss", "milvus")}
    chosen: dict[str, Any] = {
        "catalog": Catalog(url) if url else Catalog.in_folder(settings.data_dir),
        "folder": settings.data_dir / "index",
        "analyzer": Analyzer(settings.user_dictionary),
        "embedder": embedder,
        "embedder_status": status,
        "abilities": lambda found: load_or_measure(found, models),
        "sandbox": Sandbox(_limits(settings), ocr=_ocr(settings)),
        "configured": tuple(configured_folders(settings)),
        "state": settings.data_dir,
        "answer_threshold": settings.answer_threshold,
        "answer_tokens": settings.llm_max_tokens,
        "chat_model_name": settings.llm_model or settings.llm_model_path.name,
        "open_index": stores[settings.vector_store],
        "stores": stores,
    }
    return Parts(**{**chosen, **overrides})


def _ocr(settings: Settings) -> Tesseract | None:
    path = shutil.which(settings.ocr_command) if settings.ocr_command else None
    return Tesseract(path) if path else None


def _limits(settings: Settings) -> Limits:
    return Limits(
        seconds=settings.parse_seconds,
        processor_seconds=math.ceil(settings.parse_seconds),
        memory=settings.parse_memory_mb * MEBIBYTE,
        characters=settings.parse_characters,
    )


def index_of(settings: Settings, store: str) -> OpenIndex:
    """What opens the index in a store, `faiss` or `milvus`."""
    if store == "faiss":
        return open_embedded
    from knowledge.index.milvus import open_milvus

    return open_milvus(milvus_options(settings))


def milvus_options(settings: Settings) -> MilvusOptions:
    """How the settings want a Milvus server to be reached and used."""
    from knowledge.index.milvus import MilvusOptions

    def text(path: Path | None) -> str:
        return str(path) if path else ""

    return MilvusOptions(
        host=settings.milvus_host,
        port=settings.milvus_port,
        collection=settings.milvus_collection_name,
        user=settings.milvus_user,
        password=settings.milvus_password.get_secret_value(),
        token=settings.milvus_token.get_secret_value(),
        database=settings.milvus_database,
        tls=settings.milvus_tls == "on",
        tls_ca=text(settings.milvus_tls_ca),
        tls_certificate=text(settings.milvus_tls_certificate),
        tls_key=text(settings.milvus_tls_key),
        tls_server_name=settings.milvus_tls_server_name,
        consistency=settings.milvus_consistency_level,
        index_type=settings.milvus_index_type,
        index_parameters=dict(settings.milvus_index_params),
        search_parameters=dict(settings.milvus_search_params),
        seconds=settings.milvus_timeout,
    )


@contextmanager
def open_knowledge(settings: Settings, *, write: bool = True, **overrides: Any) -> Iterator[Knowledge]:
    """Knowledge for one command.

    To write, it owns the data folder while the block lasts; where another process does, its writes are handed
    to that one. Answers are written by the model of the bot that runs, or of the configured server.
    """
    parts = parts_of(settings, **{"chat_model": borrowed_model(settings), **overrides})
    with ExitStack() as stack:
        owner, has_other_owner = False, False
        if write:
            try:
                stack.enter_context(owned(settings.data_dir))
                owner = True
            except AlreadyRunning:
                has_other_owner = True
        knowledge = stack.enter_context(closing(Knowledge(parts, owner=owner)))
        if has_other_owner:
            yield cast("Knowledge", Owned(knowledge, parts.catalog, lambda: is_owned(settings.data_dir)))
        else:
            yield knowledge


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
        stack.enter_context(owned(self._settings.data_dir))
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
        chats = Chats(
            self.knowledge, self.handler, self._catalog, self._settings, announce, watch, self._warmed
        )
        if self._operations is not None:
            self._operations.readiness.add_all(chats.conditions)
        await self._stack.enter_async_context(chats)

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

    def _refresh_changed(self, folders: list[Folder]) -> None:
        self._logged("refresh", self._refresh_now, folders)

    def _refresh_now(self, folders: list[Folder] | None = None) -> None:
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

    def _background(self, name: str, function: Callable[..., None], *arguments: Any) -> _Background:
        return _Background(asyncio.ensure_future(run_blocking(self._logged, name, function, *arguments)))

    def _logged(self, name: str, function: Callable[..., None], *arguments: Any) -> None:
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
