"""Files are fetched from a platform's own hosts, and no more of them than may be."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from adapters.fetching import fetched, is_own
from knowledge.errors import ChatUnavailable, Unreadable

SLACK, HOSTS = "https://slack.com/api/", (".slack.com", "cdn.example.com")


@pytest.mark.parametrize(
    "url", ["https://files.slack.com/x", "https://cdn.example.com/x", "https://slack.com/files/x"]
)
def test_a_platforms_own_hosts_are_known(url: str) -> None:
    """Those of the list, and where the API is."""
    assert is_own(url, SLACK, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url",
        "http://files.slack.com/x",
        "https://files.slack.com.evil.example/x",
        "https://evilslack.com/x",
        "https://files.slack.com@evil.example/x",
        "https://sub.cdn.example.com/x",
        "https://drive.example.org/x",
        "file:///etc/passwd",
    ],
)
def test_any_other_is_not(url: str) -> None:
    """However much it looks like one."""
    assert not is_own(url, SLACK, HOSTS)


def get(path: str, most: int = 100) -> bytes:
    """Fetch from a server that has a file of ten bytes, one that leads elsewhere, and others only for the patient."""
    asked: Counter[str] = Counter()

    async def file(_: web.Request) -> web.Response:
        return web.Response(body=b"0123456789")

    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound("/file")

    async def busy(request: web.Request) -> web.Response:
        after = request.match_info["after"]
        asked[after] += 1
        if asked[after] < 3:
            return web.Response(status=429, headers={"Retry-After": after} if after != "no" else {})
        return web.Response(body=b"0123456789")

    async def scene(use: Callable[[str], Awaitable[bytes]]) -> bytes:
        app = web.Application()
        app.router.add_get("/file", file)
        app.router.add_get("/elsewhere", elsewhere)
        app.router.add_get("/busy/{after}", busy)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            return await use(f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}")
        finally:
            await runner.cleanup()

    return asyncio.run(scene(lambda server: fetched(server + path, most, "Slack")))


def test_a_file_is_fetched_whole() -> None:
    """Up to the limit, which it may reach."""
    assert get("/file", 10) == b"0123456789"


def test_a_file_over_the_limit_is_left() -> None:
    """Whatever size the message gave it."""
    with pytest.raises(Unreadable, match="too_large"):
        get("/file", 9)


def test_a_server_that_has_too_much_to_do_is_asked_again_when_it_says() -> None:
    """A file counts as gone only where it isn't said when to ask again, or when that is far off."""
    assert get("/busy/0") == b"0123456789"
    for after in ("no", "3600"):
        with pytest.raises(ChatUnavailable, match="gone"):
            get(f"/busy/{after}")


@pytest.mark.parametrize("path", ["/elsewhere", "/missing"])
def test_no_redirect_is_followed(path: str) -> None:
    """A login page is no file, and neither is what isn't there."""
    with pytest.raises(ChatUnavailable, match="gone"):
        get(path)
