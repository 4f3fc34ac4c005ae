"""The client of every model server: our own, llama-server, vLLM, Ollama, whatever speaks OpenAI's interface.

It connects to the configured address and nowhere else: no proxy of the environment, no redirect.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from knowledge.errors import GenerationFailed, MissingDependency
from knowledge.models.chat import ChatEvent, ChatRequest, Delta, Done
from knowledge.models.token_estimate import estimate_tokens
from knowledge.models.wire import OWNER, ChunkReader, Sampling, request_body
from knowledge.threads import run_blocking

if TYPE_CHECKING:
    from knowledge.models.connection import Connection

_BYTES_A_TOKEN = 4096  # of a stream: what the most talkative server takes for a token, ten times over
_BYTES_BESIDE = 1 << 20
_OWN_DEADLINE_SECONDS = 10.0  # our server ends an answer at its deadline by itself, and is given time to


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is.

    Args:
        base_url: of OpenAI's interface, as `http://127.0.0.1:8080/v1`.
        model: what the server calls the model.
        api_key: sent with every request; may be empty.
        socket: the Unix socket that it listens on, instead of the address.
    """

    base_url: str
    model: str
    api_key: str = ""
    socket: Path | None = None

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url}, {self.model}, socket={self.socket})"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, in seconds.

    Args:
        connect: until a connection stands.
        short: for what is no answer: counting, asking what the server is.
        silence: between two pieces of an answer that has begun.
        answer: for a whole answer, where the request has no deadline.
        retries: of a request that couldn't be delivered, or was turned away for now, before it has an answer.
    """

    connect: float = 5.0
    short: float = 15.0
    silence: float = 60.0
    answer: float = 300.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class _Server:
    """What the server said of itself."""

    is_ours: bool
    question_size: int | None


class RemoteModel:
    """A ChatModel behind HTTP, for any thread and event loop: every request has a client of its own.

    Args:
        endpoint: where.
        sampling: where a request doesn't say.
        question_size: tokens of one question's prompt and answer, where the server doesn't tell.
        patience: how long it is waited for.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        sampling: Sampling | None = None,
        *,
        question_size: int = 8192,
        patience: Patience | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._sampling = sampling or Sampling()
        self._question_size = question_size
        self._patience = patience or Patience()
        self._known: _Server | None = None
        self._tokenizer: Literal["many", "one", "none"] = "many"

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """See ChatModel. An answer of which no text came in time has failed (`deadline`)."""
        loop = asyncio.get_running_loop()
        deadline = request.deadline or self._patience.answer
        ends_at = loop.time() + deadline
        server = await self._server()
        request = replace(request, deadline=deadline)
        body = request_body(request, self._endpoint.model, self._sampling, extended=server.is_ours)
        if server.is_ours:
            ends_at += _OWN_DEADLINE_SECONDS
        reader = ChunkReader()
        has_begun = False
        async with self._connection(_BYTES_BESIDE + _BYTES_A_TOKEN * body["max_tokens"]) as connection:
            chunks = await connection.begin(body, ends_at)
            while True:
                until = min(ends_at, loop.time() + self._patience.silence) if has_begun else ends_at
                try:
                    async with asyncio.timeout_at(until):
                        data = await connection.following(chunks)
                except TimeoutError as error:
                    if loop.time() < ends_at:
                        raise GenerationFailed(reason="hung") from error
                    if not has_begun:
                        raise GenerationFailed(reason="deadline") from error
                    yield Done("deadline")
                    return
                if data is None:
                    yield reader.end()
                    return
                for event in reader.read(data):
                    has_begun = has_begun or isinstance(event, Delta)
                    yield event

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See ChatModel: by the server's `/tokenize` (ours, llama-server's, vLLM's), else estimated."""
        if not texts:
            return []
        async with self._connection(_BYTES_BESIDE) as connection:
            if self._tokenizer == "many" and len(texts) > 1:
                answer = await connection.ask("POST", f"{self._root}/tokenize", self._countable(list(texts)))
                counts = answer.get("counts") if answer else None
                if isinstance(counts, list) and len(counts) == len(texts):
                    return [int(count) for count in counts]
                self._tokenizer = "one"
            found: list[int] = []
            for text in texts:
                if self._tokenizer == "none":
                    break
                count = _count(await connection.ask("POST", f"{self._root}/tokenize", self._countable(text)))
                if count is None:
                    self._tokenizer = "none"
                else:
                    found.append(count)
        return [*found, *map(estimate_tokens, texts[len(found) :])]

    async def prompt_limit(self) -> int:
        """See ChatModel: the server's limit, unless the configured one is less or the only one."""
        return min(self._question_size, (await self._server()).question_size or self._question_size)

    async def silence(self) -> float | None:
        """Seconds since our server's engine gave its last sign of life; None where the server doesn't tell.

        Raises:
            GenerationFailed: the server doesn't answer.
        """
        async with self._connection(_BYTES_BESIDE) as connection:
            health = await connection.ask("GET", f"{self._root}/health")
        silence = health.get("silence") if health else None
        return float(silence) if isinstance(silence, int | float) else None

    async def figures(self) -> bytes:
        """Our server's figures in Prometheus' text format; nothing where there are none.

        Raises:
            GenerationFailed: the server doesn't answer.
        """
        async with self._connection(_BYTES_BESIDE) as connection:
            return await connection.read(f"{self._root}/metrics") or b""

    async def check(self) -> None:
        """Ask the server what it is.

        Raises:
            GenerationFailed: it doesn't answer, or refuses the key.
        """
        self._known = None
        await self._server()

    async def prepare(self) -> None:
        """Load what the first question would load."""
        await run_blocking(_connect)

    def _countable(self, content: str | list[str]) -> dict[str, object]:
        """llama-server and ours read `content`, vLLM `prompt`."""
        return {"model": self._endpoint.model, "content": content, "prompt": content}

    async def _server(self) -> _Server:
        if self._known is None:
            async with self._connection(_BYTES_BESIDE) as connection:
                answer = await connection.ask("GET", f"{self._endpoint.base_url.rstrip('/')}/models") or {}
                models = [each for each in answer.get("data") or () if isinstance(each, Mapping)]
                model = next((m for m in models if m.get("id") == self._endpoint.model), None)
                model = model or (models[0] if models else {})
                limit = model.get("max_model_len")  # vLLM's word, and ours
                if model.get("owned_by") == "llamacpp":
                    properties = await connection.ask("GET", f"{self._root}/props") or {}
                    limit = (properties.get("default_generation_settings") or {}).get("n_ctx")
            size = limit if isinstance(limit, int) and limit > 0 else None
            self._known = _Server(model.get("owned_by") == OWNER, size)
        return self._known

    @property
    def _root(self) -> str:
        """The address above OpenAI's interface, where everything else is."""
        return self._endpoint.base_url.rstrip("/").removesuffix("/v1")

    @asynccontextmanager
    async def _connection(self, limit: int) -> AsyncIterator[Connection]:
        endpoint, patience = self._endpoint, self._patience
        connect = await run_blocking(_connect)
        try:
            async with connect(
                endpoint.base_url,
                endpoint.api_key,
                limit=limit,
                tls=self._tls,
                socket=endpoint.socket,
                connect_seconds=patience.connect,
                short=patience.short,
                retries=patience.retries,
            ) as connection:
                yield connection
        except GenerationFailed as error:
            self._known = None  # perhaps another server answers next time
            error.parameters.setdefault("model", endpoint.model)
            raise

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _connect() -> Callable[..., AbstractAsyncContextManager[Connection]]:
    try:
        from knowledge.models.connection import connect
    except ImportError as error:
        raise MissingDependency(package="openai", command="pip install 'saseo[openai]'") from error
    return connect


def _count(answer: Mapping[str, Any] | None) -> int | None:
    """llama-server and ours list the tokens, vLLM counts them too."""
    if answer is None:
        return None
    if isinstance(answer.get("count"), int):
        return int(answer["count"])
    return len(answer["tokens"]) if isinstance(answer.get("tokens"), list) else None
