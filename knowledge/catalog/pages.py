"""What is known of each page of the web that is kept: what its server said of it, and when to look again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from knowledge.catalog.schema import pages


class Page(NamedTuple):
    """A page. `uri` is of the document, `etag` and `last_modified` are what its server said.

    `failures` counts the looks in a row that failed, the last of them for `reason` (of `NotFetched`, or
    `unreadable`); `gone_since` is when it was first said not to be there, and never there again since.
    """

    uri: str
    url: str
    scope: str
    etag: str
    last_modified: str
    checked_at: datetime
    next_at: datetime
    failures: int = 0
    reason: str = ""
    detail: str = ""
    gone_since: datetime | None = None


def put(connection: Connection, page: Page) -> None:
    """Keep what is known now."""
    drop(connection, page.uri)
    connection.execute(insert(pages).values(**page._asdict()))


def every(connection: Connection) -> list[Page]:
    """All pages, the longest due first."""
    columns = [pages.c[name] for name in Page._fields]
    rows = connection.execute(select(*columns).order_by(pages.c.next_at, pages.c.uri))
    return [_aware(Page._make(row)) for row in rows]


def drop(connection: Connection, uri: str) -> None:
    """Forget a page."""
    connection.execute(delete(pages).where(pages.c.uri == uri))


def _aware(page: Page) -> Page:
    gone = page.gone_since.replace(tzinfo=UTC) if page.gone_since else None
    return page._replace(
        checked_at=page.checked_at.replace(tzinfo=UTC),
        next_at=page.next_at.replace(tzinfo=UTC),
        gone_since=gone,
    )
