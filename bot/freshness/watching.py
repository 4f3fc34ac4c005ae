"""Folders that are watched, so that a changed file is searchable within seconds; by watchfiles.

The schedule stays the truth: what a file system doesn't tell, the next scheduled run finds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

import psutil

from knowledge.errors import MissingDependency, SaseoError
from knowledge.sources.folders import is_never_a_document
from knowledge.sources.options import Folder

_log = logging.getLogger(__name__)

STEP_SECONDS = 0.5
"""Changes are told once nothing has changed for so long, and the stop is looked for as often."""

_DEBOUNCE_SECONDS = 3.0  # a folder in which something changes all the time is told of as often
_LOOK_SECONDS = 30.0  # between two looks at which folders there are, and whether one can be watched again
_LONGEST_REST = 60.0
# Of what another machine changes there, this one's kernel hears nothing.
_NETWORK = frozenset(
    (
        "9p",
        "afpfs",
        "ceph",
        "cifs",
        "davfs",
        "nfs",
        "nfs4",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "virtiofs",
        "webdav",
    )
)
_NETWORK_FUSE = frozenset(
    ("fuse.ceph", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs")
)


class Watcher:
    """Watches folders, and gives those in which something changed to be refreshed.

    A folder that can't be watched (on a network share, or more of them than the system watches) is said once
    in the log, and left to the schedule; so is one that vanishes, until it is there again.

    Args:
        folders: which there are now; asked every half minute.
        refresh: brings folders up to date; blocking, and raises nothing. Gives the seconds that it worked,
            without those in which it waited for another run to end.
        ignored: a folder within them that changes by our own doing.
    """

    def __init__(
        self,
        folders: Callable[[], Sequence[Folder]],
        refresh: Callable[[list[Folder]], float],
        ignored: Path,
    ) -> None:
        self._folders = folders
        self._refresh = refresh
        self._ignored = str(ignored.absolute())
        self._watches: dict[Path, _Watch] = {}
        self._unwatched: set[Path] = set()  # said in the log
        self._changed: SimpleQueue[Path | None] = SimpleQueue()  # None ends it
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin. Every folder is refreshed once its watch stands, for what changed before."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the refresh that is under way. Blocks."""
        self._stopping.set()
        self._changed.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            look_at = time.monotonic()
            while not self._stopping.is_set():
                if time.monotonic() >= look_at:
                    self._look()
                    look_at = time.monotonic() + _LOOK_SECONDS
                self._refresh_changed()
        finally:
            for watch in self._watches.values():
                watch.end()

    def _look(self) -> None:
        """Watch what is new, and end the watches of folders that are no longer known."""
        wanted = {folder.path for folder in self._known()}
        mounts = _mounts()
        for path in self._watches.keys() - wanted:
            self._watches.pop(path).end()
        for path in sorted(wanted):
            if (watch := self._watches.get(path)) is not None and watch.is_alive:
                continue
            if _is_remote(path, mounts):
                self._leave(path, "it is on a network share")
            elif path.is_dir():
                self._watches[path] = _Watch(path, self._changed.put, self._leave, self._ignored)

    def _refresh_changed(self) -> None:
        """Wait a while for changes, and refresh the folders where there are some."""
        try:
            changed = {self._changed.get(timeout=_LOOK_SECONDS)}
        except Empty:
            return
        while not self._changed.empty():
            changed.add(self._changed.get())
        folders = [folder for folder in self._known() if folder.path in changed]
        if folders and not self._stopping.is_set():
            # Where something changes all the time, at most half of the time is spent on it.
            self._stopping.wait(min(self._refresh(folders), _LONGEST_REST))

    def _known(self) -> Sequence[Folder]:
        try:
            return self._folders()
        except SaseoError as error:
            _log.warning("the folders to watch can't be looked up: %s", error)
            return []

    def _leave(self, path: Path, why: str) -> None:
        if path not in self._unwatched:
            self._unwatched.add(path)
            _log.warning("%s isn't watched, the schedule alone keeps it fresh: %s", path, why)


class _Watch:
    """A thread that watches one folder, from now on.

    Args:
        path: of the folder.
        changed: called when the watch stands, for what changed before, and whenever something changes.
        failed: called with the reason when the folder can't be watched.
        ignored: a path under which nothing counts.
    """

    def __init__(
        self, path: Path, changed: Callable[[Path], None], failed: Callable[[Path, str], None], ignored: str
    ) -> None:
        self._path = path
        self._changed = changed
        self._failed = failed
        self._ignored = ignored
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {path.name}", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            place = _place(self._path)
            for changes in _changes(self._path, self._stop, self._ignored):
                replaced = _place(self._path) != place
                if changes or replaced:
                    self._changed(self._path)
                if replaced:
                    # Another folder stands there now, or none: this watch would hear nothing more.
                    return
        except (OSError, RuntimeError, MissingDependency) as error:
            self._failed(self._path, str(error))


def _changes(folder: Path, stop: threading.Event, ignored: str) -> Iterator[Collection[object]]:
    """The changes in a folder, at once a first one, and every second perhaps an empty one.

    Raises:
        OSError: the folder can't be watched.
        MissingDependency: watchfiles isn't installed.
    """
    try:
        from watchfiles import watch
    except ImportError as exc:
        raise MissingDependency(package="watchfiles", command="pip install watchfiles") from exc
    milliseconds = int(STEP_SECONDS * 1000)
    told = watch(
        folder,
        watch_filter=lambda _, path: is_of_interest(path, str(folder), ignored),
        step=milliseconds,
        debounce=int(_DEBOUNCE_SECONDS * 1000),
        rust_timeout=2 * milliseconds,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        ignore_permission_denied=True,
    )
    # The first set, perhaps empty, shows that the watch stands. What changed before, that nobody tells.
    yield {*next(told, ()), folder}
    yield from told


def is_of_interest(path: str, folder: str, ignored: str) -> bool:
    """Whether what happened to a path within a folder can concern a document."""
    if path == ignored or path.startswith(ignored + "/"):
        return False
    return not is_never_a_document(path[len(folder) :].strip("/"))


def _place(path: Path) -> tuple[int, int] | None:
    """Which folder stands there, None for no folder that can be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _mounts() -> dict[Path, str]:
    """The type of each mounted file system, by where it is."""
    return {Path(mount.mountpoint): mount.fstype.lower() for mount in psutil.disk_partitions(all=True)}


def _is_remote(path: Path, mounts: Mapping[Path, str]) -> bool:
    around = next((place for place in (path, *path.parents) if place in mounts), path)
    return mounts.get(around) in _NETWORK | _NETWORK_FUSE
