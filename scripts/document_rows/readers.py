"""Who reads the corpus in the measurement of speed: Saseo's sandbox, and markitdown in other processes."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

from knowledge.errors import Unreadable
from knowledge.parsing.sandbox import Sandbox

_WORKER = Path(__file__).with_name("markitdown_worker.py")


class Reader(Protocol):
    """Reads one file at a time, in a process of its own."""

    def read(self, path: Path) -> str | None:
        """Its text, or None where it can't be read."""

    def hurry(self, path: Path) -> None:
        """Read it, and leave the text."""

    def close(self) -> None:
        """End the process."""


class Sandboxed:
    """Saseo's: the text, its structure and its places come back from the child, and are checked."""

    def __init__(self) -> None:
        self._sandbox = Sandbox()

    def read(self, path: Path) -> str | None:
        try:
            document = self._sandbox.parse(path.name, path.read_bytes())
        except Unreadable:
            return None
        return f"{document.title}\n{document.text}"

    def hurry(self, path: Path) -> None:
        self.read(path)

    def close(self) -> None:
        self._sandbox.close()


class Markitdown:
    """markitdown: the time is that of reading alone, its text isn't sent back."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def read(self, path: Path) -> str | None:
        return self._asked(path, text=True)

    def hurry(self, path: Path) -> None:
        self._asked(path, text=False)

    def _asked(self, path: Path, *, text: bool) -> str | None:
        requests, answers = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        requests.write(json.dumps({"path": str(path), "text": text}) + "\n")
        requests.flush()
        line = answers.readline()
        if not line:
            raise SystemExit("markitdown's process ended: is it installed there?")
        found: str | None = json.loads(line)
        return found

    def close(self) -> None:
        cast("IO[str]", self._process.stdin).close()
        self._process.wait()


@contextmanager
def together(readers: list[Reader]) -> Iterator[list[Reader]]:
    """Readers that are all closed at the end."""
    with contextlib.ExitStack() as stack:
        for reader in readers:
            stack.callback(reader.close)
        yield readers


def seconds(readers: list[Reader], paths: Iterable[Path]) -> float:
    """How long they take for all files, each taking the next when it is done with one."""
    waiting, taking = iter(paths), threading.Lock()

    def work(reader: Reader) -> None:
        while True:
            with taking:
                path = next(waiting, None)
            if path is None:
                return
            reader.hurry(path)

    threads = [threading.Thread(target=work, args=(reader,)) for reader in readers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
