"""What the bot's process tells the model's, and hears from it: lines of JSON on standard input and output.

The first line in is the order, API key and all, so that it stands in no list of processes. The input then
stays open for as long as the bot lives; its end is the end of the model's process. Lines out:
`{"ready": {...}}`, or `{"failed": {"error": CLASS, "parameters": {...}}}` and the end. A measurement goes on
with `{"figure": {...}, "done": VISITS, "total": VISITS}`, one for each.
"""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from knowledge import errors
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.points import Plan

_LONGEST_SOCKET_PATH = 100  # bytes; Linux has room for 107, macOS for 103


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to do.

    Args:
        task: answer requests, or evaluate one batch on trial and end, or measure what `plan` says and end.
        model: the GGUF file.
        options: how to run it.
        socket: the Unix socket to listen on; None for `host` and `port`.
        host: an address of this machine.
        port: 0 takes a free one.
        api_key: what every request must carry; empty for none, which only this machine may see.
        plan: of a measurement.

    Raises:
        ValueError: other machines could reach it without a key.
    """

    task: Literal["serve", "trial", "measure"]
    model: Path
    options: EngineOptions
    socket: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    api_key: str = ""
    plan: Plan | None = None

    def __post_init__(self) -> None:
        if self.socket is None and not self.api_key and not is_loopback(self.host):
            raise ValueError(self.host)

    def __repr__(self) -> str:
        return f"Order({self.task}, {self.model}, {self.socket or f'{self.host}:{self.port}'})"

    def to_json(self) -> bytes:
        """One line."""
        return json.dumps(asdict(self), default=str).encode() + b"\n"

    @classmethod
    def from_json(cls, line: bytes) -> Order:
        """The order of a line that `to_json` made."""
        data = json.loads(line)
        options = EngineOptions(**data.pop("options"))
        model, socket = Path(data.pop("model")), data.pop("socket")
        plan = Plan.from_json(written) if (written := data.pop("plan")) else None
        return cls(model=model, options=options, socket=Path(socket) if socket else None, plan=plan, **data)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def private_order(model: Path, options: EngineOptions, folder: Path) -> Order:
    """An order to serve this person alone: on a socket in `folder`, with a new key.

    Where the folder's path is too long for a socket, the process listens on a free port of this machine.
    """
    socket = folder / "llm.sock"
    fits = len(os.fsencode(socket)) <= _LONGEST_SOCKET_PATH
    return Order("serve", model, options, socket if fits else None, api_key=secrets.token_urlsafe(32))


def failure_to_json(error: Exception) -> dict[str, Any]:
    """What stopped a process from doing what it was told."""
    if isinstance(error, errors.SaseoError):
        parameters = {name: str(value) for name, value in error.parameters.items()}
        return {"error": type(error).__name__, "parameters": parameters}
    return {
        "error": "ModelUnavailable",
        "parameters": {"reason": "unexpected", "detail": type(error).__name__},
    }


def failure_from_json(data: dict[str, Any]) -> errors.SaseoError:
    """The error that `failure_to_json` wrote down."""
    kind = getattr(errors, str(data.get("error")), errors.SaseoError)
    error: errors.SaseoError = kind(**data.get("parameters", {}))
    return error
