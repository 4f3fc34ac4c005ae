"""A server on this machine that speaks the model hub's protocol, and misbehaves as it is told."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SIGNATURE = "opens-the-storage"
"""In the address of a stored file, as a storage's are signed."""

_LARGE = (".safetensors", ".bin", ".gguf")


@dataclass
class Site:
    """What the server has, how it misbehaves, and what it was asked.

    `statuses` are answers (status, headers) given in turn before it behaves. `cut_after` is how many bytes of
    a large file come in one answer while there are `cuts` left. `storage` is another server, to which large
    files are redirected. `announced` is what the listing says where that isn't what is sent.
    """

    files: dict[str, bytes]
    repository: str = "acme/small"
    address: str = ""
    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    file_statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    cut_after: int = 0
    cuts: int = 0
    ranges: bool = True
    storage: str = ""
    announced: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for path, _ in self.requests]

    def ranges_of(self, name: str) -> list[str | None]:
        """The parts of a file that were asked for."""
        return [headers.get("range") for path, headers in self.requests if path.endswith(name)]

    def listing(self) -> bytes:
        """The answer to the question which files there are."""
        entries = []
        for name, data in {**self.files, **self.announced}.items():
            entry: dict[str, object] = {"rfilename": name, "size": len(data)}
            if name.endswith(_LARGE):
                digest = hashlib.sha256(data).hexdigest()
                entry["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 130}
            entries.append(entry)
        return json.dumps({"id": self.repository, "sha": COMMIT, "siblings": entries}).encode()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        # A proxy is asked for the whole address.
        path = re.sub(r"^http://[^/]+", "", self.path).removesuffix(f"?signature={SIGNATURE}")
        site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if site.statuses:
            self._answer(*site.statuses.pop(0))
        elif path.startswith(f"/api/models/{site.repository}/revision/main?blobs=true"):
            self._answer(200, {"Content-Type": "application/json"}, site.listing())
        elif match := re.fullmatch(rf"(?:/storage)?/{site.repository}/resolve/{COMMIT}/(.+)", path):
            self._file(match[1], is_stored=path.startswith("/storage"))
        else:
            self._answer(404, {"X-Error-Code": "RepoNotFound"})

    def _file(self, name: str, *, is_stored: bool) -> None:
        site = self.site
        is_large = name.endswith(_LARGE)
        if site.storage and is_large and not is_stored:
            self._answer(302, {"Location": f"{site.storage}/storage{self.path}?signature={SIGNATURE}"})
            return
        if is_large and site.file_statuses:
            self._answer(*site.file_statuses.pop(0))
            return
        data, status, headers = site.files[name], 200, {"ETag": '"x"', "X-Repo-Commit": COMMIT}
        if (wanted := self.headers.get("Range")) and site.ranges:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(data):
                self._answer(416, {})
                return
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            data, status = data[begin:], 206
        is_cut = is_large and site.cuts > 0
        site.cuts -= is_cut
        self._answer(status, headers, data, site.cut_after if is_cut else None)

    def _answer(
        self, status: int, headers: dict[str, str], data: bytes = b"", cut: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:cut])
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def hub_servers() -> Iterator[Callable[[Site], Site]]:
    """Gives what starts a server for a site; all are stopped at the end."""
    servers = []

    def start(site: Site) -> Site:
        handler = type("Handler", (_Handler,), {"site": site})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        site.address = f"http://127.0.0.1:{server.server_port}"
        return site

    try:
        yield start
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
