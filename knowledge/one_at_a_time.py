"""Writers of the library take turns; one that takes long lets in between what a person waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OneAtATime:
    """One turn at a time. An urgent one goes before all others, and between two steps of a long one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._is_paused = False  # a long turn stands aside for urgent ones
        self._urgent = 0  # that wait

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """While the block lasts, nobody else has one, unless `let_in` is called in it."""
        with self._changed:
            if urgent:
                self._urgent += 1
                try:
                    self._changed.wait_for(lambda: not self._is_taken)
                finally:
                    self._urgent -= 1
            else:
                self._changed.wait_for(lambda: not (self._is_taken or self._is_paused or self._urgent))
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()

    def let_in(self) -> None:
        """Let urgent turns that wait have theirs. To be called in a turn that isn't urgent."""
        with self._changed:
            if not self._urgent:
                return
            self._is_taken, self._is_paused = False, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not (self._is_taken or self._urgent))
            self._is_taken, self._is_paused = True, False
