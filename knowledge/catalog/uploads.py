"""Who added which document: one row for each version that each person gave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from knowledge.catalog.schema import uploads


class Upload(NamedTuple):
    """Something that a person added.

    `digest` is the SHA-256 of what they gave, as `Document.content_hash`; empty where it wasn't noted.
    `link` opens the original, where that is on the web or in a chat.
    """

    uri: str
    scope: str
    person: str
    place: str
    added_at: datetime
    digest: str = ""
    link: str = ""


def record(connection: Connection, upload: Upload) -> None:
    """Note who added a document, where and for whom; who added the same version before stays."""
    c = uploads.c
    same = (c.uri == upload.uri, c.person == upload.person, c.digest == upload.digest)
    connection.execute(delete(uploads).where(*same))
    connection.execute(insert(uploads).values(**upload._asdict()))


def find(connection: Connection, uri: str) -> list[Upload]:
    """Who added a document's versions, the newest first; nobody when it wasn't added by a person."""
    columns = [uploads.c[name] for name in Upload._fields]
    rows = connection.execute(select(*columns).where(uploads.c.uri == uri).order_by(uploads.c.id.desc()))
    return [Upload._make(row)._replace(added_at=row.added_at.replace(tzinfo=UTC)) for row in rows]


def has_added(found: list[Upload], person: str, digest: str) -> bool:
    """Whether a person gave the version with this digest."""
    return any(each.person == person and each.digest in ("", digest) for each in found)


def has_since(connection: Connection, name: str, since: datetime) -> bool:
    """Whether a file of this name was added anywhere at a time or after it."""
    query = select(uploads.c.id).where(uploads.c.uri.endswith(f"/{name}"), uploads.c.added_at >= since)
    return connection.execute(query.limit(1)).first() is not None


def drop(connection: Connection, uri: str) -> None:
    """Forget who added a document."""
    connection.execute(delete(uploads).where(uploads.c.uri == uri))
