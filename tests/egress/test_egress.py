"""Nothing leaves the machine."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.egress import watch
from tests.egress.day import ANSWER

ROOT = Path(__file__).resolve().parents[2]
# What would keep a library from trying; and this suite's guard, which would stop it before a packet is sent.
_QUIETING = {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"}


@pytest.fixture(scope="module")
def why_not():
    """Why there is no namespace to watch in."""
    return watch.why_not()


def watched(folder: Path, *command: str) -> dict[str, object]:
    """The report on a program that runs where everything it sends is seen."""
    environment = {name: value for name, value in os.environ.items() if name not in _QUIETING}
    environment["PYTHONPATH"] = str(ROOT)
    report = folder / "report.json"
    done = subprocess.run(
        [*watch.NAMESPACE, sys.executable, "-m", "tests.egress.watch", str(report), *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    return json.loads(report.read_text()) | {"out": done.stdout, "err": done.stderr}


@pytest.mark.timeout(600)
def test_a_day_without_a_packet_to_elsewhere(tmp_path, why_not):
    """Indexing, questions, a refresh and a running bot reach for nothing but loopback, and ask for no name.

    Where no namespace can be made, the guard over Python's sockets has to do (and fails this test).
    """
    day = [sys.executable, "-m", "tests.egress.day", str(tmp_path / "day")]
    (tmp_path / "day").mkdir()
    if why_not:
        environment = {name: value for name, value in os.environ.items() if name not in _QUIETING}
        path = os.pathsep.join([environment["PYTHONPATH"], str(ROOT)])
        done = subprocess.run(
            day,
            cwd=ROOT,
            env=environment | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert ANSWER in done.stdout
        return
    seen = watched(tmp_path, *day)
    assert seen["code"] == 0, seen
    assert seen["tried"] == []
    assert seen["lost"] == 0
    assert ANSWER in seen["out"], "the language model wrote"


def test_the_watcher_sees(tmp_path, why_not):
    """A connection, a datagram and a name that is looked up are each reported, also of a program that isn't Python."""
    if why_not:
        pytest.skip(why_not)
    program = (
        "exec 3<>/dev/tcp/192.0.2.1/443; exec 4<>/dev/udp/198.51.100.7/123; echo x >&4; "
        "exec 5<>/dev/tcp/hub.example.com/443; exec 6<>/dev/tcp/127.0.0.1/4; exec 7<>/dev/tcp/2001:db8::1/80"
    )
    seen = watched(tmp_path, "bash", "-c", program)
    tried = set(seen["tried"])
    assert {"192.0.2.1:443/tcp", "198.51.100.7:123/udp"} <= tried
    assert any(each.endswith(":53/udp") for each in tried), "the look-up of a name"
    assert "127.0.0.1:4/tcp" not in tried
    if Path("/proc/net/if_inet6").exists():
        assert "2001:db8::1:80/tcp" in tried


@pytest.mark.parametrize(
    ("address", "port", "told"),
    [
        ((127, 0, 0, 1), 80, None),
        ((127, 9, 9, 9), 8080, None),
        ((127, 0, 0, 53), 53, "127.0.0.53:53/tcp"),
        ((10, 0, 0, 1), 80, "10.0.0.1:80/tcp"),
    ],
)
def test_what_counts_as_elsewhere(address, port, told):
    """Private networks too, and a name server on this machine, which would pass the name on."""
    header = bytes([0x45]) + bytes(8) + bytes([6]) + bytes(2) + bytes(4) + bytes(address)
    assert watch.tried(header + struct.pack("!HH", 40000, port)) == told


def test_a_packet_that_cant_be_read_is_reported():
    """It isn't taken for a harmless one."""
    assert watch.tried(b"\x45\0") is not None
