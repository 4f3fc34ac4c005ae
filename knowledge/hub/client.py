"""Fetching a hub's files with huggingface_hub, so that gigabytes survive a bad line.

huggingface_hub lists, connects, waits when it is told to, and knows the hub's errors. Its own download
functions are not used, as they begin a file anew after every failure (huggingface/huggingface_hub#4196), and
what is fetched here is one file of gigabytes: the loop that appends to a partial file is ours, and so is the
check of the sum. Its client is replaced (`set_client_factory`) by one that tells nothing of this machine.
HF_HUB_OFFLINE holds for whatever else runs in the process; what a person asked for passes it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import httpx2
from filelock import FileLock
from huggingface_hub import ModelInfo, hf_hub_url, is_offline_mode, set_client_factory
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import (
    hf_raise_for_status,
    http_backoff,
    http_stream_backoff,
    parse_ratelimit_headers,
    validate_repo_id,
)

from knowledge import checksums
from knowledge.errors import MissingDependency, ModelUnavailable, StorageFull
from knowledge.hub import Progress
from knowledge.storage import disk_errors, write_atomically

_TIMEOUT = httpx2.Timeout(30, connect=10)  # seconds without a byte
_ATTEMPTS = 4  # in a row that bring nothing
_PATIENCE = 60  # seconds; a hub that asks for more is left, and the person told

_asked = ContextVar("_asked", default=False)
"""Whether a person asked for what the current thread sends."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. `sha256` is known of large files only."""

    name: str
    size: int
    sha256: str | None


