"""`saseo models add`: a model that came on a disk, to a machine that reaches no hub."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.models.bar import bar
from bot.cli.models.known import CACHED, embedding_folder, hub_name, language_folder
from bot.cli.session import Session
from bot.machine import free_disk
from knowledge import checksums
from knowledge.embedding.locate import is_complete, locate
from knowledge.errors import ModelUnavailable, StorageFull
from knowledge.models.gguf_header import read_header
from knowledge.storage import disk_errors, make_private

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What comes from where, and goes where; `name` is what it is called afterwards."""

    source: Path
    target: Path
    name: str
    title: str

    def files(self) -> list[Path]:
        """All that belongs to the model."""
        if self.source.is_file():
            return [self.source]
        found = [path for path in self.source.rglob("*") if path.is_file()]
        return [path for path in found if path.name != checksums.FILE_NAME]

    def name_of(self, file: Path) -> str:
        """What a file is called among the sums that are kept with the target."""
        return self.target.name if self.source.is_file() else file.relative_to(self.source).as_posix()


def add(session: Session, given: Path, *, move: bool, as_json: bool) -> None:
    """Check a language model's file or an embedding model's folder, and put it where Saseo looks for models.

    Raises:
        ModelUnavailable: it can't be used, or isn't what is known under its name.
        StorageFull: there is no room for it.
    """
    source = given.expanduser().absolute()
    is_folder = source.is_dir()
    delivery = _folder(session, source) if is_folder else _file(session, source)
    target = delivery.target
    if target.exists() and not target.samefile(delivery.source):
        raise ModelUnavailable(model=str(target), reason="other_there")
    with disk_errors(target), bar(session) as progress:
        if is_folder:
            make_private(session.settings.data_dir)
        _bring(delivery, progress, move=move)
    if as_json:
        session.show_json({"kind": "embedding" if is_folder else "language", "path": str(target)})
        return
    session.show(session.text("models-added", model=delivery.title, path=target))
    session.show(session.text("models-to-use", command=f"saseo models use {delivery.name}"))


def _file(session: Session, source: Path) -> _Delivery:
    header = read_header(source)
    name = source.stem if source.suffix.lower() == ".gguf" else source.name
    title = " ".join(filter(None, (header.name or name, header.quantisation)))
    return _Delivery(source, language_folder(session.settings) / f"{name}.gguf", name, title)


def _folder(session: Session, source: Path) -> _Delivery:
    """A folder of Sentence Transformers, or a model's folder of another machine's hub cache."""
    folder = embedding_folder(session.settings)
    if source.name.startswith(CACHED):
        name = hub_name(source)
        snapshot = locate(name, source.parent)
        if snapshot and snapshot.is_relative_to(source):
            return _Delivery(snapshot, folder / source.name / "snapshots" / snapshot.name, name, name)
    if not is_complete(source):
        raise ModelUnavailable(model=source.name, reason="not_embedding")
    return _Delivery(source, folder / source.name, source.name, source.name)


def _bring(delivery: _Delivery, progress: Callable[[int, int], None], *, move: bool) -> None:
    """Compare with the sums that are known, and copy or move: the target appears whole or not at all."""
    source, target, files = delivery.source, delivery.target, delivery.files()
    is_folder = source.is_dir()
    target.parent.mkdir(parents=True, exist_ok=True)
    is_linked = source.is_symlink() or any(path.is_symlink() for path in files)  # a link can't be moved alone
    is_near = source.stat().st_dev == target.parent.stat().st_dev
    is_copied = not target.exists() and not (move and is_near and not is_linked)
    size = sum(path.stat().st_size for path in files)
    if is_copied and free_disk(target.parent) < size:
        raise StorageFull(path=str(target.parent))
    done = 0

    def count(length: int) -> None:
        nonlocal done
        done += length
        progress(done, 2 * size if is_copied else size)

    base = source if is_folder else source.parent
    came_with, kept = checksums.recorded(base), {} if is_folder else checksums.recorded(target.parent)
    sums: dict[str, str] = {}
    for path in files:
        name = delivery.name_of(path)
        sums[name] = checksums.sha256(path, count)
        told = {came_with.get(path.relative_to(base).as_posix()), kept.get(name)}
        if told - {None, sums[name]}:
            raise ModelUnavailable(model=path.name, reason="other_sum")
    if is_copied:
        _copy(source, target, files, count)
        if move:
            shutil.rmtree(source) if is_folder else source.unlink()
    elif not target.exists():
        source.rename(target)
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
