"""OpenAI's chat completions as JSON: what our server and our client say to each other, and to others' alike.

What OpenAI's interface has no place for travels in a field `saseo` of requests and of chunks, which any other
client or server passes over. Chunks with nothing but such a field come only when the request had one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.errors import GenerationFailed
from knowledge.models.chat import ChatEvent, ChatRequest, Delta, Done, Queued, Reading

EXTENSION = "saseo"
OWNER = "saseo"
"""`owned_by` of our server's models: the mark by which the client knows that it understands the extension."""

Json = dict[str, Any]

Finish = Literal["stop", "length", "deadline", "cancelled"]
_FINISHES: tuple[Finish, ...] = ("stop", "length", "deadline", "cancelled")
_FINISHED: Mapping[str, Finish] = {reason: reason for reason in _FINISHES}
_AS_OPENAI_SAYS: Mapping[Finish, Finish] = {"deadline": "length", "cancelled": "stop"}
# What a server's `error.code` (or `error.type`) says, in whichever server's words.
_REASONS = {
    "context_length_exceeded": "too_long",  # OpenAI's, vLLM's and ours
    "exceed_context_size_error": "too_long",  # llama-server's
    "busy": "busy",
    "not_ready": "not_ready",
    "crashed": "crashed",
    "hung": "hung",
    "invalid_api_key": "denied",
}
_STATUSES = {401: "denied", 403: "denied", 429: "rate_limited", 503: "not_ready"}


@dataclass(frozen=True, slots=True)
class Sampling:
    """How answers are written where a request doesn't say; see `ChatRequest`."""

    max_tokens: int = 512
    temperature: float = 0.7
    top_p: float = 0.9
    seed: int | None = None


def request_body(request: ChatRequest, model: str, sampling: Sampling, *, extended: bool) -> Json:
    """A request for a streamed answer. `extended`: the server is ours.

    The asker goes out as a digest: a server needs to tell people apart, not to know them.
    """
    body: Json = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": request.max_tokens or sampling.max_tokens,
        "temperature": sampling.temperature if request.temperature is None else request.temperature,
        "top_p": sampling.top_p if request.top_p is None else request.top_p,
    }
    seed = sampling.seed if request.seed is None else request.seed
    if seed is not None:
        body["seed"] = seed
    if request.asker:
        body["user"] = hashlib.sha256(request.asker.encode()).hexdigest()[:16]
    if extended:
        allowed = request.allowed_han
        body[EXTENSION] = {
            "allowed_han": None if allowed is None else "".join(sorted(allowed)),
            "deadline": request.deadline,
        }
    return body


def chunk(event: ChatEvent, head: Mapping[str, Any]) -> Json:
    """One chunk of a streamed answer; `head` are the fields that all of its chunks share."""
    delta: Json = {}
    extension: Json = {}
    finish: str | None = None
    match event:
        case Queued(position, seconds):
            extension = {"queued": {"position": position, "seconds": seconds}}
        case Reading(done, total):
            extension = {"reading": {"done": done, "total": total}}
        case Delta(text):
            delta = {"content": text}
        case Done(reason=reason):
            finish = _AS_OPENAI_SAYS.get(reason, reason)
            extension = {} if finish == reason else {"finish": reason}
    body = {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return {**body, EXTENSION: extension} if extension else body


def usage(done: Done) -> Json:
    """OpenAI's count of tokens; what prompt lookup guessed counts as its accepted predictions."""
    return {
        "prompt_tokens": done.prompt,
        "completion_tokens": done.completion,
        "total_tokens": done.prompt + done.completion,
        "prompt_tokens_details": {"cached_tokens": done.cached},
        "completion_tokens_details": {"accepted_prediction_tokens": done.drafted},
    }


class ChunkReader:
    """Makes events of the chunks of one streamed answer, whoever's server sends them."""

    def __init__(self) -> None:
        self._finish: Finish | None = None
        self._usage: Mapping[str, Any] = {}

    def read(self, data: object) -> list[ChatEvent]:
        """The events of one chunk, without the end.

        Raises:
            GenerationFailed: it is no chunk (`invalid`).
        """
        if not isinstance(data, Mapping):
            raise GenerationFailed(reason="invalid")
        events: list[ChatEvent] = []
        try:
            extension = data.get(EXTENSION) or {}
            if "queued" in extension:
                events.append(Queued(int(extension["queued"]["position"]), extension["queued"]["seconds"]))
            if "reading" in extension:
                events.append(Reading(int(extension["reading"]["done"]), int(extension["reading"]["total"])))
            for choice in data.get("choices") or ():
                if text := (choice.get("delta") or {}).get("content"):
                    events.append(Delta(_text(text)))
                if choice.get("finish_reason"):
                    written = str(extension.get("finish") or choice["finish_reason"])
                    self._finish = _FINISHED.get(written, "stop")
            self._usage = data.get("usage") or self._usage
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise GenerationFailed(reason="invalid", detail=type(error).__name__) from error
        return events

    def end(self) -> Done:
        """The answer's end, once the stream is over.

        Raises:
            GenerationFailed: the stream ended early (`cut`).
        """
        if self._finish is None:
            raise GenerationFailed(reason="cut")
        return Done(
            self._finish,
            prompt=_count(self._usage, "prompt_tokens"),
            cached=_count(self._usage.get("prompt_tokens_details"), "cached_tokens"),
            completion=_count(self._usage, "completion_tokens"),
            drafted=_count(self._usage.get("completion_tokens_details"), "accepted_prediction_tokens"),
        )


def failure(status: int | None, body: object) -> str:
    """GenerationFailed's reason for an error's HTTP status and body (`{"error": {...}}`, or its inside)."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    if isinstance(inner, Mapping):
        for name in ("code", "type"):
            if (reason := _REASONS.get(str(inner.get(name)))) is not None:
                return reason
        # vLLM names it in words only.
        if status == 400 and "maximum context length" in str(inner.get("message")):
            return "too_long"
    return _STATUSES.get(status or 0, "refused")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _count(counts: object, name: str) -> int:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) else 0
