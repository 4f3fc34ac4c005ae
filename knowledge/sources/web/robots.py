"""What a site asks robots to leave alone (RFC 9309), by Protego."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from knowledge.errors import MissingDependency, NotFetched
from knowledge.sources.web.fetch import AGENT, Fetcher

_SIZE = 2 << 20  # bytes; by the RFC, half a MiB has to be read
_KEPT_SECONDS = 3600.0
_MOST_KEPT = 1000
_EVERYTHING = "User-agent: *\nDisallow:\n"


class Robots:
    """Asks each site once in a while. Safe to use from several threads."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._kept: dict[str, tuple[float, Any]] = {}

    def check(self, url: str) -> None:
        """Whether the site lets this URL be fetched by a robot.

        Raises:
            NotFetched: `robots`; or whatever became of asking, as a site that can't be asked now says no
                for now.
        """
        parts = urlsplit(url)
        if not self._rules(f"{parts.scheme}://{parts.netloc}").can_fetch(url, AGENT):
            raise NotFetched(reason="robots", host=parts.hostname or "")

    def _rules(self, site: str) -> Any:
        until, rules = self._kept.get(site, (0.0, None))
        if time.monotonic() >= until:
            rules = _protego().parse(self._text(site))
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[site] = (time.monotonic() + _KEPT_SECONDS, rules)
        return rules

    def _text(self, site: str) -> str:
        try:
            answer = self._fetcher.get(f"{site}/robots.txt", size=_SIZE)
        except NotFetched as error:
            if error.parameters["reason"] == "redirects":
                return _EVERYTHING  # by the RFC, as if there were none
            raise
        if 400 <= answer.status < 500:
            return _EVERYTHING
        if answer.status != 200:
            raise NotFetched(reason="status", host=urlsplit(site).hostname or "", detail=str(answer.status))
        return answer.data.decode("utf-8", "replace")


def _protego() -> Any:
    try:
        from protego import Protego
    except ImportError as exc:
        raise MissingDependency(package="protego", command='pip install "saseo[links]"') from exc
    return Protego
