"""File systems that may never answer: a network share whose server is gone holds a caller for ever.

The system lets nobody end such a call, so it is left to a thread of its own, and not waited for for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")
Beat = Callable[[], None]

_SECONDS = 30.0  # a disk that sleeps is awake by then


class Stalled(Exception):
    """A call, or one that was made before at the same place, gave no sign of life."""


class Patience:
    """Calls to file systems, by place. While one hangs, no other is made there: each would cost a thread.

    `seconds`: so long nothing may come of a call; one that goes on, however slowly, may take longer.
    Thread-safe.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._hanging: dict[str, threading.Thread] = {}

    def call(self, place: str, function: Callable[[Beat], Result]) -> Result:
        """What the function gives, or the error that it raises.

        Args:
            place: what hangs as a whole: a share.
            function: gets what it calls now and then, as a sign of life.

        Raises:
            Stalled: there was none for twice as long at most. The function may still be running.
        """
        hanging = self._hanging.get(place)
        if hanging is not None and hanging.is_alive():
            raise Stalled(place)
        run = _Run(function)
        thread = threading.Thread(target=run, name=f"reading {place}", daemon=True)
        thread.start()
        beats = -1
        while not run.done.wait(self._seconds):
            if run.beats == beats:
                self._hanging[place] = thread
                raise Stalled(place)
            beats = run.beats
        return run.result()


class _Run(Generic[Result]):
    """A function in its thread, and how often it gave a sign of life."""

    def __init__(self, function: Callable[[Beat], Result]) -> None:
        self._function = function
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self.beats = 0
        self.done = threading.Event()

    def __call__(self) -> None:
        try:
            self._results.append(self._function(self._beat))
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self._error = error
        finally:
            self.done.set()

    def _beat(self) -> None:
        self.beats += 1

    def result(self) -> Result:
        if self._error is not None:
            raise self._error
        return self._results[0]
