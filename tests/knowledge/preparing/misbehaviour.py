"""Work that does in the child what the documents' uris say."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from knowledge.language import Analyzer
from knowledge.preparing import Prepared, prepared
from knowledge.types import ParsedDocument


def work(analyzer: Analyzer, documents: Sequence[tuple[str, ParsedDocument]]) -> list[Prepared]:
    """Misbehave at a document with such a uri, or work."""
    for uri, _ in documents:
        act, _, detail = uri.partition(":")
        if act in ACTS:
            ACTS[act](detail)
    return prepared(analyzer, documents)


def _crash_once(marker: str) -> None:
    if not Path(marker).exists():
        Path(marker).touch()
        _end(signal.SIGSEGV)


def _end(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(60)


def _fail(_: str) -> None:
    raise ValueError("the document's own words")


def _hang(marker: str) -> None:
    Path(marker).write_text(str(os.getpid()))
    time.sleep(600)


ACTS: dict[str, Callable[[str], None]] = {
    "crash": lambda _: _end(signal.SIGSEGV),
    "crash-once": _crash_once,
    "killed": lambda _: _end(signal.SIGKILL),
    "fail": _fail,
    "hang": _hang,
}
