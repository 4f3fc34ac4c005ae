"""The parent: starts the process when there is enough to do, and makes up for whatever becomes of it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, cast

from knowledge.language import Analyzer
from knowledge.preparing.wire import receive, send
from knowledge.preparing.work import Prepared, prepared, recipe
from knowledge.types import ParsedDocument

_log = logging.getLogger(__name__)
WORK = "knowledge.preparing.work:prepared"
WORTH_A_PROCESS = 100_000
"""Characters: fewer are cut and analysed sooner than the process is started and has loaded Kiwi."""

_TRIES = 2
_BETWEEN_LOOKS = 0.2  # seconds
# How native code dies of a text; it would take the bot with it. By other ends the text is not at fault.
_FATAL = frozenset(
    -number
    for number in (
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGSEGV,
        signal.SIGXCPU,
    )
)


class Died(Exception):
    """The process ended with these documents in its hands, each time that it got them."""


class Preparing:
    """Cuts and analyses the documents of one run. To be used by one thread, and closed.

    Args:
        analyzer: of this process; the other one gets its like.
        worth: characters that are worth a process.
        work: what the process does, as `module:function`.
    """

    def __init__(self, analyzer: Analyzer, worth: int = WORTH_A_PROCESS, work: str = WORK) -> None:
        self.recipe = recipe(analyzer)
        self._analyzer = analyzer
        self._worth = worth
        self._work = work
        self._child: _Child | None = None
        self._is_fatal = False  # native code died of something here: no more of it in this process
        self._stays_here = False  # no process can be had, or kept

    def prepare(
        self, documents: Sequence[tuple[str, ParsedDocument]], check: Callable[[], None]
    ) -> list[Prepared]:
        """The passages of each document, given with its uri.

        A process that dies is started again once, with the same documents. If it dies again, without their
        being the cause, the rest of the run is done in this process.

        Args:
            documents: parsed.
            check: called several times a second while the process works; it may raise to stop.

        Raises:
            Died: native code died of one of these documents.
        """
        if self._is_done_here(sum(len(document.text) for _, document in documents)):
            return prepared(self._analyzer, documents)
        for _ in range(_TRIES):
            try:
                found = self._asked(documents, check)
            except _Gone as error:
                code = self.close()
                self._is_fatal = self._is_fatal or code in _FATAL
                _log.warning("the process that analyses documents ended (status %s): %s", code, error)
                continue
            # What failed there, fails here too, if the documents are to blame.
            return prepared(self._analyzer, documents) if found is None else found
        if self._is_fatal:
            raise Died
        self._stays_here = True
        return prepared(self._analyzer, documents)

    def close(self) -> int | None:
        """End the process, if there is one; gives its exit status. Work goes on after it with a new one."""
        child, self._child = self._child, None
        return child.end() if child is not None else None

    def _is_done_here(self, characters: int) -> bool:
        if self._stays_here:
            return True
        return self._child is None and characters < self._worth and not self._is_fatal

    def _asked(
        self, documents: Sequence[tuple[str, ParsedDocument]], check: Callable[[], None]
    ) -> list[Prepared] | None:
        """What the process made of the documents, None where it failed at it."""
        if self._child is None:
            self._child = _Child(self._analyzer, self.recipe, self._work)
        answer = self._child.ask(documents)
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    return answer.result(_BETWEEN_LOOKS)
                check()
        except _Gone:
            raise
        except BaseException:
            self.close()  # it is in the midst of what nobody waits for any more
            raise


class _Gone(Exception):
    """The process can't be had, has ended, or says what it shouldn't."""


class _Child:
    """A process, and the thread that talks with it: what is said waits for the other side's hearing it."""

    def __init__(self, analyzer: Analyzer, recipe: str, work: str) -> None:
        self._recipe = recipe
        try:
            self._process = _start(work)
        except OSError as error:
            raise _Gone(error) from error
        self._requests = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._talking = ThreadPoolExecutor(1, "preparing")
        self._greeted = self._talking.submit(self._greet, analyzer)

    def ask(self, documents: Sequence[tuple[str, ParsedDocument]]) -> Future[list[Prepared] | None]:
        return self._talking.submit(self._ask, documents)

    def end(self) -> int:
        if self._process.poll() is None:
            self._process.kill()
        self._talking.shutdown()
        with contextlib.suppress(OSError):  # a request that is stuck in the pipe is lost with it
            self._requests.close()
        self._answers.close()
        return self._process.wait()

    def _greet(self, analyzer: Analyzer) -> None:
        with _mapped():
            send(self._requests, analyzer)
            theirs = receive(self._answers)
        if theirs != self._recipe:  # the program was changed under a running bot
            raise _Gone(f"its recipe is {theirs!r}, not {self._recipe!r}")

    def _ask(self, documents: Sequence[tuple[str, ParsedDocument]]) -> list[Prepared] | None:
        self._greeted.result()
        with _mapped():
            send(self._requests, len(documents), *documents)
            if not (failure := receive(self._answers)):
                return [receive(self._answers) for _ in documents]
        _log.warning("analysing %d documents failed in its process: %s", len(documents), failure)
        return None


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # of broken pickles pickle raises whatever comes up
        raise _Gone(error) from error


def _start(work: str) -> subprocess.Popen[bytes]:
    """A new interpreter that finds the same modules, and knows nothing of this one's environment.

    In a process group of its own, for Ctrl+C is the parent's affair, and yet in the same session: Linux
    shares the processors between sessions first, so that in another one being nice would be for nothing.
    """
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "knowledge.preparing.child", work],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": path, "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"},
        process_group=0,
    )