class Hub:
    """A hub that speaks the protocol of huggingface.co. See `knowledge.hub.connect`."""

    def __init__(self, endpoint: str, token: str | None = None) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._headers = {"User-Agent": "saseo"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        set_client_factory(_client)
        # It writes its warnings to the screen too, in the middle of a progress bar; the log has them.
        logging.getLogger("huggingface_hub").handlers.clear()

    def fetch_snapshot(
        self,
        repository: str,
        cache: Path,
        wanted: Callable[[Sequence[str]], Sequence[str]],
        progress: Progress | None = None,
    ) -> Path:
        """Download the wanted files of a repository's main branch, going on where an earlier try stopped.

        Args:
            repository: `owner/name`.
            cache: a folder in the layout of the hub's cache, where whatever reads the cache finds the model.
            wanted: chooses among the names of the repository's files.
            progress: is called after each piece.

        Returns:
            The snapshot's folder. It becomes findable only when all its files are there.

        Raises:
            ModelUnavailable: reason `unreachable`, `not_found`, `denied` (a token is needed), `rate_limited`,
                `unsupported` (nothing is wanted of it) or `damaged` (what came isn't what was announced).
            StorageFull: the disk is, or would be, full.
            MissingDependency: the proxy of this machine needs a package.
        """
        home = cache / ("models--" + repository.replace("/", "--"))
        with _errors(repository), disk_errors(home):
            commit, files = self._files(repository)
            names = set(wanted([file.name for file in files]))
            files = [file for file in files if file.name in names]
            if not files:
                raise ModelUnavailable(model=repository, reason="unsupported", detail="no usable files")
            snapshot = home / "snapshots" / commit
            self._fetch(repository, commit, files, snapshot, progress)
            (home / "refs").mkdir(exist_ok=True)
            write_atomically(home / "refs" / "main", commit)
        return snapshot

    def fetch_file(self, repository: str, name: str, folder: Path, progress: Progress | None = None) -> Path:
        """Download one file of the main branch into `folder`, going on where an earlier try stopped.

        Returns:
            The file, which appears under its name when it is whole.

        Raises:
            ModelUnavailable: as `fetch_snapshot`; `not_found` also if the repository has no such file.
            StorageFull: the disk is, or would be, full.
            MissingDependency: the proxy of this machine needs a package.
        """
        with _errors(repository), disk_errors(folder):
            commit, files = self._files(repository)
            files = [file for file in files if file.name == name]
            if not files:
                raise ModelUnavailable(model=f"{repository}/{name}", reason="not_found")
            self._fetch(repository, commit, files, folder, progress)
        return folder / name

    def _files(self, repository: str) -> tuple[str, list[RemoteFile]]:
        """The commit of the main branch, and its files."""
        validate_repo_id(repository)
        response = http_backoff(
            "GET",
            f"{self._endpoint}/api/models/{repository}/revision/main",
            params={"blobs": True},
            headers=self._headers,
            timeout=_TIMEOUT,
            max_retries=2,
            retry_on_exceptions=(),
        )
        hf_raise_for_status(response)
        info = ModelInfo(**response.json())  # type: ignore[no-untyped-call]
        if not re.fullmatch(r"[0-9a-zA-Z]+", info.sha or ""):
            raise ValueError("a strange commit")
        files = [_remote_file(sibling) for sibling in info.siblings or ()]
        return str(info.sha), [file for file in files if _is_inside(file.name)]

    def _fetch(
        self,
        repository: str,
        commit: str,
        files: Sequence[RemoteFile],
        folder: Path,
        progress: Progress | None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".download.lock"):
            missing = [file for file in files if not (folder / file.name).is_file()]
            total = sum(file.size for file in files)
            done = total - sum(file.size for file in missing)
            here = sum(_size(_partial(folder, file, commit)) for file in missing)
            if shutil.disk_usage(folder).free < total - done - here:
                raise StorageFull(path=str(folder))
            for file in missing:
                url = hf_hub_url(repository, file.name, revision=commit, endpoint=self._endpoint)
                partial = _partial(folder, file, commit)
                partial.parent.mkdir(parents=True, exist_ok=True)
                for size in self._pieces(url, partial, file.size):
                    if progress:
                        progress(done + size, total)
                digest = checksums.sha256(partial) if _size(partial) == file.size else None
                if digest is None or digest != (file.sha256 or digest):
                    partial.unlink(missing_ok=True)
                    raise ModelUnavailable(model=repository, reason="damaged", detail=file.name)
                checksums.record(folder, {file.name: digest})
                partial.replace(folder / file.name)
                done += file.size

    def _pieces(self, url: str, partial: Path, size: int) -> Iterator[int]:
        """Append to `partial` until it has `size` bytes or the hub has no more, yielding its size."""
        fruitless = 0
        while (before := _size(partial)) < size or not partial.exists():
            failure: httpx2.TransportError | None = None
            try:
                yield from self._append(url, partial)
            except httpx2.TransportError as exc:
                failure = exc
            except HfHubHTTPError as exc:
                if exc.response.status_code == 416:
                    return
                raise
            fruitless = 0 if _size(partial) > before else fruitless + 1
            if fruitless == _ATTEMPTS:
                if failure:
                    raise failure
                return
            if fruitless:
                time.sleep(2.0**fruitless)

    def _append(self, url: str, partial: Path) -> Iterator[int]:
        have = _size(partial)
        # Sizes are of the file itself, so nothing may be compressed on the way.
        headers = {**self._headers, "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with http_stream_backoff(
            "GET", url, headers=headers, timeout=_TIMEOUT, retry_on_exceptions=()
        ) as response:
            hf_raise_for_status(response)
            with partial.open("ab" if have and response.status_code == 206 else "wb") as file:
                for piece in response.iter_bytes():
                    file.write(piece)
                    yield file.tell()
                file.flush()
                os.fsync(file.fileno())


def _client() -> httpx2.Client:
    return httpx2.Client(
        follow_redirects=True,
        event_hooks={"request": [_refuse_unasked], "response": [_refuse_to_wait_long]},
    )


def _refuse_unasked(request: httpx2.Request) -> None:
    if is_offline_mode() and not _asked.get():
        raise OfflineModeIsEnabled(f"Nobody asked for {request.url}, and HF_HUB_OFFLINE is set.")


def _refuse_to_wait_long(response: httpx2.Response) -> None:
    """huggingface_hub would wait in silence for as long as it is told."""
    if response.status_code != 429:
        return
    limit = parse_ratelimit_headers(response.headers)
    told = response.headers.get("Retry-After", "")
    seconds = limit.reset_in_seconds if limit else int(told) if told.isdigit() else 0
    if seconds > _PATIENCE:
        hf_raise_for_status(response)


@contextmanager
def _errors(repository: str) -> Iterator[None]:
    token = _asked.set(True)
    try:
        yield
    except HfHubHTTPError as exc:
        code = exc.response.status_code
        raise ModelUnavailable(model=repository, reason=_reason(exc.response), detail=f"HTTP {code}") from exc
    except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
        raise ModelUnavailable(model=repository, reason="unreachable", detail=str(exc)) from exc
    except HFValidationError as exc:
        raise ModelUnavailable(model=repository, reason="not_found", detail=str(exc)) from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise ModelUnavailable(model=repository, reason="unreachable", detail=f"no model hub: {exc}") from exc
    except ImportError as exc:
        raise MissingDependency(package="socksio", command="pip install socksio") from exc
    finally:
        _asked.reset(token)


def _reason(response: httpx2.Response) -> str:
    # The hub answers 401 for a model that doesn't exist, too, and tells the difference in a header.
    if response.status_code == 404 or response.headers.get("X-Error-Code") == "RepoNotFound":
        return "not_found"
    return {401: "denied", 403: "denied", 429: "rate_limited"}.get(response.status_code, "unreachable")


def _remote_file(sibling: RepoSibling) -> RemoteFile:
    if sibling.lfs:
        return RemoteFile(sibling.rfilename, int(sibling.lfs.size), sibling.lfs.sha256)
    if sibling.size is None:
        raise ValueError("a list without sizes")
    return RemoteFile(sibling.rfilename, sibling.size, None)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and name == str(path)


def _partial(folder: Path, file: RemoteFile, commit: str) -> Path:
    """Where the beginning of a file is: apart for each version of it."""
    return folder / f"{file.name}.{(file.sha256 or commit)[:12]}.partial"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
