"""The file of a backup: written with its sums, opened only when all that it says of itself makes sense.

A backup may have been cut, altered, or made by somebody else: nothing in it is believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from knowledge.errors import BackupFailed

FORMAT = 1
MANIFEST = "saseo-backup.json"
CATALOG = "catalog.sqlite"
UPLOADS = "uploads"
SETTINGS = "settings"
BLOCK = 1 << 20
_MANIFEST_SIZE = 1 << 26
_NAME_BYTES = 255  # of one part of a path, on any file system
# What a damaged archive makes the library raise.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RecursionError,
)


def write(file: BinaryIO, data: Path, catalog: Path, settings: Mapping[str, str]) -> None:
    """The archive, its manifest last: the sums are taken of what is really written.

    Args:
        file: to write to.
        data: the data folder.
        catalog: the copy of its catalog.
        settings: texts of files about the settings, by name.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        files = {CATALOG: _add(archive, CATALOG, catalog)}
        for name, path in uploads_in(data):
            try:
                files[name] = _add(archive, name, path)
            except FileNotFoundError:
                continue  # taken out a moment ago
        for name, text in settings.items():
            content = text.encode()
            archive.writestr(f"{SETTINGS}/{name}", content)
            sha256 = hashlib.sha256(content).hexdigest()
            files[f"{SETTINGS}/{name}"] = {"size": len(content), "sha256": sha256}
        manifest = {
            "format": FORMAT,
            "saseo": version("saseo"),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "data_dir": str(data.absolute()),
            "files": files,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def uploads_in(data: Path) -> Iterator[tuple[str, Path]]:
    """The uploads of a data folder that are whole, each with its name in an archive."""
    folder = data / UPLOADS
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".new"):
            yield f"{UPLOADS}/{path.relative_to(folder).as_posix()}", path


def sum_of(path: Path) -> dict[str, Any]:
    """What a manifest says of such a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"size": file.tell(), "sha256": digest}


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """The archive and its manifest; whatever turns out to be damaged is said."""
    try:
        if not zipfile.is_zipfile(path):
            raise BackupFailed(reason="damaged" if path.is_file() else "missing", path=str(path), detail="")
        with zipfile.ZipFile(path) as archive:
            if MANIFEST not in archive.namelist():
                raise BackupFailed(reason="foreign", path=str(path), detail="")
            for info in archive.infolist():  # others are decoded by libraries that raise what they like
                if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ValueError(info.filename)
            if archive.getinfo(MANIFEST).file_size > _MANIFEST_SIZE:
                raise ValueError(MANIFEST)
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise BackupFailed(reason="newer", path=str(path), detail="")
            if CATALOG not in manifest["files"]:
                raise BackupFailed(reason="foreign", path=str(path), detail="")
            _check_places(manifest["files"])
            yield archive, manifest
    except _DAMAGE as error:
        raise BackupFailed(reason="damaged", path=str(path), detail=type(error).__name__) from error


def copy_out(archive: zipfile.ZipFile, name: str, expected: dict[str, Any], target: Path | None) -> None:
    """Read a file of the archive, into `target` if there is one.

    Raises:
        ValueError: it isn't what was written.
    """
    digest, left = hashlib.sha256(), int(expected["size"])
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, open(target or os.devnull, "wb", opener=_privately) as file:
        while block := source.read(BLOCK):
            left -= len(block)
            if left < 0:
                break
            digest.update(block)
            file.write(block)
    if left or digest.hexdigest() != expected["sha256"]:
        raise ValueError(name)


def place_in(folder: Path, name: str) -> Path:
    """Where a file of the archive belongs.

    Raises:
        ValueError: it would lie elsewhere.
    """
    parts = PurePosixPath(name).parts
    if name != CATALOG and (len(parts) < 2 or parts[0] not in (UPLOADS, SETTINGS)):
        raise ValueError(name)
    if ".." in parts or "\\" in name or "\0" in name:
        raise ValueError(name)
    if max(len(part.encode()) for part in parts) > _NAME_BYTES:
        raise ValueError(name)
    return folder.joinpath(*parts)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    return {"size": size, "sha256": digest.hexdigest()}


def _check_places(names: Iterable[str]) -> None:
    """Look at where files would be put, before any is.

    Raises:
        ValueError: one would lie elsewhere, or where another needs a folder.
    """
    places = {place_in(Path(), name) for name in names}
    if places & {parent for place in places for parent in place.parents}:
        raise ValueError("a file and a folder of one name")


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
