"""PostgreSQL through psycopg: snapshots for readers, one writer at a time, and one owner among all machines.

Writers wait for each other at an advisory lock that a transaction holds, as SQLite's do at the file's. They
read what is committed (READ COMMITTED): a snapshot from before the wait would miss what the one before them
wrote. The owner's lock is held by a connection of its own, which ends with the process. Both locks count for
one schema of one database.
"""

from __future__ import annotations

import os
import re
import socket
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from knowledge.errors import (
    AlreadyRunning,
    CatalogDamaged,
    IndexUnavailable,
    MissingDependency,
    SaseoError,
    StorageFull,
)

_LOCK_MILLISECONDS = 30_000
_SOCKET_SECONDS = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
_WRITER, _OWNER = 0x5A5E0001, 0x5A5E0002  # the locks' first halves; the second is the schema
_SCHEMA = "current_schema()::regnamespace::oid::int"
_LOCK = text(f"SELECT pg_advisory_xact_lock({_WRITER}, {_SCHEMA})")
_TRY_OWN = text(f"SELECT pg_try_advisory_lock({_OWNER}, {_SCHEMA})")
# Which sessions hold the owner's lock of this schema; 2 says that a lock has two halves.
_HOLDERS = text("""
SELECT activity.pid, activity.application_name
FROM pg_locks AS held JOIN pg_stat_activity AS activity ON activity.pid = held.pid
WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2 AND held.classid = :owner
AND held.objid = current_schema()::regnamespace::oid
AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
""").bindparams(owner=_OWNER)
_DENIED = re.compile(r'authentication failed|no password supplied|pg_hba\.conf|role ".*" does not exist')
_NO_DATABASE = re.compile(r'database ".*" does not exist')


def engine_of(url: URL) -> Engine:
    """Connections to a server; each transaction says by the option `saseo_writes` whether it is to write.

    Raises:
        MissingDependency: psycopg isn't installed.
    """
    try:
        import psycopg  # noqa: F401 - whether it is there
    except ModuleNotFoundError as error:
        raise MissingDependency(package="psycopg", command="pip install 'saseo[postgres]'") from error
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # an error's text is logged, and these are what people asked
        pool_pre_ping=True,  # a server that was restarted costs no question
        connect_args=_SOCKET_SECONDS | {"application_name": f"saseo {socket.gethostname()}:{os.getpid()}"},
    )
    event.listen(engine, "connect", _prepare, insert=True)  # before SQLAlchemy itself reads from it
    event.listen(engine, "begin", _begin)
    return engine


def options(*, writes: bool) -> dict[str, Any]:
    """How a transaction is begun."""
    level = "READ COMMITTED" if writes else "REPEATABLE READ"
    return {"isolation_level": level, "postgresql_readonly": not writes}


def mapped(error: DBAPIError, location: str) -> SaseoError:
    """What a person is told of an error of the database."""
    detail = str(error.orig)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "53100":
        return StorageFull(path=location)
    if state in ("XX001", "XX002"):
        return CatalogDamaged(path=location, detail=detail)
    reason = _reason(state, detail, is_lost=error.connection_invalidated or not state)
    if not reason:
        return IndexUnavailable(detail=detail)
    return IndexUnavailable(reason=reason, address=location, detail=detail)


def _reason(state: str, detail: str, *, is_lost: bool) -> str:
    """A server refuses a connection without a code, in words."""
    if state.startswith("28") or state == "42501" or _DENIED.search(detail):
        return "catalog_denied"
    if state == "3D000" or _NO_DATABASE.search(detail):
        return "catalog_database"
    return "catalog_down" if is_lost or state.startswith(("08", "57P", "53")) else ""


class Ownership:
    """The lock of a catalog's one owner, on whichever machine it runs."""

    def __init__(self, engine: Engine, location: str) -> None:
        self._engine = engine
        self._location = location
        self._connection: Connection | None = None
        self._process = 0

    def take(self) -> None:
        """Own the catalog.

        Raises:
            AlreadyRunning: another process does.
        """
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if not connection.execute(_TRY_OWN).scalar():
                names = [row.application_name for row in connection.execute(_HOLDERS)]
                raise AlreadyRunning(reason="catalog", path=self._location, pid=", ".join(names) or "?")
            self._process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            connection.detach()  # it is never another's, and no pool's limit counts it
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def confirm(self, writing: Connection) -> None:
        """See in a transaction that writes to it that the catalog is still ours, or take it again.

        A server that was restarted has forgotten the lock. Whoever took it meanwhile has it.

        Raises:
            AlreadyRunning: another process has taken it.
        """
        if self._connection is None:
            return
        if self._process not in [row.pid for row in writing.execute(_HOLDERS)]:
            self.release()
            self.take()

    def release(self) -> None:
        """Own it no more."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def is_held(self, connection: Connection) -> bool:
        """Whether some process owns the catalog now."""
        return connection.execute(_HOLDERS).first() is not None


def _prepare(connection: Any, _record: object) -> None:
    from psycopg.types.string import StrDumperUnknown

    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise IndexUnavailable(reason="catalog_encoding", address=connection.info.dbname, found=encoding)

    class WithoutNul(StrDumperUnknown):
        """Text as PostgreSQL can keep it: it has no place for NUL, which files and people may send."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, WithoutNul)
    connection.autocommit = True
    connection.execute(f"SET TIME ZONE 'UTC'; SET lock_timeout = {_LOCK_MILLISECONDS}")
    connection.autocommit = False


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("saseo_writes", False):
        connection.execute(_LOCK)
