"""The address that status and figures are served at."""

from __future__ import annotations

import errno
import ipaddress
import socket

from knowledge.errors import AddressUnavailable

_REASONS = {errno.EADDRINUSE: "taken", errno.EACCES: "denied", errno.EPERM: "denied"}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        AddressUnavailable: why not.
    """
    address = written(host, port)
    try:
        family, *_, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(name[:2], family=family, backlog=128)
    except socket.gaierror as error:
        raise AddressUnavailable(reason="host", address=address, detail=error.strerror) from error
    except OSError as error:
        # Its own text repeats the address, in Python's spelling.
        reason = _REASONS.get(error.errno or 0, "host")
        raise AddressUnavailable(reason=reason, address=address, detail="") from error


def written(host: str, port: int) -> str:
    """Host and port as an address has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_open(host: str) -> bool:
    """Whether others than this machine's own programs can reach it."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") != "localhost"
