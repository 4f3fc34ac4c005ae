"""A site of the web on this machine, whose pages a test writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from knowledge.sources.web.fetch import Fetcher, FetchLimits
from knowledge.sources.web.permitted import Permitted
from tests.http_server import served

HOST = "docs.test"
HTML = {"content-type": "text/html; charset=utf-8"}


@dataclass
class Page:
    """What a path answers with."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(HTML))


@dataclass
class Website:
    """Its pages by path; a page that isn't there is 404. `asked` are paths and headers, in order."""

    url: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def paths(self) -> list[str]:
        """Of the requests so far, without those for robots.txt."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def at(self, path: str, host: str = HOST) -> str:
        """A URL of this site."""
        return f"http://{host}:{self.port}{path}"

    def fetcher(self, *patterns: str, addresses: Sequence[str] = ("127.0.0.1",), **limits: Any) -> Fetcher:
        """Fetches from this site alone, whose name leads to these addresses."""
        named = patterns or (f"{HOST}:{self.port}", "127.0.0.1")
        return Fetcher(Permitted(named), lambda host, port: addresses, FetchLimits(**limits))

    def article(self, path: str, title: str, text: str, **headers: str) -> None:
        """A page with a menu and an article."""
        html = f"<html><head><title>{title}</title></head><body><nav>menu</nav><article><h1>{title}</h1><p>{text}</p></article></body></html>"
        self.pages[path] = Page(html.encode(), headers=HTML | headers)


@contextmanager
def a_website() -> Iterator[Website]:
    """A site, while a test runs."""
    site = Website()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        site.asked.append((scope["path"], headers))
        page = site.pages.get(scope["path"], Page(status=404))
        if (
            page.status == 200
            and "etag" in page.headers
            and headers.get("if-none-match") == page.headers["etag"]
        ):
            page = Page(status=304, headers={"etag": page.headers["etag"]})
        raw = [(name.encode(), value.encode()) for name, value in page.headers.items()]
        await send({"type": "http.response.start", "status": page.status, "headers": raw})
        await send({"type": "http.response.body", "body": page.body})

    with served(application) as url:
        site.url = url
        yield site
