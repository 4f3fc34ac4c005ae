"""One completion: from the engine's events to OpenAI's stream of chunks, or its one answer."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Protocol

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatEvent, ChatRequest, Delta, Done
from knowledge.models.llama.metrics import Metrics
from knowledge.models.llama.options import EngineEvent, EngineStatus
from knowledge.models.llama.request import Completion
from knowledge.models.llama.stops import StopFilter
from knowledge.models.wire import Json, chunk, usage


class Engine(Protocol):
    """What the server needs of an engine. Thread-safe; a listener is called from the engine's thread."""

    @property
    def limits(self) -> int:
        """Tokens that one question's prompt and answer may have together."""
        ...

    def submit(self, request: ChatRequest, listener: Callable[[EngineEvent], None]) -> int:
        """Take a request and give its ticket; the last event is `Done` or `GenerationFailed`.

        Raises:
            GenerationFailed: it isn't taken.
        """
        ...

    def cancel(self, ticket: int) -> None:
        """End a request at the next step; one that has ended stays as it is."""
        ...

    def count_tokens(self, text: str) -> int: ...

    def status(self) -> EngineStatus: ...

    def close(self) -> None: ...


_LONGEST = 64  # characters that a token has on average, at the very most


async def events_of(engine: Engine, completion: Completion, metrics: Metrics) -> AsyncIterator[ChatEvent]:
    """The engine's events, cut at the stop texts. Closing this cancels the request in the engine.

    Raises:
        GenerationFailed: there is no whole answer.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[EngineEvent] = asyncio.Queue()
    answering = metrics.begin()
    ticket = None

    def told(event: EngineEvent) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, event)

    stops = StopFilter(completion.stops)
    try:
        if sum(len(each.content) for each in completion.request.messages) > _LONGEST * engine.limits:
            raise GenerationFailed(reason="too_long")  # without counting, which would hold up everyone
        ticket = engine.submit(completion.request, told)
        while True:
            event = await queue.get()
            match event:
                case GenerationFailed():
                    raise event
                case Delta(text):
                    answering.text()
                    if sure := stops.push(text):
                        yield Delta(sure)
                    if stops.has_stopped:
                        engine.cancel(ticket)
                case Done():
                    if rest := stops.rest():
                        yield Delta(rest)
                    done = replace(event, reason="stop") if stops.has_stopped else event
                    answering.ended(done.reason)
                    yield done
                    return
                case _:
                    yield event
    except GenerationFailed as error:
        answering.ended(str(error.parameters["reason"]))
        raise
    finally:
        answering.close()
        if ticket is not None:
            engine.cancel(ticket)


class Writer:
    """Writes one completion in OpenAI's form."""

    def __init__(self, completion: Completion, model: str) -> None:
        self._completion = completion
        self._head: Json = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }

    async def stream(self, first: ChatEvent, following: AsyncIterator[ChatEvent]) -> AsyncIterator[bytes]:
        """Server-sent events, a chunk each."""
        head = {**self._head, "object": "chat.completion.chunk"}
        yield _sent(
            {**head, "choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}
        )
        try:
            async for event in _from(first, following):
                if isinstance(event, Delta | Done) or self._completion.extended:
                    yield _sent(chunk(event, head))
                if isinstance(event, Done) and self._completion.usage:
                    yield _sent({**head, "choices": [], "usage": usage(event)})
        except GenerationFailed as error:
            yield _sent(error_body(error))
            return
        yield b"data: [DONE]\n\n"

    async def whole(self, first: ChatEvent, following: AsyncIterator[ChatEvent]) -> Json:
        """The answer at once.

        Raises:
            GenerationFailed: there is no whole answer.
        """
        pieces: list[str] = []
        done = Done("stop")
        async for event in _from(first, following):
            if isinstance(event, Delta):
                pieces.append(event.text)
            elif isinstance(event, Done):
                done = event
        [choice] = chunk(done, {})["choices"]
        del choice["delta"]
        message = {"role": "assistant", "content": "".join(pieces)}
        head = {**self._head, "object": "chat.completion"}
        return {**head, "choices": [{**choice, "message": message}], "usage": usage(done)}


_KINDS = {"busy": "rate_limit_error", "too_long": "invalid_request_error"}
_CODES = {"too_long": "context_length_exceeded"}


def error_body(error: GenerationFailed) -> Json:
    """OpenAI's form of an error; its `code` is the reason."""
    reason = str(error.parameters.get("reason", "failed"))
    return {
        "error": {
            "message": f"No answer: {reason.replace('_', ' ')}.",
            "type": _KINDS.get(reason, "server_error"),
            "param": None,
            "code": _CODES.get(reason, reason),
        }
    }


async def _from(first: ChatEvent, following: AsyncIterator[ChatEvent]) -> AsyncIterator[ChatEvent]:
    yield first
    async for event in following:
        yield event


def _sent(value: Json) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"
