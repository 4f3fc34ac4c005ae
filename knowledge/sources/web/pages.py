"""Pages of the web that people added: kept like uploads, and looked at again from time to time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from knowledge.catalog import Catalog, notes
from knowledge.catalog import pages as kept
from knowledge.catalog import uploads as given
from knowledge.catalog.pages import Page
from knowledge.errors import NotFetched, SaseoError, Unreadable
from knowledge.reports import Problem
from knowledge.sources.options import Folder
from knowledge.sources.uploads import Uploads
from knowledge.sources.web.fetch import Fetched, Fetcher
from knowledge.sources.web.kinds import name_of
from knowledge.sources.web.robots import Robots
from knowledge.types import Scope

_ROOT = "pages"  # stands for a folder in the problems of pages
_USUAL_PAUSE = timedelta(hours=1)
_LONGEST_PAUSE = timedelta(days=1)
_GONE_FOR = timedelta(days=3)  # a site that is being moved says of every page that it isn't there
_GONE_LOOKS = 3
_GONE = (404, 410)
_AWAY = frozenset(("resolve", "timed_out", "unreachable", "tls"))
_MOST_PATIENT = 7 * 24 * 3600  # seconds of Retry-After that are believed


@dataclass(slots=True)
class Looked:
    """What a look at the pages found: scopes whose folders changed, and uris of pages that are gone."""

    changed: set[Scope] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)


class Pages:
    """Fetches pages into the folders of uploads.

    Args:
        fetcher: from where it may.
        uploads: keeps the originals.
        catalog: prepared.
        now: the time, aware.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        uploads: Uploads,
        catalog: Catalog,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fetcher = fetcher
        self._robots = Robots(fetcher)
        self._uploads = uploads
        self._catalog = catalog
        self._now = now

    def add(self, scope: Scope, url: str) -> Page:
        """Fetch a page and keep it for a scope; one that is kept already is fetched again.

        Raises:
            NotFetched: it may not be, or can't be, fetched.
            Unreadable: it has no text to read.
            StorageFull: the disk is full.
        """
        url = self._fetcher.normalised(url)
        fetched = self._fetcher.get(url, may_ask=self._robots.check)
        if fetched.status != 200:
            raise _refused(url, fetched)
        uri = self._keep(scope, name_of(url, fetched), fetched)
        page = self._seen(Page(uri, url, scope, "", "", self._now(), self._now()), fetched)
        self._put(page)
        return page

    def look(self, stopped: Callable[[], bool]) -> Looked:
        """Look at the pages whose time has come. What can't be looked at now stays as it was."""
        looked = Looked()
        away: set[str] = set()  # hosts that can't be reached now: one try is enough for all their pages
        with self._catalog.read() as connection:
            pages = kept.every(connection)
        for page in pages:
            if timedelta() < page.next_at - self._now() <= timedelta(seconds=_MOST_PATIENT):
                continue  # further ahead only a clock that was wrong has set it
            if stopped():
                break
            host = urlsplit(page.url).netloc
            if host not in away and self._look_at(page, looked) in _AWAY:
                away.add(host)
        self._tell_problems()
        return looked

    def folder_of(self, scope: Scope) -> Folder:
        """The folder of a scope's pages."""
        return self._uploads.folder_of(scope)

    def _look_at(self, page: Page, looked: Looked) -> str:
        """Look at one page; gives why that failed, or nothing."""
        headers = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
        has_original = Path(page.uri).is_file()
        asked = {name: value for name, value in headers.items() if value and has_original}
        try:
            fetched = self._fetcher.get(page.url, asked, may_ask=self._robots.check)
            if fetched.status == 304:
                self._put(self._seen(page, fetched))
            elif fetched.status == 200:
                name_of(page.url, fetched)  # it is still a document
                if not self._uploads.says_the_same(page.uri, fetched.data):
                    self._keep(Scope(page.scope), page.uri.rpartition("/")[2], fetched)
                    looked.changed.add(Scope(page.scope))
                self._put(self._seen(page, fetched))
            else:
                raise _refused(page.url, fetched)
        except (NotFetched, Unreadable) as error:
            self._fail(page, error, looked)
            return str(error.parameters["reason"])
        return ""

    def _keep(self, scope: Scope, name: str, fetched: Fetched) -> str:
        changed = _date(fetched.headers.get("last-modified", ""))
        return self._uploads.keep(scope, name, fetched.data, changed)

    def _seen(self, page: Page, fetched: Fetched) -> Page:
        """The page after a look that went well."""
        now = self._now()
        return page._replace(
            etag=fetched.headers.get("etag", page.etag if fetched.status == 304 else ""),
            last_modified=fetched.headers.get(
                "last-modified", page.last_modified if fetched.status == 304 else ""
            ),
            checked_at=now,
            next_at=now + _USUAL_PAUSE,
            failures=0,
            reason="",
            detail="",
            gone_since=None,
        )

    def _fail(self, page: Page, error: SaseoError, looked: Looked) -> None:
        now, failures = self._now(), page.failures + 1
        is_gone = error.parameters["reason"] == "gone"
        since = (page.gone_since or now) if is_gone else None
        if since is not None and failures >= _GONE_LOOKS and now - since >= _GONE_FOR:
            looked.gone.append(page.uri)
            self._forget(page)
            return
        pause = min(_USUAL_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
        asked = error.parameters.get("seconds", 0)
        if isinstance(asked, int) and asked:
            pause = max(pause, timedelta(seconds=min(asked, _MOST_PATIENT)))
        self._put(
            page._replace(
                next_at=now + pause,
                failures=failures,
                reason=str(error.parameters["reason"]) if isinstance(error, NotFetched) else "unreadable",
                detail=str(error.parameters.get("detail", "")),
                gone_since=since,
            )
        )

    def _forget(self, page: Page) -> None:
        self._uploads.remove(page.uri)
        with self._catalog.write() as connection:
            kept.drop(connection, page.uri)
            given.drop(connection, page.uri)

    def _put(self, page: Page) -> None:
        with self._catalog.write() as connection:
            kept.put(connection, page)

    def _tell_problems(self) -> None:
        """Show what is wrong with the pages among the problems of the runs."""
        with self._catalog.write() as connection:
            found = [(_ROOT, _problem(page)) for page in kept.every(connection) if page.reason]
            notes.replace_problems(connection, [_ROOT], found, [], {}, "")


def _problem(page: Page) -> Problem:
    host = urlsplit(page.url).hostname or ""
    return Problem(page.url, NotFetched(reason=page.reason, host=host, detail=page.detail))


def _refused(url: str, fetched: Fetched) -> NotFetched:
    """What a status says of a page."""
    status, host = fetched.status, urlsplit(url).hostname or ""
    if status in _GONE:
        return NotFetched(reason="gone", host=host, detail=str(status))
    if status in (401, 403):
        return NotFetched(reason="denied", host=host, detail=str(status))
    return NotFetched(
        reason="status",
        host=host,
        detail=str(status),
        seconds=_seconds(fetched.headers.get("retry-after", "")),
    )


def _seconds(text: str) -> int:
    """Of Retry-After, which gives a number; its other form, a date, is passed over."""
    return int(text) if text.strip().isdecimal() and len(text) < 10 else 0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware if aware <= datetime.now(UTC) else None
