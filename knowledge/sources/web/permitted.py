"""Which hosts, ports and addresses may be fetched from: those that the operator named, and no others.

A name says where to look, the address that it leads to where the connection goes; both have to be allowed.
Public addresses are, wherever a name leads there; any other address has to be named itself. So a name that
is made to lead to this machine, its network, or a cloud's metadata leads nowhere (server-side request
forgery, CWE-918).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from knowledge.errors import NotFetched

DEFAULT_PORTS = {"http": 80, "https": 443}
ANYWHERE = "*"

_Address = IPv4Address | IPv6Address
_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_PATTERN = re.compile(r"(?P<host>\[[^\[\]]+\]|[^:\[\]]+)(?::(?P<port>\d{1,5}))?")
_UNICAST = IPv6Network("2000::/3")
# Global by the registry, or by some Python versions, and yet no place of the public web: what IPv4 is carried
# in, a cloud's own services, documentation.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2002::/16", "2001::/23", "3fff::/20"),
    )
)


@dataclass(frozen=True, slots=True)
class _Host:
    """A name, `*` for any; with `below`, the names under it instead. Without a port, the scheme's own."""

    name: str
    below: bool
    port: int | None

    def fits(self, host: str, port: int, usual: int) -> bool:
        if port != (self.port or usual):
            return False
        if self.below:
            return host.endswith(f".{self.name}")
        return self.name in (ANYWHERE, host)


@dataclass(frozen=True, slots=True)
class _Network:
    """Addresses. Without a port: as a host the scheme's own, as what a named host leads to any."""

    network: IPv4Network | IPv6Network
    port: int | None


class Permitted:
    """What may be reached.

    Args:
        patterns: `example.com`, `*.example.com` (the names under it), `*` (any name), each with a port after
            a colon where it isn't the scheme's own; and addresses or networks, `10.1.2.3`, `10.0.0.0/8`,
            `[fd00::/8]:8080`.

    Raises:
        ValueError: a pattern is none of these; it is the error's argument.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._hosts: list[_Host] = []
        self._networks: list[_Network] = []
        for pattern in patterns:
            found = _parsed(pattern)
            if isinstance(found, _Host):
                self._hosts.append(found)
            else:
                self._networks.append(found)

    def __bool__(self) -> bool:
        return bool(self._hosts or self._networks)

    def check_host(self, scheme: str, host: str, port: int | None) -> None:
        """Whether a URL's host and port may be asked for; its name isn't looked up yet.

        Raises:
            NotFetched: `scheme`, `host` or `port`.
        """
        usual = DEFAULT_PORTS.get(scheme)
        if usual is None:
            raise NotFetched(reason="scheme", host=host)
        address = as_address(host)
        if address is None and not _NAME.fullmatch(host):
            raise NotFetched(reason="malformed", host=host[:80])
        wanted = usual if port is None else port
        if address is not None:
            networks = [each for each in self._networks if _holds(each, address)]
            if any(wanted == (each.port or usual) for each in networks):
                return
            # A public address may be asked for by itself where any host may.
            named, is_named = self._fits(ANYWHERE, wanted, usual), bool(networks)
            fits = named and is_public(address)
        else:
            fits = self._fits(host, wanted, usual)
            is_named = any(self._fits(host, each.port or usual, usual) for each in self._hosts)
        if not fits:
            raise NotFetched(reason="port" if is_named else "host", host=host, detail=str(wanted))

    def check_address(self, host: str, address: str, port: int) -> None:
        """Whether a connection may go to the address that a host's name leads to.

        Raises:
            NotFetched: `address`.
        """
        found = as_address(address)
        named = found is not None and any(
            _holds(each, found) and each.port in (None, port) for each in self._networks
        )
        if found is None or not (named or is_public(found)):
            raise NotFetched(reason="address", host=host)

    def _fits(self, host: str, port: int, usual: int) -> bool:
        if host == ANYWHERE:
            return any(each.name == ANYWHERE and port == (each.port or usual) for each in self._hosts)
        return any(each.fits(host, port, usual) for each in self._hosts)


def as_address(text: str) -> _Address | None:
    """The address that a text is in its usual notation; one of IPv4 in IPv6 as what it carries."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.scope_id is not None:
            return None
        return found.ipv4_mapped or found
    return found


def is_public(address: _Address) -> bool:
    """Whether an address is a single place of the public internet."""
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return is_public(mapped) if mapped else address in _UNICAST and address.is_global
    return address.is_global and not (address.is_reserved or address.is_multicast)


def _holds(named: _Network, address: _Address) -> bool:
    return named.network.version == address.version and address in named.network


def _parsed(pattern: str) -> _Host | _Network:
    text = pattern.strip().lower()
    is_bare = text.count(":") > 1 and "[" not in text  # an IPv6 address, which has no port then
    match = None if is_bare else _PATTERN.fullmatch(text)
    if match is None and not is_bare:
        raise ValueError(pattern)
    host = match["host"].strip("[]") if match else text
    port = int(match["port"]) if match and match["port"] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(pattern)
    try:
        return _Network(ip_network(host), port)
    except ValueError:
        if "/" in host or ":" in host:
            raise ValueError(pattern) from None
    below = host.startswith("*.")
    name = _ascii(host.removeprefix("*.") if below else host).rstrip(".")
    if name != ANYWHERE and not _NAME.fullmatch(name):
        raise ValueError(pattern)
    return _Host(name, below, port)


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(host) from error
