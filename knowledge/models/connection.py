"""The openai package and its HTTP, with what goes wrong there as our own errors. Imported late: it is large.

An error's text is dropped, not chained: servers quote the request in it, and a log may not hold what people
wrote.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from math import inf
from pathlib import Path
from typing import Any

import httpx2
import openai

from knowledge.errors import GenerationFailed
from knowledge.models.wire import failure

_ABSENT = (404, 405, 501)  # the server has no such thing
# The library would take these from the environment.
_HEADERS = dict.fromkeys(("OpenAI-Organization", "OpenAI-Project"), openai.Omit())

Stream = openai.AsyncStream[object]


class _Bounded(httpx2.AsyncByteStream):
    """The body of a response, cut off when it grows too long."""

    def __init__(self, inner: httpx2.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            self._left -= len(part)
            if self._left < 0:
                raise GenerationFailed(reason="invalid", detail="too much")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BoundedTransport(httpx2.AsyncBaseTransport):
    """HTTP over TCP or a Unix socket, with responses of `limit` bytes at most."""

    def __init__(self, limit: int, tls: ssl.SSLContext, socket: Path | None) -> None:
        self._limit = limit
        self._inner = httpx2.AsyncHTTPTransport(
            verify=tls, trust_env=False, uds=str(socket) if socket else None
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream, self._limit)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class Connection:
    """A client for one request, or a few. Every failure is GenerationFailed."""

    def __init__(self, client: openai.AsyncOpenAI, http: httpx2.AsyncClient, short: float) -> None:
        self._client = client
        self._http = http
        self._short = short
        self._until = inf
        self._last_status: int | None = None
        http.event_hooks = {"response": [self._remember]}

    async def _remember(self, response: httpx2.Response) -> None:
        """Note how a try ended; the library shall not wait for a next one that would come too late."""
        self._last_status = response.status_code
        after = response.headers.get("retry-after", "")
        if after.isdecimal() and asyncio.get_running_loop().time() + int(after) >= self._until:
            response.headers["x-should-retry"] = "false"

    async def begin(self, body: Mapping[str, Any], until: float) -> Stream:
        """Ask for a streamed answer, again if the server wants that, until the loop's time `until`."""
        self._until = until
        try:
            with _failures("unreachable"):
                async with asyncio.timeout_at(until):
                    stream: Stream = await self._client.post(
                        "/chat/completions", body=body, cast_to=object, stream=True, stream_cls=Stream
                    )
        except TimeoutError:
            # The library was waiting for its next try, or for the first one's answer.
            reason = failure(self._last_status, None) if self._last_status else "deadline"
            raise GenerationFailed(reason=reason) from None
        kind = stream.response.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            await stream.close()
            raise GenerationFailed(reason="invalid", detail=kind)
        return stream

    async def following(self, stream: Stream) -> object | None:
        """The next chunk as JSON, None at the end."""
        with _failures("cut"):
            return await anext(stream, None)

    async def ask(
        self, method: str, url: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """A short question with a JSON object for an answer; None when the server has no such thing."""
        found = await self._short_answer(method, url, body)
        if found is None:
            return None
        answer = _json(found)
        if not isinstance(answer, dict):
            raise GenerationFailed(reason="invalid", detail=type(answer).__name__)
        return answer

    async def read(self, url: str) -> bytes | None:
        """What stands at an address; None when the server has no such thing."""
        found = await self._short_answer("GET", url)
        return None if found is None else found.content

    async def _short_answer(
        self, method: str, url: str, body: Mapping[str, Any] | None = None
    ) -> httpx2.Response | None:
        with _failures("unreachable"):
            try:
                async with asyncio.timeout(self._short):
                    found = await self._http.request(
                        method, url, json=body, headers=self._client.auth_headers
                    )
            except TimeoutError:
                raise GenerationFailed(reason="hung") from None
        if found.status_code in _ABSENT:
            return None
        if not found.is_success:
            raise GenerationFailed(reason=failure(found.status_code, _json(found)), detail=found.status_code)
        return found


@asynccontextmanager
async def connect(
    base_url: str,
    key: str,
    *,
    limit: int,
    tls: ssl.SSLContext,
    socket: Path | None,
    connect_seconds: float,
    short: float,
    retries: int,
) -> AsyncIterator[Connection]:
    """A connection whose responses have `limit` bytes at most; see `remote.Patience` for the times."""
    timeout = httpx2.Timeout(None, connect=connect_seconds)
    # Neither proxies of the environment nor redirects: they lead to hosts that nobody configured.
    http = httpx2.AsyncClient(
        transport=_BoundedTransport(limit, tls, socket),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
    )
    async with http:
        client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=key or "none",
            http_client=http,
            timeout=timeout,
            max_retries=retries,
            default_headers=_HEADERS,  # type: ignore[arg-type]
        )
        yield Connection(client, http, short)


@contextmanager
def _failures(broken: str) -> Iterator[None]:
    """Map what the library raises; a broken connection is the reason `broken`."""
    try:
        yield
    except openai.APITimeoutError:
        raise GenerationFailed(reason="unreachable", detail="timeout") from None
    except openai.APIConnectionError as error:
        if isinstance(error.__cause__, GenerationFailed):
            raise error.__cause__ from None
        raise GenerationFailed(reason=broken, detail=type(error.__cause__).__name__) from None
    except openai.APIStatusError as error:
        detail = error.status_code
        raise GenerationFailed(reason=failure(detail, error.body), detail=detail) from None
    except openai.APIError as error:  # in the middle of a stream
        raise GenerationFailed(reason=failure(None, error.body)) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise GenerationFailed(reason="invalid", detail=type(error).__name__) from None
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise GenerationFailed(reason=broken, detail=type(error).__name__) from None


def _json(response: httpx2.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None
