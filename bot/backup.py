"""Everything that can't be made anew, in one file, and back.

A backup is a ZIP file: the catalog (documents, passages, vectors, conversations, feedback), the originals
that people uploaded, and the settings without secrets. `saseo-backup.json` in it has the SHA-256 of each. The
index isn't in it: it is made from the catalog. Neither are models, which can be fetched again. The catalog in
it is a file of SQLite's, also where it is at a PostgreSQL server, so that it can be put back into either.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.archive import (
    CATALOG,
    SETTINGS,
    UPLOADS,
    copy_out,
    opened,
    place_in,
    sum_of,
    uploads_in,
    write,
)
from bot.ownership import owned
from bot.settings import Settings
from knowledge.catalog import Catalog
from knowledge.catalog.copying import adopt, copy_sqlite
from knowledge.catalog.portable import has_schema, has_uploads_elsewhere, is_empty, read_file, write_file
from knowledge.errors import BackupFailed
from knowledge.sources.loader import root_of
from knowledge.storage import disk_errors

_log = logging.getLogger(__name__)
_PASSWORD = re.compile(r"(?<=://)[^/\s@]*@")  # and the name before it, within an address


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds; sizes in bytes. `made_at` is aware."""

    path: Path
    made_at: datetime
    files: int
    size: int


def backup(settings: Settings, target: Path, *, force: bool = False) -> BackupReport:
    """Write a backup, also while a bot runs, and read it back.

    Args:
        settings: whose data folder it is of, and whose catalog.
        target: the file to write.
        force: replace a file that is there.

    Raises:
        BackupFailed: there is nothing to keep, the file is there, or the uploads are another machine's.
        CatalogDamaged: the catalog can't be read.
        IndexUnavailable: the catalog's server can't be reached.
        StorageFull: there is no room.
    """
    target = target.absolute()
    with _server_of(settings) as server:
        if server is None:
            if not (settings.data_dir / CATALOG).exists():
                raise BackupFailed(reason="nothing", path=str(settings.data_dir), detail="")
        elif not has_schema(server):
            raise BackupFailed(reason="nothing", path=server.location, detail="")
        elif has_uploads_elsewhere(server, root_of(settings.data_dir / UPLOADS)):
            raise BackupFailed(reason="elsewhere", path=str(settings.data_dir / UPLOADS), detail="")
        if target.exists() and not force:
            raise BackupFailed(reason="exists", path=str(target), detail="")
        with (
            _places(target),
            _beside(target) as part,
            tempfile.TemporaryDirectory(dir=target.parent) as folder,
        ):
            copy = Path(folder) / CATALOG
            if server is None:
                copy_sqlite(settings.data_dir / CATALOG, copy)
            else:
                write_file(server, copy)
            with part.open("wb") as file:
                write(file, settings.data_dir, copy, _kept_settings(settings))
                file.flush()
                os.fsync(file.fileno())
            report = verify(part)
            part.replace(target)
    return BackupReport(target, report.made_at, report.files, target.stat().st_size)


def verify(path: Path) -> BackupReport:
    """Read a backup whole and hold every file against its sum.

    Raises:
        BackupFailed: it is cut, damaged, of another program, or of a later one.
    """
    with opened(path) as (archive, manifest):
        for name in manifest["files"]:
            copy_out(archive, name, manifest["files"][name], None)
        made_at = datetime.fromisoformat(manifest["made_at"])
        return BackupReport(path, made_at, len(manifest["files"]), path.stat().st_size)


