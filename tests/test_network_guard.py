"""The guard in tests/conftest.py does what it promises."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.network_guard import guard

ROOT = Path(__file__).resolve().parent.parent
# Reserved for documentation (RFC 5737, RFC 3849): nobody's machine.
ELSEWHERE = "192.0.2.1"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", b"localhost", "", None, "::ffff:127.0.0.1"]
)
def test_this_machine_is_local(host: object) -> None:
    """Loopback in every spelling is allowed."""
    assert guard.is_local(host)


@pytest.mark.parametrize(
    "host", [ELSEWHERE, "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "example.com", b"example.com"]
)
def test_other_machines_are_not(host: object) -> None:
    """Private networks and names count as elsewhere too."""
    assert not guard.is_local(host)


def test_loopback_connects() -> None:
    """A server on loopback can be reached."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_connection_elsewhere_is_refused_and_recorded(network_log: Path) -> None:
    """connect, connect_ex and sendto raise at once, and each attempt is written down."""
    for kind, attempt in (
        (socket.SOCK_STREAM, lambda sock: sock.connect((ELSEWHERE, 80))),
        (socket.SOCK_STREAM, lambda sock: sock.connect_ex((ELSEWHERE, 80))),
        (socket.SOCK_DGRAM, lambda sock: sock.sendto(b"x", (ELSEWHERE, 80))),
    ):
        with socket.socket(socket.AF_INET, kind) as sock, pytest.raises(guard.LeftTheMachine):
            attempt(sock)
    assert len(guard.attempts(network_log)) == 3
    network_log.unlink()


def test_name_lookup_is_refused(network_log: Path) -> None:
    """A name that isn't this machine's isn't even asked for."""
    with pytest.raises(guard.LeftTheMachine):
        socket.getaddrinfo("example.com", 443)
    assert "example.com" in guard.attempts(network_log)[0]
    network_log.unlink()


def test_child_process_is_guarded(network_log: Path) -> None:
    """A Python program that a test starts is refused too, and its attempt is this test's."""
    program = f"import socket; socket.create_connection(('{ELSEWHERE}', 80), timeout=5)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "LeftTheMachine" in done.stderr
    assert len(guard.attempts(network_log)) == 1
    network_log.unlink()


def test_swallowed_attempt_fails_the_run(tmp_path: Path) -> None:
    """A test whose code ignores the refusal fails all the same, with the address in the report."""
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import *\nfrom tests.conftest import _stay_on_this_machine\n"
    )
    (tmp_path / "test_it.py").write_text(
        "import contextlib, socket\n"
        "def test_it():\n"
        f"    with contextlib.suppress(OSError):\n        socket.create_connection(('{ELSEWHERE}', 80))\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
        "test_it.py",
    ]
    path = f"{ROOT}:{ROOT / 'tests' / 'network_guard'}"
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"connect to {ELSEWHERE}:80" in done.stdout
