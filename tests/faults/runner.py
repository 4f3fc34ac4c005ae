"""Indexing runs that die: `python -m tests.faults.runner` forks one for each line of JSON that it reads.

Importing takes longer than a run, so it is done once and every run is a fork. A line has the run's folders
(`data`, `docs`) and how it ends:

    {"die_at": 120}                     SIGKILL at the 120th point
    {"after": "commit", "nth": 3, "delay": 0.002}   SIGKILL so many seconds after the third call of that name
    {"delay": 0.2}                      SIGKILL so many seconds after the run has begun
    {}                                  it isn't killed

Points are the calls, before and after, with which a run changes what is on the disk. The answer is a line of
JSON: `status` (as of `waitpid`), and of a run that came to its end `points` (how many there were), `calls`
(how many of each name) and `seconds`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import alembic.command  # noqa: F401
import tantivy  # noqa: F401 - what a run imports late, every fork would import again

from knowledge import refresh
from knowledge.parsing import parse
from tests.faults.scene import AFTER, BEFORE
from tests.librarian import ANALYZER, QuickEmbedder, open_knowledge

BATCH_DOCUMENTS = 6
EMBEDDER = QuickEmbedder()
_POINTS = frozenset(
    (
        "execute",
        "executemany",
        "commit",
        "rollback",
        "fsync",
        "replace",
        "rename",
        "unlink",
        "rmdir",
        "mkdir",
        "write",
        "add_document",
        "delete_documents_by_query",
        "wait_merging_threads",
        "writer",
    )
)


def main() -> None:
    """Serve until the input ends."""
    parse("note.md", b"# Title\n\nText.\n")
    ANALYZER.terms("text", "en")
    EMBEDDER.embed_documents([" ".join(texts) for texts in (*BEFORE.values(), *AFTER.values())])
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _run(order, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            if "delay" in order:
                pipe.readline()  # it has begun, or is at the call
                time.sleep(order["delay"])
                os.kill(child, signal.SIGKILL)
            result = pipe.read()
        _, status = os.waitpid(child, 0)
        answer = {"status": status, **(json.loads(result) if result else {})}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _run(order: dict[str, Any], pipe: int) -> None:
    calls: Counter[str] = Counter()

    def watch(_frame: FrameType, event: str, argument: Any) -> None:
        if event not in ("c_call", "c_return") or argument.__name__ not in _POINTS:
            return
        name = argument.__name__
        if name == "replace" and argument.__module__ != "posix":
            return  # a string's
        calls[name] += event == "c_call"
        calls[""] += 1
        if calls[""] == order.get("die_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        if (name, calls[name], event) == (order.get("after"), order.get("nth"), "c_call"):
            os.write(pipe, b"\n")

    code = 1
    try:
        refresh._BATCH_DOCUMENTS = BATCH_DOCUMENTS
        knowledge = open_knowledge(Path(order["data"]), Path(order["docs"]), embedder=EMBEDDER)
        began = time.monotonic()
        if "delay" in order and "after" not in order:
            os.write(pipe, b"\n")
        else:
            sys.setprofile(watch)
        knowledge.refresh()
        knowledge.close()
        sys.setprofile(None)
        result = {"points": calls.pop("", 0), "calls": calls, "seconds": time.monotonic() - began}
        os.write(pipe, json.dumps(result).encode())
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
