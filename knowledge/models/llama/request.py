"""A request in OpenAI's form, checked: what is read of it, and what is refused rather than passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.models.chat import ChatMessage, ChatRequest

_STOPS = 16
# What changes an answer and isn't done here, with the values that ask for nothing.
_NOT_DONE: Mapping[str, tuple[object, ...]] = {
    "n": (1,),
    "tools": ([],),
    "functions": ([],),
    "response_format": ({"type": "text"},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "modalities": (["text"],),
    "audio": (),
}


class BadRequest(Exception):
    """The request can't be answered as it is.

    Args:
        message: what is wrong, without a word of what was sent.
        parameter: the field, None for the whole.
    """

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Completion:
    """What a client wants: the conversation, and in which form the answer comes.

    Args:
        request: for the engine.
        stream: as it is written, or whole.
        usage: a stream ends with the count of tokens.
        stops: texts before which the answer ends.
        extended: the client knows our extension.
    """

    request: ChatRequest
    stream: bool
    usage: bool
    stops: tuple[str, ...]
    extended: bool


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Part(_Model):
    type: Literal["text"]
    text: str


class _Message(_Model):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part]

    def chat(self) -> ChatMessage:
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return ChatMessage("system" if self.role == "developer" else self.role, text)


class _StreamOptions(_Model):
    include_usage: bool = False


class _Extension(_Model):
    allowed_han: str | None = None
    deadline: float | None = Field(None, gt=0, allow_inf_nan=False)


class _Body(_Model):
    messages: list[_Message] = Field(min_length=1)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    stop: str | list[str] | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    seed: int | None = None
    user: str | None = None
    saseo: _Extension | None = None


def parse(data: object) -> Completion:
    """Check a request's JSON.

    Raises:
        BadRequest: it asks for what can't be done, or isn't OpenAI's form.
    """
    if not isinstance(data, Mapping):
        raise BadRequest("The body must be a JSON object.")
    for name, neutral in _NOT_DONE.items():
        if data.get(name) is not None and data[name] not in neutral:
            raise BadRequest(f"This server doesn't do {name}.", name)
    try:
        body = _Body.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # A list of parts and a text are tried in turn; the field itself is what a person looks for.
        name = ".".join(str(part) for part in first["loc"] if part not in ("str", "list[_Part]"))
        raise BadRequest(f"{name}: {first['msg']}", name) from None
    stops = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    if len(stops) > _STOPS:
        raise BadRequest(f"stop: at most {_STOPS} texts", "stop")
    return Completion(
        request=_chat_request(body),
        stream=bool(body.stream),
        usage=bool(body.stream_options and body.stream_options.include_usage),
        stops=tuple(stop for stop in stops if stop),
        extended=body.saseo is not None,
    )


def texts_to_count(data: object) -> list[str] | str:
    """The `content` of a request to count tokens: a text, or several.

    Raises:
        BadRequest: it is neither.
    """
    content: Any = data.get("content") if isinstance(data, Mapping) else None
    if isinstance(content, str) or (isinstance(content, list) and all(isinstance(t, str) for t in content)):
        return content
    raise BadRequest("content must be a text or a list of texts.", "content")


def _chat_request(body: _Body) -> ChatRequest:
    extension = body.saseo or _Extension()
    return ChatRequest(
        messages=tuple(message.chat() for message in body.messages),
        asker=body.user or "",
        max_tokens=body.max_completion_tokens or body.max_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        seed=body.seed,
        allowed_han=None if extension.allowed_han is None else frozenset(extension.allowed_han),
        deadline=extension.deadline,
    )
