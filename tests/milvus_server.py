"""A Milvus server of the tests' own: milvus-lite's, in a child process on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from knowledge.errors import IndexUnavailable
from knowledge.index.milvus import MilvusOptions
from knowledge.index.milvus.server import Server
from tests.builders import DIMENSIONS

_PATIENCE = 90
_MOUNTING = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def make_collection(
    options: MilvusOptions, name: str, dimensions: int = DIMENSIONS, *, with_index: bool = True
) -> None:
    """A collection as ours are, with nothing in it."""
    server = Server(options)
    schema = server.module.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", server.module.DataType.INT64, is_primary=True)
    schema.add_field("row", server.module.DataType.INT64)
    schema.add_field("scope", server.module.DataType.VARCHAR, max_length=512)
    schema.add_field("vector", server.module.DataType.FLOAT_VECTOR, dim=dimensions)
    index = server.module.MilvusClient.prepare_index_params()
    index.add_index(field_name="vector", index_type="FLAT", metric_type="IP")
    server.call("create_collection", name, schema=schema, index_params=index if with_index else None)
    server.close()


def no_disks() -> str:
    """Why no disk of a certain size can be made here, or nothing."""
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        return "unshare and nsenter (util-linux) are missing"
    command = [*_MOUNTING, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"no disk can be mounted here: {tried.stderr.strip()}" if tried.returncode else ""


def free_port() -> tuple[int, socket.socket]:
    """A port that nobody else is given as long as the socket is open, though a server can listen on it."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved.getsockname()[1], reserved


class LiteServer:
    """Starts, stops, dies, and comes back on the same port with the same data.

    With `kilobytes` its folder is a disk of that size, which is gone with the process.
    """

    def __init__(self, folder: Path, kilobytes: int = 0) -> None:
        self.folder = folder
        self._kilobytes = kilobytes
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
        if self._kilobytes:
            disk = f"mount -t tmpfs -o size={self._kilobytes}k tmpfs {self.folder}"
            command = [*_MOUNTING, "sh", "-c", f'{disk} && exec "$@"', "sh", *command]
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

    def give_room(self) -> None:
        """Make its disk so large that it is never full again."""
        assert self._process is not None
        command = [
            "nsenter",
            "--target",
            str(self._process.pid),
            "--user",
            "--mount",
            "--preserve-credentials",
        ]
        if os.geteuid() == 0:
            command.remove("--user")
        subprocess.run([*command, "mount", "-o", "remount,size=512m", str(self.folder)], check=True)

    def close(self) -> None:
        """Stop it for good."""
        self.kill()
        self._reserved.close()
