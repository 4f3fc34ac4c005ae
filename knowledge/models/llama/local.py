"""The model on this machine, for the bot: its own process, and its restarts, behind a ChatModel."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatEvent, ChatRequest
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.order import Order
from knowledge.models.llama.process import Launch, ModelProcess
from knowledge.models.llama.supervisor import Life, ModelState, Supervisor
from knowledge.models.llama.watching import Pace
from knowledge.models.remote import Endpoint, Patience, RemoteModel
from knowledge.models.wire import Sampling

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_BROKEN = frozenset({"cut", "unreachable", "hung", "crashed", "not_ready"})


class LocalModel:
    """A ChatModel whose process is started on entering and ended on leaving. Of one event loop.

    What breaks off because the process died or hung fails with `crashed` or `hung`; whoever asks again waits
    for the next process, and gets a whole answer from it.

    Args:
        order: what the process is told; the model's file need not be there yet.
        launch: how the process is started.
        folder: of the file that tells other commands where the model is.
        trials: the file that remembers which build ran which model.
        deadline: seconds for a whole answer.
        pace: how the process is watched.
        on_change: is told each new state.
    """

    def __init__(
        self,
        order: Order,
        launch: Launch,
        folder: Path,
        trials: Path,
        *,
        deadline: float = 300.0,
        pace: Pace | None = None,
        on_change: Callable[[ModelState], None] = lambda _: None,
    ) -> None:
        self._pace = pace or Pace()
        self._order = order
        self._patience = Patience(short=self._pace.health, answer=deadline, retries=0)
        self._folder = folder
        self._on_change = on_change
        self._supervisor = Supervisor(order, launch, self._client, trials, self._pace, self._changed)
        self._running: asyncio.Task[None] | None = None
        self.endpoint: Endpoint | None = None
        """Where the last process is, or was."""

    def listen(self, on_change: Callable[[ModelState], None]) -> None:
        """Tell another of the states too."""
        first = self._on_change

        def both(state: ModelState) -> None:
            first(state)
            on_change(state)

        self._on_change = both

    @property
    def state(self) -> ModelState:
        """How it is now."""
        return self._supervisor.state

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._running = asyncio.create_task(self._run(), name="model")
        return self

    async def _run(self) -> None:
        try:
            await self._supervisor.run()
        except Exception:  # noqa: BLE001 - answers are quoted from now on, and the log says why
            _log.exception("the model isn't watched any more")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def figures(self) -> bytes:
        """The process's figures in Prometheus' text format; nothing while there is none that answers."""
        life = self._supervisor.life
        if life is None:
            return b""
        try:
            return await life.model.figures()
        except GenerationFailed as error:
            _log.debug("the model's process gives no figures: %s", error)
            return b""

    async def until_ready(self) -> None:
        """Wait for the process, as long as nothing is wrong.

        Raises:
            SaseoError: what is wrong.
        """
        await self._supervisor.until_ready()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """See ChatModel."""
        life = await self._supervisor.ready()
        life.users += 1
        life.unused.clear()
        try:
            async with aclosing(cast("AsyncGenerator[ChatEvent]", life.model.stream(request))) as events:
                async for event in events:
                    yield event
        except GenerationFailed as error:
            raise await self._verdict(life, error) from error
        finally:
            life.users -= 1
            if not life.users:
                life.unused.set()

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See ChatModel."""
        return await self._asked(lambda model: model.count_tokens(texts))

    async def prompt_limit(self) -> int:
        """See ChatModel."""
        return await self._asked(lambda model: model.prompt_limit())

    async def _asked(self, ask: Callable[[RemoteModel], Awaitable[_T]]) -> _T:
        """What takes no time, asked once more if the process died over it."""
        life = await self._supervisor.ready()
        try:
            return await ask(life.model)
        except GenerationFailed as error:
            found = await self._verdict(life, error)
            if not life.over.done():
                raise found from error
        life = await self._supervisor.ready()
        return await ask(life.model)

    async def _verdict(self, life: Life, error: GenerationFailed) -> GenerationFailed:
        """Why a stream broke off: the supervisor sees the process, the stream only its end."""
        if error.parameters.get("reason") not in _BROKEN:
            return error
        with suppress(TimeoutError):
            why = await asyncio.wait_for(asyncio.shield(life.over), self._pace.verdict)
            reason = "hung" if why == "hung" else "crashed"
            return GenerationFailed(reason=reason, model=error.parameters.get("model", ""), detail="")
        return error

    def _client(self, process: ModelProcess) -> RemoteModel:
        """The client of a process, which others find by a file that only this person may read."""
        order = self._order
        endpoint = Endpoint(
            address_of(order, process), str(process.facts["model"]), order.api_key, order.socket
        )
        self.endpoint = endpoint
        try:
            _write_address(self._folder / "server.json", endpoint)
        except OSError as error:
            _log.warning("other commands won't find the model: %s", error)
        return _client(endpoint, order.options, self._patience)

    def _changed(self, state: ModelState) -> None:
        if state.phase != "ready":
            (self._folder / "server.json").unlink(missing_ok=True)
        self._on_change(state)


def address_of(order: Order, process: ModelProcess) -> str:
    """Where a process is reached from this machine."""
    if order.socket:
        return "http://127.0.0.1/v1"
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
    host = anywhere.get(order.host, order.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{process.facts['port']}/v1"


class RunningModel:
    """A ChatModel for a command beside the bot: the bot's own, as long as there is one.

    Args:
        folder: the one that the bot's `LocalModel` was given.
        options: for what a request doesn't say.
        deadline: seconds for a whole answer.
    """

    def __init__(self, folder: Path, options: EngineOptions, deadline: float) -> None:
        self._path = folder / "server.json"
        self._options = options
        self._patience = Patience(answer=deadline, retries=0)
        self._found: tuple[Endpoint, RemoteModel] | None = None

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """See ChatModel."""
        async with aclosing(cast("AsyncGenerator[ChatEvent]", self._model().stream(request))) as events:
            async for event in events:
                yield event

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See ChatModel."""
        return await self._model().count_tokens(texts)

    async def prompt_limit(self) -> int:
        """See ChatModel."""
        return await self._model().prompt_limit()

    def _model(self) -> RemoteModel:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            socket = Path(found["socket"]) if found["socket"] else None
            endpoint = Endpoint(found["base_url"], found["model"], found["api_key"], socket)
        except (OSError, ValueError, KeyError, TypeError):
            raise GenerationFailed(reason="not_ready", model="", detail="") from None
        if self._found is None or self._found[0] != endpoint:
            self._found = endpoint, _client(endpoint, self._options, self._patience)
        return self._found[1]


def _client(endpoint: Endpoint, options: EngineOptions, patience: Patience) -> RemoteModel:
    sampling = Sampling(options.max_tokens, options.temperature, options.top_p, options.seed)
    return RemoteModel(endpoint, sampling, question_size=options.question_size, patience=patience)


def _write_address(path: Path, endpoint: Endpoint) -> None:
    found = {
        "base_url": endpoint.base_url,
        "model": endpoint.model,
        "api_key": endpoint.api_key,
        "socket": str(endpoint.socket) if endpoint.socket else None,
    }
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(found, file)
