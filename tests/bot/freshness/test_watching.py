"""A watched folder is refreshed within seconds of a change, and what can't be watched is left to the schedule."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from bot import app as app_module
from bot.app import App
from bot.freshness import watching
from bot.freshness.watching import Watcher, is_of_interest
from bot.settings import Settings
from knowledge.errors import CatalogDamaged
from knowledge.sources.options import Folder
from tests.librarian import fill, parts_for, served

WAIT = 60.0  # far more than any of this takes


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "STEP_SECONDS", 0.05)
    monkeypatch.setattr(watching, "_LOOK_SECONDS", 0.1)


@contextmanager
def watched(*paths: Path) -> Iterator[Queue[list[Path]]]:
    """What is refreshed, while these folders are watched."""
    refreshed: Queue[list[Path]] = Queue()

    def refresh(folders: list[Folder]) -> float:
        refreshed.put([folder.path for folder in folders])
        return 0.0

    watcher = Watcher(lambda: [Folder(path) for path in paths], refresh, Path("/nowhere"))
    watcher.start()
    try:
        yield refreshed
    finally:
        watcher.stop()


def next_of(refreshed: Queue[list[Path]], path: Path) -> list[Path]:
    """The next refresh that a folder is part of."""
    while path not in (found := refreshed.get(timeout=WAIT)):
        pass
    return found


def test_every_folder_is_looked_at_once_its_watch_stands(tmp_path: Path) -> None:
    """What changed while nobody watched isn't missed."""
    fill(tmp_path, {"a/x.md": "x", "b/y.md": "y"})
    with watched(tmp_path / "a", tmp_path / "b") as refreshed:
        next_of(refreshed, tmp_path / "a")
    with watched(tmp_path / "a", tmp_path / "b") as refreshed:
        next_of(refreshed, tmp_path / "b")


def test_only_the_folder_that_changed_is_refreshed(tmp_path: Path) -> None:
    """A file written, changed, renamed or deleted, in a new folder too, costs its own folder a run and no other."""
    fill(tmp_path, {"a/x.md": "x", "b/y.md": "y"})
    a, b = tmp_path / "a", tmp_path / "b"
    with watched(a, b) as refreshed:
        seen: set[Path] = set()
        while seen != {a, b}:
            seen.update(refreshed.get(timeout=WAIT))
        fill(a, {"new/deep/z.md": "z"})
        assert next_of(refreshed, a) == [a]
        (a / "x.md").rename(a / "w.md")
        assert next_of(refreshed, a) == [a]
        (b / "y.md").unlink()
        assert b in next_of(refreshed, b)


class Rests(threading.Event):
    """Notes for how long it is waited for, and doesn't wait."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: Queue[float | None] = Queue()

    def wait(self, timeout: float | None = None) -> bool:
        self.noted.put(timeout)
        return self.is_set()


def test_a_rest_is_as_long_as_the_work(tmp_path: Path) -> None:
    """However long a refresh waited for another one to end, the next change is looked for as soon as it worked."""
    (tmp_path / "a").mkdir()
    work = iter([7.0, 900.0])
    watcher = Watcher(lambda: [Folder(tmp_path / "a")], lambda _: next(work, 0.0), Path("/nowhere"))
    watcher._stopping = rests = Rests()
    watcher.start()
    try:
        assert rests.noted.get(timeout=WAIT) == 7.0
        fill(tmp_path, {"a/x.md": "x"})
        assert rests.noted.get(timeout=WAIT) == 60.0
    finally:
        watcher.stop()


def test_a_folder_that_vanishes_ends_nothing(tmp_path: Path) -> None:
    """The others go on, and the one that is there again is watched again."""
    fill(tmp_path, {"a/x.md": "x", "b/y.md": "y"})
    a, b = tmp_path / "a", tmp_path / "b"
    with watched(a, b, tmp_path / "never") as refreshed:
        next_of(refreshed, a)
        a.rename(tmp_path / "away")
        next_of(refreshed, a)
        fill(b, {"z.md": "z"})
        next_of(refreshed, b)
        fill(a, {"x.md": "again"})
        next_of(refreshed, a)
        fill(a, {"x.md": "and once more"})
        next_of(refreshed, a)


def test_a_folder_that_cant_be_watched_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the system watches no more folders, one line says so however often it is tried; others are watched."""
    fill(tmp_path, {"a/x.md": "x", "b/y.md": "y"})
    a, b = tmp_path / "a", tmp_path / "b"
    real, tried = watching._changes, threading.Semaphore(0)

    def changes(folder, *rest):
        if folder == a:
            tried.release()
            raise OSError("OS file watch limit reached.")
        return real(folder, *rest)

    monkeypatch.setattr(watching, "_changes", changes)
    with caplog.at_level(logging.WARNING), watched(a, b) as refreshed:
        next_of(refreshed, b)
        for _ in range(3):
            assert tried.acquire(timeout=WAIT)
    assert [record.getMessage() for record in caplog.records] == [
        f"{a} isn't watched, the schedule alone keeps it fresh: OS file watch limit reached."
    ]


