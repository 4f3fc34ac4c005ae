"""Fetching files of a model hub over HTTP, when told to and never otherwise.

Why not huggingface_hub (2.4): it throws away a file that broke off, and a model is one file of gigabytes; it
refuses while HF_HUB_OFFLINE is set, which the run time relies on; and it tells the hub about this machine.
What is fetched here has the layout of its cache, so that whatever reads the cache finds the model.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import IO, Any

from filelock import FileLock

from knowledge.errors import ModelUnavailable, StorageFull
from knowledge.storage import disk_errors, write_atomically

ENDPOINT = "https://huggingface.co"

Progress = Callable[[int, int], None]
"""Is told the bytes that are here and the bytes that are needed."""

_CHUNK = 1 << 20
_TIMEOUT = 30  # seconds without a byte
_ATTEMPTS = 4  # in a row that bring nothing
_NETWORK = (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. `sha256` is known of large files only."""

    name: str
    size: int
    sha256: str | None


class Hub:
    """A hub that speaks the protocol of huggingface.co.

    Args:
        endpoint: its address.
        token: for gated and private models; sent to this host alone.
        wait: sleeps that many seconds before another attempt.
    """

    def __init__(
        self, endpoint: str = ENDPOINT, token: str | None = None, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        if urllib.parse.urlsplit(self._endpoint).scheme not in {"http", "https"}:
            raise ModelUnavailable(model=endpoint, reason="unreachable", detail="not an http address")
        self._token = token
        self._wait = wait
        self._opener = urllib.request.build_opener(_SameHostRedirects)

    def fetch(
        self,
        repository: str,
        cache: Path,
        wanted: Callable[[Sequence[str]], Sequence[str]],
        progress: Progress | None = None,
    ) -> Path:
        """Download the wanted files of a repository's main branch, going on where an earlier try stopped.

        Args:
            repository: `owner/name`.
            cache: a folder in the layout of the hub's cache.
            wanted: chooses among the names of the repository's files.
            progress: is called after each piece.

        Returns:
            The snapshot's folder. It becomes findable only when all its files are there.

        Raises:
            ModelUnavailable: reason `unreachable`, `not_found`, `denied` (a token is needed), `rate_limited`,
                `unsupported` (nothing is wanted of it) or `damaged` (what came isn't what was announced).
            StorageFull: the disk is, or would be, full.
        """
        home = cache / ("models--" + repository.replace("/", "--"))
        with _errors(repository), disk_errors(home):
            commit, files = self._files(repository)
            names = set(wanted([file.name for file in files]))
            files = [file for file in files if file.name in names]
            if not files:
                raise ModelUnavailable(model=repository, reason="unsupported", detail="no usable files")
            snapshot = home / "snapshots" / commit
            snapshot.mkdir(parents=True, exist_ok=True)
            with FileLock(home / ".lock"):
                self._fetch_all(repository, commit, files, snapshot, progress or (lambda _done, _total: None))
                (home / "refs").mkdir(exist_ok=True)
                write_atomically(home / "refs" / "main", commit)
        return snapshot

    def _files(self, repository: str) -> tuple[str, list[RemoteFile]]:
        url = f"{self._endpoint}/api/models/{urllib.parse.quote(repository)}/revision/main?blobs=true"
        with self._open(url) as response:
            answer = json.loads(response.read())
        commit = str(answer["sha"])
        if not re.fullmatch(r"[0-9a-zA-Z]+", commit):
            raise ValueError("a strange commit")
        files = [_remote_file(entry) for entry in answer["siblings"]]
        return commit, [file for file in files if _is_inside(file.name)]

    def _fetch_all(
        self, repository: str, commit: str, files: Sequence[RemoteFile], snapshot: Path, progress: Progress
    ) -> None:
        missing = [file for file in files if not (snapshot / file.name).is_file()]
        total = sum(file.size for file in files)
        done = total - sum(file.size for file in missing)
        here = sum(_size(_partial(snapshot / file.name)) for file in missing)
        if shutil.disk_usage(snapshot).free < total - done - here:
            raise StorageFull(path=str(snapshot))
        for file in missing:
            url = f"{self._endpoint}/{urllib.parse.quote(f'{repository}/resolve/{commit}/{file.name}')}"
            target = snapshot / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = _partial(target)
            self._fetch_one(url, partial, file.size, lambda size, begun=done: progress(begun + size, total))  # type: ignore[misc]
            if not _is_whole(partial, file):
                partial.unlink()
                raise ModelUnavailable(model=repository, reason="damaged", detail=file.name)
            partial.replace(target)
            done += file.size

    def _fetch_one(self, url: str, partial: Path, size: int, progress: Callable[[int], None]) -> None:
        fruitless = 0
        while (before := _size(partial)) < size or not partial.exists():
            failure: Exception = ConnectionError("the hub sends nothing")
            try:
                self._append(url, partial, progress)
            except urllib.error.HTTPError as exc:
                if exc.code != 416:
                    raise
                partial.unlink()  # the hub doesn't have that much: begin anew
            except _NETWORK as exc:
                failure = exc
            fruitless = 0 if _size(partial) > before else fruitless + 1
            if fruitless == _ATTEMPTS:
                raise failure
            if fruitless:
                self._wait(2.0**fruitless)

    def _append(self, url: str, partial: Path, progress: Callable[[int], None]) -> None:
        have = _size(partial)
        with self._open(url, {"Range": f"bytes={have}-"} if have else {}) as response:
            goes_on = have > 0 and response.status == 206
            with partial.open("ab" if goes_on else "wb") as file:
                while chunk := response.read(_CHUNK):
                    file.write(chunk)
                    progress(file.tell())

    def _open(self, url: str, headers: dict[str, str] | None = None) -> HTTPResponse:
        # Sizes are of the file itself, so nothing may be compressed on the way.
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            url, headers={"User-Agent": "saseo", "Accept-Encoding": "identity", **(headers or {})}
        )
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        response: HTTPResponse = self._opener.open(request, timeout=_TIMEOUT)
        return response


class _SameHostRedirects(urllib.request.HTTPRedirectHandler):
    """Keeps the token on its way within the hub, and from the storage that the hub sends us to."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new and new.host == req.host and new.type == req.type:
            new.unredirected_hdrs.update(req.unredirected_hdrs)
        return new


@contextmanager
def _errors(repository: str) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as exc:
        raise ModelUnavailable(model=repository, reason=_reason(exc), detail=f"HTTP {exc.code}") from exc
    except _NETWORK as exc:
        raise ModelUnavailable(model=repository, reason="unreachable", detail=str(exc)) from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise ModelUnavailable(model=repository, reason="unreachable", detail=f"no model hub: {exc}") from exc


def _reason(exc: urllib.error.HTTPError) -> str:
    # The hub answers 401 for a model that doesn't exist, too, and tells the difference in a header.
    if exc.code == 404 or exc.headers.get("X-Error-Code") == "RepoNotFound":
        return "not_found"
    return {401: "denied", 403: "denied", 429: "rate_limited"}.get(exc.code, "unreachable")


def _remote_file(entry: dict[str, Any]) -> RemoteFile:
    large = entry.get("lfs") or {}
    return RemoteFile(str(entry["rfilename"]), int(large.get("size") or entry["size"]), large.get("sha256"))


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and name == str(path)


def _partial(target: Path) -> Path:
    return target.with_name(target.name + ".partial")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_whole(path: Path, file: RemoteFile) -> bool:
    if _size(path) != file.size:
        return False
    if file.sha256 is None:
        return True
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
