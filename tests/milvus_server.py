"""A Milvus server of the tests' own: milvus-lite's, in a child process on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from knowledge.errors import IndexUnavailable
from knowledge.index.milvus import MilvusOptions
from knowledge.index.milvus.server import Server

_PATIENCE = 90


def free_port() -> tuple[int, socket.socket]:
    """A port that nobody else is given as long as the socket is open, though a server can listen on it."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved.getsockname()[1], reserved


class LiteServer:
    """Starts, stops, dies, and comes back on the same port with the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._reserved = free_port()
        self.collection = "documents"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process, which may still be starting."""
        return self._process is not None and self._process.poll() is None

    def options(self, **changes: object) -> MilvusOptions:
        """How to reach it."""
        return MilvusOptions(
            **{
                "host": "127.0.0.1",
                "port": self.port,
                "collection": self.collection,
                "seconds": 20.0,
                **changes,
            }
        )

    def begin(self) -> None:
        """Start without waiting until it answers."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self.folder)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.begin()
        deadline = time.monotonic() + _PATIENCE
        while True:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder.parent / f"{self.folder.name}.log").read_text()
            server = Server(self.options(seconds=2.0))
            try:
                server.call("list_collections")
                return
            except IndexUnavailable:
                assert time.monotonic() < deadline
                time.sleep(0.1)  # no event tells of it
            finally:
                server.close()

    def kill(self) -> None:
        """As a crash would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):  # it died by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self, *, stopped: bool) -> None:
        """Let it hang, or go on."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP if stopped else signal.SIGCONT)

    def close(self) -> None:
        """Stop it for good."""
        self.kill()
        self._reserved.close()
