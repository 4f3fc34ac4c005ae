"""Everything that can't be made anew, in one file, and back.

A backup is a ZIP file: the catalog (documents, passages, vectors, conversations, feedback), the originals
that people uploaded, and the settings without secrets. `saseo-backup.json` in it has the SHA-256 of each. The
index isn't in it: it is made from the catalog. Neither are models, which can be fetched again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.archive import BLOCK, CATALOG, FORMAT, MANIFEST, SETTINGS, UPLOADS, copy_out, opened, place_in
from bot.ownership import owned
from bot.settings import Settings
from knowledge.catalog.copying import adopt, copy_sqlite
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
        settings: whose data folder it is of.
        target: the file to write.
        force: replace a file that is there.

    Raises:
        BackupFailed: there is nothing to keep, the file is there, or the catalog is a server's.
        CatalogDamaged: the catalog can't be read.
        StorageFull: there is no room.
    """
    target = target.absolute()
    if settings.catalog_url.get_secret_value():
        raise BackupFailed(reason="server", path=str(settings.data_dir), detail="")
    source = settings.data_dir / CATALOG
    if not source.exists():
        raise BackupFailed(reason="nothing", path=str(settings.data_dir), detail="")
    if target.exists() and not force:
        raise BackupFailed(reason="exists", path=str(target), detail="")
    with _places(target), _beside(target) as part, tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy = Path(folder) / CATALOG
        copy_sqlite(source, copy)
        with part.open("wb") as file:
            _write(file, settings, copy)
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
    """Put a backup into the data folder. The next start makes the index from it.

    The settings of a backup are put beside, into `restored-settings`, for a person to compare.

    Args:
        settings: whose data folder it is put into.
        source: the backup.
        force: replace what the folder holds.

    Raises:
        BackupFailed: the backup can't be used, or the folder isn't empty.
        AlreadyRunning: a bot runs on the folder.
        StorageFull: there is no room; what was there stands.
    """
    if settings.catalog_url.get_secret_value():
        raise BackupFailed(reason="server", path=str(settings.data_dir), detail="")
    data = settings.data_dir
    with owned(data), disk_errors(data):
        if not force and ((data / CATALOG).exists() or any((data / UPLOADS).glob("*/*"))):
            raise BackupFailed(reason="occupied", path=str(data), detail="")
        with tempfile.TemporaryDirectory(dir=data, prefix=".restoring-") as folder:
            new = Path(folder)
            with opened(source) as (archive, manifest):
                for name, expected in manifest["files"].items():
                    copy_out(archive, name, expected, place_in(new, name))
                made_at = datetime.fromisoformat(manifest["made_at"])
                before = root_of(Path(manifest["data_dir"]) / UPLOADS)
            adopt(new / CATALOG, before, root_of(data / UPLOADS))
            _put(new, data)
        return BackupReport(source, made_at, len(manifest["files"]), source.stat().st_size)


def _write(file: Any, settings: Settings, catalog: Path) -> None:
    """The archive, its manifest last: the sums are taken of what is really written."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        files = {CATALOG: _add(archive, CATALOG, catalog)}
        uploads = settings.data_dir / UPLOADS
        for path in sorted(uploads.rglob("*")):
            if path.is_file() and not path.name.endswith(".new"):
                try:
                    name = f"{UPLOADS}/{path.relative_to(uploads).as_posix()}"
                    files[name] = _add(archive, name, path)
                except FileNotFoundError:
                    continue  # taken out a moment ago
        for name, text in _kept_settings(settings).items():
            data = text.encode()
            archive.writestr(f"{SETTINGS}/{name}", data)
            files[f"{SETTINGS}/{name}"] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest = {
            "format": FORMAT,
            "saseo": version("saseo"),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "data_dir": str(settings.data_dir.absolute()),
            "files": files,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    return {"size": size, "sha256": digest.hexdigest()}


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


def _put(new: Path, data: Path) -> None:
    """Replace what is there. Cut short at any point, the folder holds a whole catalog, old or new."""
    shutil.rmtree(data / "index", ignore_errors=True)  # made from the catalog; this one is another's
    old = data / CATALOG
    if old.exists():
        _close_log(old)
    shutil.rmtree(data / UPLOADS, ignore_errors=True)
    if (new / UPLOADS).exists():
        (new / UPLOADS).rename(data / UPLOADS)
    shutil.rmtree(data / "restored-settings", ignore_errors=True)
    (new / SETTINGS).rename(data / "restored-settings")
    (new / CATALOG).replace(old)


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
