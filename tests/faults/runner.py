"""Indexing runs that die: `python -m tests.faults.runner` forks one for each line of JSON that it reads.

Importing takes longer than a run, so it is done once and every run is a fork. A line has the run's folders
(`data`, `docs`) and how it ends:

    {"die_at": 120}                     SIGKILL at the 120th point
    {"after": "commit", "nth": 3, "delay": 0.002}   SIGKILL so many seconds after the third call of that name
    {"delay": 0.2}                      SIGKILL so many seconds after the run has begun
    {}                                  it isn't killed

Points are the calls, before and after, with which a run changes what is on the disk. The answer is a line of
JSON: `status` (as of `waitpid`), `points` (how many there were) and `calls` (how many of each name).
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

from knowledge import refresh
from tests.librarian import QuickEmbedder, open_knowledge

BATCH_DOCUMENTS = 6
_POINTS = frozenset(
    ("execute", "executemany", "commit", "rollback", "fsync", "replace", "rename", "unlink", "rmdir")
    + ("mkdir", "write", "add_document", "delete_documents_by_query", "wait_merging_threads", "writer")
)


def main() -> None:
    """Serve until the input ends."""
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
        if event in ("c_call", "c_return") and argument.__name__ in _POINTS:
            calls[argument.__name__] += event == "c_call"
            calls[""] += 1
            if calls[""] == order.get("die_at"):
                os.kill(os.getpid(), signal.SIGKILL)
            if event == "c_call" and argument.__name__ == order.get("after") and calls[order["after"]] == order["nth"]:
                os.write(pipe, b"\n")

    code = 1
    try:
        refresh._BATCH_DOCUMENTS = BATCH_DOCUMENTS
        knowledge = open_knowledge(Path(order["data"]), Path(order["docs"]), embedder=QuickEmbedder())
        if "delay" in order and "after" not in order:
            os.write(pipe, b"\n")
        sys.setprofile(watch)
        knowledge.refresh()
        knowledge.close()
        sys.setprofile(None)
        os.write(pipe, json.dumps({"points": calls.pop(""), "calls": calls}).encode())
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
