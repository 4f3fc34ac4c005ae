"""One page over HTTP, from where it is permitted to come, within limits of time and size.

A host's name is looked up once for each request, every address is checked, and the connection goes to a
checked address: the name isn't looked up again, so it can't lead elsewhere by then (DNS rebinding). Each
redirect is a request of its own with all its checks. No proxy, cookie, credential or `.netrc` is used.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from knowledge.errors import MissingDependency, NotFetched
from knowledge.sources.options import MEBIBYTE
from knowledge.sources.web.permitted import DEFAULT_PORTS, Permitted

if TYPE_CHECKING:
    import httpx2

AGENT = "Saseo"
_REDIRECTS = frozenset((301, 302, 303, 307, 308))

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises OSError when it has none. The port is for the system's look-up."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one fetch may take: bytes of its body, seconds in all (beside looking names up), redirects."""

    size: int = 16 * MEBIBYTE
    seconds: float = 30.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `headers` are by their names in lower case; `url` is where the redirects led."""

    url: str
    status: int
    headers: Mapping[str, str]
    data: bytes


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver gives, IPv4 and IPv6."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Fetches from where it may.

    Args:
        permitted: hosts, ports, addresses.
        resolve: looks a host up.
        limits: of each fetch.
    """

    def __init__(
        self,
        permitted: Permitted,
        resolve: Resolve = resolve_by_system,
        limits: FetchLimits = FetchLimits(),
    ) -> None:
        self._permitted = permitted
        self._resolve = resolve
        self._limits = limits
        self._tls: ssl.SSLContext | None = None

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        may_ask: Callable[[str], None] | None = None,
        size: int | None = None,
    ) -> Fetched:
        """Fetch a URL. Blocks; not to be called where an event loop runs.

        Args:
            url: of http or https.
            headers: to send beside the usual ones.
            may_ask: is given each URL before it is asked for, and raises NotFetched to refuse it.
            size: the most bytes, if not the limits'.

        Raises:
            NotFetched: it may not be, or can't be, fetched. A status that isn't a redirect is no error here.
            MissingDependency: httpx2 isn't installed.
        """
        deadline = time.monotonic() + self._limits.seconds
        most = self._limits.size if size is None else size
        redirects = 0
        while True:
            target = self._checked(url)
            if may_ask is not None:
                may_ask(str(target))
            fetched = self._hop(target, dict(headers or {}), deadline, most)
            location = fetched.headers.get("location", "")
            if fetched.status not in _REDIRECTS or not location:
                return fetched
            redirects += 1
            if redirects > self._limits.redirects:
                raise NotFetched(reason="redirects", host=target.host)
            url = self._redirected(target, location)

    def normalised(self, url: str) -> str:
        """The URL as it is asked for, without its fragment.

        Raises:
            NotFetched: it may not be fetched.
        """
        return str(self._checked(url))

    def _checked(self, url: str) -> httpx2.URL:
        library = _httpx2()
        try:
            parsed: httpx2.URL = library.URL(url.strip()).copy_with(fragment=None)
        except (library.InvalidURL, UnicodeError, ValueError) as error:
            raise NotFetched(reason="malformed", host="") from error
        host = parsed.raw_host.decode("ascii", "replace").rstrip(".")
        if parsed.userinfo:
            raise NotFetched(reason="credentials", host=host)
        self._permitted.check_host(parsed.scheme, host, parsed.port)
        return parsed

    def _redirected(self, before: httpx2.URL, location: str) -> str:
        httpx2 = _httpx2()
        try:
            after = before.join(location)
        except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
            raise NotFetched(reason="malformed", host=before.host) from error
        if before.scheme == "https" and after.scheme == "http":
            raise NotFetched(reason="scheme", host=after.host)  # what is protected stays so
        return str(after)

    def _hop(self, url: httpx2.URL, headers: dict[str, str], deadline: float, size: int) -> Fetched:
        host = url.raw_host.decode().rstrip(".")
        port = url.port or DEFAULT_PORTS[url.scheme]
        failure: NotFetched | None = None
        for address in self._addresses(host, port):
            left = deadline - time.monotonic()
            try:
                with _mapped(host):
                    return asyncio.run(self._ask(url, address, headers, left, size))
            except NotFetched as error:
                if error.parameters["reason"] != "unreachable":
                    raise
                failure = error
        raise failure or NotFetched(reason="resolve", host=host)

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NotFetched(reason="resolve", host=host) from error
        for address in found:
            # All of them: a name that leads to both sides of a wall is meant to be caught in between.
            self._permitted.check_address(host, address, port)
        return found

    async def _ask(
        self, url: httpx2.URL, address: str, headers: dict[str, str], seconds: float, size: int
    ) -> Fetched:
        httpx2 = _httpx2()
        if self._tls is None:
            self._tls = httpx2.create_ssl_context(trust_env=False)
        async with (
            asyncio.timeout(max(0.0, seconds)),
            httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport,
            httpx2.AsyncClient(
                transport=transport, trust_env=False, follow_redirects=False, timeout=self._limits.seconds
            ) as client,
        ):
            request = client.build_request(
                "GET",
                url.copy_with(host=address),
                headers={
                    **headers,
                    "Host": url.netloc.decode("ascii"),
                    "User-Agent": f"{AGENT}/{version('saseo')}",
                    "Accept-Encoding": "identity",  # so that what arrives is as large as it says
                },
                extensions={"sni_hostname": url.raw_host.decode().rstrip(".")},
            )
            answer = await client.send(request, stream=True)
            try:
                received = {name.lower(): value for name, value in answer.headers.items()}
                return Fetched(str(url), answer.status_code, received, await _body(answer, url.host, size))
            finally:
                await answer.aclose()


async def _body(answer: httpx2.Response, host: str, size: int) -> bytes:
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotFetched(reason="packed", host=host)
    data = bytearray()
    async for part in answer.aiter_raw():
        data += part
        if len(data) > size:
            raise NotFetched(reason="too_large", host=host, detail=f"> {size / MEBIBYTE:.1f} MiB")
    return bytes(data)


@contextmanager
def _mapped(host: str) -> Iterator[None]:
    """What goes wrong on the way, as ours. The library's errors quote addresses, which nobody needs."""
    httpx2 = _httpx2()
    try:
        yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise NotFetched(reason="timed_out", host=host) from error
    except httpx2.ConnectError as error:
        reason = "tls" if _is_of_tls(error) else "unreachable"
        raise NotFetched(reason=reason, host=host) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise NotFetched(reason="broken", host=host) from error


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _httpx2() -> Any:
    try:
        import httpx2
    except ImportError as exc:
        raise MissingDependency(package="httpx2", command='pip install "saseo[links]"') from exc
    return httpx2
