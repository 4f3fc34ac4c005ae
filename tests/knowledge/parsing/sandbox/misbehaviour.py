"""A reader that does in the child what the document's name says."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from knowledge.errors import Unreadable
from knowledge.parsing import parse as really_parse
from knowledge.types import Block, ParsedDocument

LIBRARY = ctypes.CDLL(None, use_errno=True)


def parse(name: str, data: bytes) -> ParsedDocument:
    """Misbehave, or read."""
    act = ACTS.get(name)
    return act(data) if act else really_parse(name, data)


def said(text: str) -> ParsedDocument:
    return ParsedDocument("", text, (Block("paragraph", 0, len(text)),))


def _niceness(_data):
    return said(str(os.getpriority(os.PRIO_PROCESS, 0)))


def _hang(_data):
    while True:
        time.sleep(1)


def _spin(_data):
    while True:
        pass


def _burn(_data):
    """Half a second of processor time."""
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    return said("burnt")


def _eat(_data):
    kept = []
    while True:
        kept.append(bytearray(1 << 22))


def _eat_natively(_data):
    """Outside of Python, where no MemoryError is raised: the library is told NULL and falls over it."""
    LIBRARY.malloc.restype = ctypes.c_void_p
    LIBRARY.malloc.argtypes = [ctypes.c_size_t]
    LIBRARY.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    while True:
        LIBRARY.memset(LIBRARY.malloc(1 << 22), 1, 1 << 22)


def _crash(_data):
    ctypes.string_at(0)


def _recurse(data):
    return _recurse(data)


def _fail(_data):
    raise ValueError("the document's own words")


def _print(_data):
    sys.stdout.write("noise\n")
    sys.__stdout__.write("noise\n")
    os.write(1, b"noise")
    sys.__stdout__.flush()
    return said("quiet")


def _attempts(_data):
    """What Python itself could do, each with what came of it."""
    tries = {
        "socket": socket.socket,
        "program": lambda: subprocess.run(["true"], check=False),
        "fork": os.fork,
        "kill": lambda: os.kill(os.getppid(), 0),
        "write": lambda: Path("/tmp/saseo-sandbox-was-left").write_text("x", encoding="utf-8"),
        "delete": lambda: Path("/tmp/saseo-sandbox-was-left").unlink(),
        "write by number": lambda: os.open("/dev/null", os.O_WRONLY),
    }
    return said("\n".join(f"{name} {_result(act)}" for name, act in tries.items()))


def _result(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"


def _natively(_data):
    """The same by the C library, past Python's audit hook; a call's result is -1 when it is refused."""
    path = b"/tmp/saseo-sandbox-was-left"
    calls = {
        "socket": lambda: LIBRARY.socket(2, 1, 0),
        "exec": lambda: LIBRARY.execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true", None)),
        "fork": LIBRARY.fork,
        "kill": lambda: LIBRARY.kill(os.getppid(), 0),
        "write": lambda: LIBRARY.open(path, os.O_WRONLY | os.O_CREAT, 0o600),
        "delete": lambda: LIBRARY.unlink(b"/tmp/saseo-sandbox-is-not-there"),
        "read": lambda: LIBRARY.open(b"/etc/passwd", os.O_RDONLY),
        "list": lambda: LIBRARY.open(b"/", os.O_RDONLY),
        "library": lambda: LIBRARY.open(os.__file__.encode(), os.O_RDONLY),
        "chmod-library": lambda: LIBRARY.fchmod(LIBRARY.open(os.__file__.encode(), os.O_RDONLY), 0o644),
        "chmod-newly": lambda: LIBRARY.syscall(452, -100, b"/", 0o755, 0),  # fchmodat2
        "slow-parent": lambda: LIBRARY.setpriority(0, os.getppid(), 19),
        "pin-parent": lambda: LIBRARY.sched_setaffinity(os.getppid(), 8, bytes([1, *bytes(7)])),
        "signal-parent": lambda: LIBRARY.fcntl(0, 8, os.getppid()),  # F_SETOWN
        "own-fcntl": lambda: LIBRARY.fcntl(0, 1),  # F_GETFD
        "watch": lambda: LIBRARY.inotify_init1(0),
        "uring": lambda: LIBRARY.syscall(425, 1, None),
    }
    lines = []
    for name, call in calls.items():
        ctypes.set_errno(0)
        result = call()
        lines.append(f"{name} {ctypes.get_errno() if result < 0 else 0}")
    return said("\n".join(lines))


def _environment(_data):
    return said(" ".join(sorted(os.environ)))


def _process(_data):
    return said(str(os.getpid()))


def _lie(_data):
    """Answer past the protocol, as a parser that was taken over could."""
    os.write(4, b"\0\0\0\0\0\0\0\x02{}")
    time.sleep(60)


def _boast(_data):
    os.write(4, b"\xff" * 8)
    time.sleep(60)


def _much(data):
    return said("x" * int(data))


def _many(data):
    return ParsedDocument("", "x" * int(data), tuple(Block("paragraph", n, n + 1) for n in range(int(data))))


def _bad(_data):
    raise Unreadable(reason="malformed", detail="told")


ACTS = {
    "niceness": _niceness,
    "hang": _hang,
    "spin": _spin,
    "burn": _burn,
    "eat": _eat,
    "eat-natively": _eat_natively,
    "crash": _crash,
    "recurse": _recurse,
    "fail": _fail,
    "print": _print,
    "attempts": _attempts,
    "natively": _natively,
    "environment": _environment,
    "process": _process,
    "lie": _lie,
    "boast": _boast,
    "much": _much,
    "many": _many,
    "bad": _bad,
}
