"""The real Milvus 2.3.5 from its wheel, in a network namespace of its own, reached through a socket file.

The server binds nine ports on all interfaces whatever its settings say, so it gets a namespace that has nothing
but a loopback. Sockets with a path cross namespaces: a relay in there and one out here pass the bytes on.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from knowledge.errors import IndexUnavailable
from knowledge.index.milvus import MilvusOptions
from knowledge.index.milvus.server import Server

_ROOT = Path(__file__).resolve().parents[1]
_PORT = 19530
PASSWORD = "Milvus"  # what it is made with
_PATIENCE = 100


def why_not() -> str:
    """Why it can't be run here, or nothing."""
    if importlib.util.find_spec("milvus") is None:
        return "the real server isn't installed: pip install milvus==2.3.5"
    if not shutil.which("unshare") or not shutil.which("ip"):
        return "unshare and ip (util-linux, iproute2) are missing"
    tried = subprocess.run(
        [*_namespace(), "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False
    )
    return f"no network namespace can be made here: {tried.stderr.strip()}" if tried.returncode else ""


def _namespace() -> list[str]:
    return (
        ["unshare", "--net", "--kill-child"]
        if os.geteuid() == 0
        else ["unshare", "-r", "--net", "--kill-child"]
    )


class RealServer:
    """Milvus 2.3.5 standalone. It starts, dies, and comes back with the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = str(folder / "relay.sock")
        self._outside = socket.create_server(("127.0.0.1", 0))
        self.port = self._outside.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def options(self, **changes: object) -> MilvusOptions:
        """How to reach it."""
        usual = {
            "host": "127.0.0.1",
            "port": self.port,
            "seconds": 20.0,
            "user": "root",
            "password": PASSWORD,
        }
        return MilvusOptions(**(usual | changes))

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        Path(self._path).unlink(missing_ok=True)
        command = [*_namespace(), sys.executable, "-m", "tests.real_milvus"]
        command += [str(self._folder), self._path]
        with (self._folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=_ROOT, start_new_session=True
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            assert self._process.poll() is None, (self._folder / "output.log").read_text()[-3000:]
            server = Server(self.options(seconds=5.0))
            try:
                server.call("list_collections")
                return
            except IndexUnavailable:
                assert time.monotonic() < deadline, (self._folder / "output.log").read_text()[-3000:]
                time.sleep(0.3)  # no event tells of it
            finally:
                server.close()

    def kill(self) -> None:
        """As a crash would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop it for good."""
        self.kill()
        self._outside.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                here, _ = self._outside.accept()
                there = socket.socket(socket.AF_UNIX)
                try:
                    there.connect(self._path)
                except OSError:
                    here.close()
                    continue
                join(here, there)


def join(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either side sends, until one is closed."""
    for source, target in ((one, other), (other, one)):
        threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def _serve(folder: Path, path: str) -> None:
    """Inside of the namespace: the server, and the relay to it."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    import milvus

    config = milvus.MilvusServerConfig(data_dir=str(folder), proxy_port=_PORT)
    config.set("common.session.ttl", 5)  # how long it waits for its former self after a kill
    config.set("common.security.authorizationEnabled", "true")
    config.set("proxy.timeTickInterval", 50)  # milliseconds until what was written is seen
    config.resolve()
    milvus._initialize_data_files(str(folder))
    environment = os.environ | {
        "DEPLOY_MODE": "STANDALONE",
        "MILVUS_RUN_DIR": str(folder / "run"),
        "LD_LIBRARY_PATH": str(folder / "bin"),
    }
    command = [str(folder / "bin" / "milvus"), "run", "standalone"]
    process = subprocess.Popen(command, cwd=folder, env=environment)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def accept() -> None:
        while True:
            outside, _ = listener.accept()
            inside = socket.socket()
            try:
                inside.connect(("127.0.0.1", _PORT))
            except OSError:
                outside.close()
                continue
            join(inside, outside)

    threading.Thread(target=accept, daemon=True).start()
    sys.exit(process.wait())


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.argv[2])
