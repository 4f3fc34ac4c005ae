"""The child: prepares the documents that come by its standard input.

python -m knowledge.preparing.child MODULE:FUNCTION
"""

from __future__ import annotations

import importlib
import math
import os
import pickle
import resource
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from knowledge.language import Analyzer
from knowledge.preparing.wire import send
from knowledge.preparing.work import Prepared, recipe
from knowledge.types import ParsedDocument

Documents = list[tuple[str, ParsedDocument]]
_NICE = 5  # a quarter of a processor that someone else wants too, and all of one that nobody wants
_OUT_OF_MEMORY_SCORE = 900  # of 1000: before the bot, whose work this is, and before its model
_SECONDS, _CHARACTERS_A_SECOND = 60, 2_000  # of processor time: ten times what a slow machine takes


def main(work: str) -> None:
    """Prepare documents until the input ends, and then no longer.

    The standard output becomes nothing for everyone else, so that a library that prints doesn't answer.
    """
    module, _, function = work.partition(":")
    prepare: Callable[[Analyzer, Sequence[tuple[str, ParsedDocument]]], list[Prepared]]
    prepare = getattr(importlib.import_module(module), function)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    _stand_back()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    analyzer: Analyzer = pickle.load(requests)  # noqa: S301 - from the parent
    send(answers, recipe(analyzer))
    asked: SimpleQueue[Documents] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, asked), daemon=True).start()
    while True:
        documents = asked.get()
        _limit(sum(len(document.text) for _, document in documents))
        try:
            found = prepare(analyzer, documents)
        except Exception as error:  # noqa: BLE001 - told to the parent, which tries for itself
            send(answers, _trace(error))
        else:
            send(answers, "", *found)


def _stand_back() -> None:
    """Behind everyone who waits for an answer; and the first to go when memory runs out."""
    os.nice(_NICE)
    with suppress(OSError):  # there is no such file but on Linux
        Path("/proc/self/oom_score_adj").write_text(str(_OUT_OF_MEMORY_SCORE), encoding="ascii")


def _listen(requests: BinaryIO, asked: SimpleQueue[Documents]) -> None:
    """Take what is asked. When the parent is gone, by whatever death, this process ends in mid-work."""
    try:
        while True:
            count = pickle.load(requests)  # noqa: S301 - from the parent
            asked.put([pickle.load(requests) for _ in range(count)])  # noqa: S301 - the same
    finally:
        os._exit(0)


def _limit(characters: int) -> None:
    """Let the kernel end this process if these characters take it beyond all reason: native code may hang."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = math.ceil(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = spent + _SECONDS + characters // _CHARACTERS_A_SECOND
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _trace(error: Exception) -> str:
    """What happened where, without the error's text, which may quote the document."""
    frames = traceback.extract_tb(error.__traceback__, limit=-8)
    places = (f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {' < '.join(places)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