def restore(settings: Settings, source: Path, *, force: bool = False) -> BackupReport:
    """Put a backup into the data folder, and its catalog where the settings have it: there or at a server.

    The next start makes the index from it. The settings of a backup are put beside, into `restored-settings`,
    for a person to compare.

    Args:
        settings: whose data folder it is put into, and whose catalog.
        source: the backup.
        force: replace what is there.

    Raises:
        BackupFailed: the backup can't be used, or something would be lost.
        AlreadyRunning: a bot runs on the folder, or with the catalog.
        CatalogDamaged: the catalog in the backup, or at the server, is a later program's.
        IndexUnavailable: the catalog's server can't be reached.
        StorageFull: there is no room; what was there stands.
    """
    data = settings.data_dir
    with _server_of(settings) as server, owned(data, server), disk_errors(data):
        with tempfile.TemporaryDirectory(dir=data, prefix=".restoring-") as folder:
            new = Path(folder)
            with opened(source) as (archive, manifest):
                if not force:
                    _lose_nothing(data, server, manifest["files"])
                for name, expected in manifest["files"].items():
                    copy_out(archive, name, expected, place_in(new, name))
                made_at = datetime.fromisoformat(manifest["made_at"])
                before = root_of(Path(manifest["data_dir"]) / UPLOADS)
            adopt(new / CATALOG, before, root_of(data / UPLOADS))
            _put(new, data, server)
        return BackupReport(source, made_at, len(manifest["files"]), source.stat().st_size)


@contextmanager
def _server_of(settings: Settings) -> Iterator[Catalog | None]:
    """The catalog, if it is at a server."""
    url = settings.catalog_url.get_secret_value()
    if not url:
        yield None
        return
    catalog = Catalog(url)
    try:
        yield catalog
    finally:
        catalog.close()


def _lose_nothing(data: Path, server: Catalog | None, files: dict[str, Any]) -> None:
    """See that there is neither a catalog nor an upload that the backup hasn't.

    Raises:
        BackupFailed: there is.
    """
    if server is not None and not is_empty(server):
        raise BackupFailed(reason="filled", path=server.location, detail="")
    kept = all(files.get(name) == sum_of(path) for name, path in uploads_in(data))
    if not kept or (server is None and (data / CATALOG).exists()):
        raise BackupFailed(reason="occupied", path=str(data), detail="")


def _kept_settings(settings: Settings) -> dict[str, str]:
    """Files about the settings, by name: the values that aren't the defaults, secrets by name alone."""
    lines = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if value == field.default:
            continue
        text = "" if isinstance(value, SecretStr) else _PASSWORD.sub("", str(value))
        lines.append(f"{name.upper()}={text}" if text else f"#{name.upper()}=")
    kept = {"settings.env": "\n".join(["# Secrets aren't kept in a backup.", *lines, ""])}
    for path in (settings.folders_file, settings.user_dictionary):
        if path is not None and path.is_file():
            kept[path.name] = path.read_text(encoding="utf-8", errors="replace")
    return kept


def _put(new: Path, data: Path, server: Catalog | None) -> None:
    """Replace what is there. Cut short at any point, there is a whole catalog, old or new."""
    if server is not None:
        server.prepare()
    shutil.rmtree(data / "index", ignore_errors=True)  # made from the catalog; this one is another's
    with ExitStack() as undo:
        if server is None:
            _put_uploads(new, data, undo)
            old = data / CATALOG
            if old.exists():
                _close_log(old)
            (new / CATALOG).replace(old)
        else:
            with server.write() as connection:
                read_file(new / CATALOG, connection)
                _put_uploads(new, data, undo)
        undo.pop_all()
    shutil.rmtree(data / "restored-settings", ignore_errors=True)
    (new / SETTINGS).rename(data / "restored-settings")


def _put_uploads(new: Path, data: Path, undo: ExitStack) -> None:
    here, before = data / UPLOADS, new / "uploads-before"
    if here.exists():
        here.rename(before)
        undo.callback(before.rename, here)
    if (new / UPLOADS).exists():
        (new / UPLOADS).rename(here)
        undo.callback(here.rename, new / UPLOADS)


def _close_log(catalog: Path) -> None:
    """See to it that no log of the old catalog lies beside the new one, which SQLite would apply to it."""
    try:
        with closing(sqlite3.connect(catalog)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError:  # damaged, which is why one restores, or still read by somebody
        _log.warning("the catalog that is replaced can't be closed: %s", catalog)
    for log in ("-wal", "-shm"):
        catalog.with_name(catalog.name + log).unlink(missing_ok=True)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A file beside the target that only this account may read; gone afterwards unless it was moved."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _places(target: Path) -> Iterator[None]:
    """Map what is wrong with the place that is written to."""
    try:
        with disk_errors(target):
            yield
    except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
        raise BackupFailed(reason="place", path=str(target), detail=error.strerror or "") from error
