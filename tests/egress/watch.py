"""Run a program where nothing can leave, and tell whom it tried to reach: any program, in whatever language.

    unshare -r -m -n --kill-child python -m tests.egress.watch REPORT PROGRAM ARGUMENTS...

In the network namespace there is a loopback and nothing else, and every address in the world is routed to it: a
packet to elsewhere comes back refused at once instead of being lost unseen, and the watcher reads them all. The
programs of the machine that look names up for others are hidden, so that whoever wants a name has to ask for it
with a packet too. The report is JSON: the program's exit `code`, how many `packets` were seen, how many were
`lost`, and the addresses elsewhere (and name servers anywhere) that were `tried`, with their ports.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

NAMESPACE = ("unshare", "--map-root-user", "--mount", "--net", "--kill-child")
_HELPERS = ("/run/systemd/resolve", "/run/nscd", "/run/avahi-daemon")
_ETH_P_ALL = 3
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_TCP, _UDP, _DNS = 6, 17, 53
_TRIAL = """
import socket, subprocess
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["mount", "-t", "tmpfs", "none", "/tmp"], check=True)
socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
"""
_PROTOCOLS = {_TCP: "tcp", _UDP: "udp"}


def why_not() -> str:
    """Why it can't be done here, or nothing: each thing that needs a right is tried."""
    if sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("ip"):
        return "unshare and ip (util-linux, iproute2) are missing"
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-c", _TRIAL], capture_output=True, text=True, check=False
    )
    told = done.stderr.strip().splitlines()
    return f"nothing can be watched here: {told[-1] if told else done.returncode}" if done.returncode else ""


def tried(packet: bytes) -> str | None:
    """Whom an IP packet is for, if that is elsewhere or a name server; else None."""
    try:
        if packet[0] >> 4 == 4:
            address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(packet[16:20])
            protocol, rest = packet[9], packet[4 * (packet[0] & 15) :]
        else:
            address, protocol, rest = ipaddress.IPv6Address(packet[24:40]), packet[6], packet[40:]
        port = struct.unpack("!H", rest[2:4])[0] if protocol in _PROTOCOLS else 0
    except (IndexError, struct.error, ipaddress.AddressValueError):
        return f"an unreadable packet: {packet[:40].hex()}"
    if address.is_loopback and port != _DNS:
        return None
    return f"{address}:{port}/{_PROTOCOLS.get(protocol, protocol)}"


class Watcher:
    """Reads what goes over the loopback until it is stopped."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.packets = 0
        self.lost = 0
        # SOCK_DGRAM: without the link's header, so that a packet begins with its IP header.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self._socket.bind(("lo", _ETH_P_ALL))
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def stop(self) -> None:
        """Read what is there yet, and end. The mark is a packet to oneself, which comes after all others."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mark:
            mark.sendto(b"the end", ("127.255.255.254", 9))
        self._thread.join()
        _, self.lost = struct.unpack("=II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        self._socket.close()

    def _read(self) -> None:
        while True:
            packet = self._socket.recv(1 << 16)
            if packet.endswith(b"the end"):
                return
            self.packets += 1
            if address := tried(packet):
                self.found.add(address)


def main(report: Path, command: list[str]) -> None:
    """Inside of the namespace: make the routes, watch, run."""
    for words in (
        "link set lo up",
        "route add local default dev lo",
        "-6 route add local default dev lo",
    ):
        # A kernel without IPv6 has no routes for it, and needs none.
        subprocess.run(["ip", *words.split()], check=not words.startswith("-6"))
    for folder in _HELPERS:
        if Path(folder).is_dir():
            subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    watcher = Watcher()
    try:
        code = subprocess.run(command, check=False).returncode
    finally:
        watcher.stop()
    found = {"code": code, "packets": watcher.packets, "lost": watcher.lost, "tried": sorted(watcher.found)}
    report.write_text(json.dumps(found))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]), sys.argv[2:])
