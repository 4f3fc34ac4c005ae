"""TLS in front of a server that has none: certificates of an authority of the test's own, and a relay."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from tests.real_milvus import join

NAME = "milvus.test"
"""What the server's certificate says."""

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def no_certificates() -> str:
    """Why none can be made here, or nothing."""
    return "" if shutil.which("openssl") else "openssl is missing"


def make_certificates(folder: Path) -> None:
    """`ca.pem`, and `server` and `client` as `.pem` and `.key`, signed by it."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "names").write_text(f"subjectAltName=DNS:{NAME}\n")
    openssl("req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=tests")
    for name in ("server", "client"):
        openssl("req", *_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signing)


class TlsFront:
    """Ends TLS on a port of 127.0.0.1 and passes on what comes to another port, until it is closed.

    Args:
        certificates: where they are.
        port: of the server behind.
        asks_back: whether callers must show a certificate, too.
    """

    def __init__(self, certificates: Path, port: int, *, asks_back: bool = False) -> None:
        self._behind = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        self._context.set_alpn_protocols(["h2"])
        if asks_back:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(certificates / "ca.pem")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more callers."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _ = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(caller,), daemon=True).start()

    def _pass_on(self, caller: socket.socket) -> None:
        try:
            safe = self._context.wrap_socket(caller, server_side=True)
        except OSError:  # it doesn't trust us, or we don't trust it
            caller.close()
            return
        join(safe, socket.create_connection(("127.0.0.1", self._behind)))
