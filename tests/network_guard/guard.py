"""Refuse connections that leave the machine, and write each attempt down, for code that swallows the refusal.

It sees what goes through Python's `socket` module, in this process and in Python child processes (through
`sitecustomize` on PYTHONPATH). It can't see a program that isn't Python, a library that opens sockets in C
(grpc), or a child started with `-I` or `-E`.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Names the file that attempts are written to; children inherit it.
LOG_VARIABLE = "SASEO_TEST_NETWORK_LOG"
_INTERNET = {socket.AF_INET, socket.AF_INET6}


class LeftTheMachine(ConnectionError):
    """Something tried to reach another machine."""


def is_local(host: object) -> bool:
    """Whether `host` (a name or an address, str or bytes; None and "" too) is this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", errors="replace")
    if host is None or host in {
        "",
        "localhost",
        "localhost.localdomain",
        "ip6-localhost",
        socket.gethostname(),
    }:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _refuse(what: str) -> None:
    log = os.environ.get(LOG_VARIABLE)
    if log:
        frames = traceback.extract_stack()[:-2]
        here = [
            f"{frame.filename}:{frame.lineno}" for frame in frames if "network_guard" not in frame.filename
        ]
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{what} (process {os.getpid()}, {' < '.join(reversed(here[-3:]))})\n")
    raise LeftTheMachine(what)


def install() -> None:
    """Put the guard into Python's socket module, in place of one that is there already (a child's, say)."""
    # The class of the C module: its methods are what the guarded ones call.
    real = socket.socket.__mro__[1]

    def guard_method(name: str) -> None:
        original = getattr(real, name)

        def guarded(self: socket.socket, *arguments: Any) -> Any:
            # connect(address), connect_ex(address), sendto(data, [flags,] address)
            address = arguments[-1] if arguments else None
            if self.family in _INTERNET and isinstance(address, tuple) and not is_local(address[0]):
                _refuse(f"{name} to {address[0]}:{address[1]}")
            return original(self, *arguments)

        setattr(socket.socket, name, guarded)

    for name in ("connect", "connect_ex", "sendto"):
        guard_method(name)

    def guard_lookup(name: str) -> None:
        present: Callable[..., Any] = getattr(socket, name)
        original = getattr(present, "original", present)

        def guarded(host: object, *arguments: Any, **options: Any) -> Any:
            if not is_local(host) and not _is_address(host):
                _refuse(f"{name} of {host!r}")
            return original(host, *arguments, **options)

        guarded.original = original
        setattr(socket, name, guarded)

    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        guard_lookup(name)


def attempts(log: Path) -> list[str]:
    """Every attempt in `log` since it was last emptied."""
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []
