"""`saseo models add`: a model that came on a disk, to a machine that reaches no hub."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.cli.models.bar import bar
from bot.cli.models.known import embedding_folder, language_folder
from bot.cli.session import Session
from bot.machine import free_disk
from knowledge import checksums
from knowledge.embedding.locate import is_complete
from knowledge.errors import ModelUnavailable, StorageFull
from knowledge.models.gguf_header import read_header
from knowledge.storage import disk_errors

_BLOCK = 1 << 20


def add(session: Session, given: Path, *, move: bool, as_json: bool) -> None:
    """Check a language model's file or an embedding model's folder, and put it where Saseo looks for models.

    Raises:
        ModelUnavailable: it can't be used, or isn't what the hub has under its name.
        StorageFull: there is no room for it.
    """
    source = given.expanduser().absolute()
    is_folder = source.is_dir()
    if is_folder:
        if not is_complete(source):
            raise ModelUnavailable(model=source.name, reason="not_embedding")
        target = embedding_folder(session.settings) / source.name
        facts = {"model": source.name}
        name = source.name
    else:
        header = read_header(source)
        target = language_folder(session.settings) / source.name
        facts = {"model": " ".join(filter(None, (header.name or source.stem, header.quantisation)))}
        name = source.stem
    if target.exists() and not target.samefile(source):
        raise ModelUnavailable(model=str(target), reason="other_there")
    if not target.exists():
        with disk_errors(target), bar(session) as progress:
            _bring(source, target, progress, move=move)
    if as_json:
        session.show_json({"kind": "embedding" if is_folder else "language", "path": str(target)})
        return
    session.show(session.text("models-added", **facts, path=target))
    session.show(session.text("models-to-use", command=f"saseo models use {name}"))


def _bring(source: Path, target: Path, progress: Callable[[int, int], None], *, move: bool) -> None:
    """Compare with the sums that are known, and copy or move: the target appears whole or not at all."""
    is_folder = source.is_dir()
    base = source if is_folder else source.parent
    files = [path for path in base.rglob("*") if path.is_file()] if is_folder else [source]
    files = [path for path in files if path.name != checksums.FILE_NAME]
    target.parent.mkdir(parents=True, exist_ok=True)
    is_renamed = move and source.stat().st_dev == target.parent.stat().st_dev
    size = sum(path.stat().st_size for path in files)
    if not is_renamed and free_disk(target.parent) < size:
        raise StorageFull(path=str(target.parent))
    done = 0

    def count(length: int) -> None:
        nonlocal done
        done += length
        progress(done, size if is_renamed else 2 * size)

    known = checksums.recorded(base) | ({} if is_folder else checksums.recorded(target.parent))
    sums = {path.relative_to(base).as_posix(): checksums.sha256(path, count) for path in files}
    for name, digest in sums.items():
        if known.get(name, digest) != digest:
            raise ModelUnavailable(model=name, reason="other_sum")
    if is_renamed:
        source.rename(target)
    else:
        _copy(source, target, files, count)
        if move:
            shutil.rmtree(source) if is_folder else source.unlink()
    checksums.record(target if is_folder else target.parent, sums)


def _copy(source: Path, target: Path, files: Sequence[Path], count: Callable[[int], None]) -> None:
    beside = target.with_name(f"{target.name}.partial")
    try:
        for path in files:
            copy = beside / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as original, copy.open("wb") as file:
                while block := original.read(_BLOCK):
                    file.write(block)
                    count(len(block))
                file.flush()
                os.fsync(file.fileno())
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True) if beside.is_dir() else beside.unlink(missing_ok=True)
        raise