def test_a_network_share_is_left_to_the_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The kernel hears nothing of what others change there; what is mounted below such a share counts for itself."""
    fill(tmp_path, {"share/a/x.md": "x", "share/local/y.md": "y"})
    share, local = tmp_path / "share", tmp_path / "share" / "local"
    monkeypatch.setattr(watching, "_mounts", lambda: {Path("/"): "ext4", share: "cifs", local: "ext4"})
    with caplog.at_level(logging.WARNING), watched(share / "a", local) as refreshed:
        assert next_of(refreshed, local) == [local]
    assert [record.getMessage() for record in caplog.records] == [
        f"{share / 'a'} isn't watched, the schedule alone keeps it fresh: it is on a network share"
    ]


def test_a_catalog_that_cant_be_read_for_a_while_ends_no_watching(tmp_path: Path) -> None:
    """Which folders there are is asked again."""
    fill(tmp_path, {"a/x.md": "x"})
    failures, refreshed = [CatalogDamaged(path="x")], Queue()

    def folders():
        if failures:
            raise failures.pop()
        return [Folder(tmp_path / "a")]

    def refresh(changed: list[Folder]) -> float:
        refreshed.put(changed)
        return 0.0

    watcher = Watcher(folders, refresh, Path("/nowhere"))
    watcher.start()
    try:
        assert refreshed.get(timeout=WAIT) == [Folder(tmp_path / "a")]
    finally:
        watcher.stop()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/docs/a.md", True),
        ("/docs/sub/규정.hwp", True),
        ("/docs", True),
        ("/docs/~$a.docx", False),
        ("/docs/.git/index", False),
        ("/docs/a.md.crdownload", False),
        ("/docs/data/catalog.sqlite-wal", False),
        ("/docs/data", False),
        ("/docs/database.md", True),
    ],
)
def test_our_own_doing_and_temporary_files_wake_nobody(path: str, expected: bool) -> None:
    """A run that wrote to a watched folder would otherwise be the reason for the next one."""
    assert is_of_interest(path, "/docs", "/docs/data") is expected


# In the app


def test_a_changed_file_is_known_without_waiting_for_the_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a schedule of once a day, a file that is written while the librarian runs is served soon after."""
    monkeypatch.setattr(app_module, "_SETTLE_SECONDS", 0.1)
    docs, data = tmp_path / "docs", tmp_path / "docs" / "data"
    fill(docs, {"old.md": "# Old\n\nAn old rule.\n"})
    settings = Settings(data_dir=data, refresh_schedule="1d", embeddings_provider="none")
    app = App(settings, parts_for(data, docs, state=data))
    real, ended = app.knowledge.refresh, threading.Event()

    def refresh(*arguments, **options):
        try:
            return real(*arguments, **options)
        finally:
            ended.set()

    app.knowledge.refresh = refresh

    async def until(number: int) -> None:
        while len(served(app.knowledge)) != number:
            assert await asyncio.to_thread(ended.wait, WAIT)
            ended.clear()

    async def scenario() -> None:
        async with app:
            await until(1)
            fill(docs, {"new.md": "# New\n\nA new rule.\n"})
            await until(2)
            (docs / "old.md").unlink()
            await until(1)

    asyncio.run(scenario())
    assert app._settings.watch_folders == "on"
