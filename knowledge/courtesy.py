"""Answering comes first: what can wait goes behind what a person waits for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TURN_SECONDS = 0.0005
_PATIENCE = 1.0  # seconds of one wait: where somebody always asks, indexing goes on all the same


@contextmanager
def quick_turns() -> Iterator[None]:
    """Have threads take turns in the interpreter ten times as often as by Python's own choice, in the block.

    A question gives the interpreter's lock away whenever it reads, searches or computes outside of Python,
    and waits for it up to a whole turn of a thread that writes to the catalog meanwhile. It is a setting of
    the whole process, so whoever runs the process makes it.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Courtesy:
    """Counts what is urgent, and lets other work wait for it between two steps.

    The threads of a run keep their priority: one that the system lets run seldom would hold Python's lock, or
    the catalog's, all the longer while a question waits for it.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._urgent = 0
        self._changed = threading.Condition()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """While the block lasts, others give way."""
        with self._changed:
            self._urgent += 1
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    def is_urgent(self) -> bool:
        """Whether something is."""
        return self._urgent > 0

    def give_way(self) -> bool:
        """Wait while something is urgent, but not for ever; gives whether nothing is any more."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._urgent, self._patience)
