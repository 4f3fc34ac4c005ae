"""The parent: gives documents to a child, watches it, and replaces it when it is worn out or dead."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import BinaryIO, cast

import psutil

from knowledge.errors import Unreadable
from knowledge.parsing.install import installed
from knowledge.parsing.ocr import Picture, Tesseract, with_texts
from knowledge.parsing.page_ranges import numbers, ranges
from knowledge.parsing.sandbox.limits import Limits
from knowledge.parsing.sandbox.wire import Untrustworthy, receive_answer, receive_picture, send_request
from knowledge.types import Omission, ParsedDocument

_log = logging.getLogger(__name__)
READER = "knowledge.parsing:parse"
_BETWEEN_LOOKS = 0.2  # seconds
_LOOKS_BEFORE_RESTING = 10
_MOST_PAGES = 1000  # that are drawn for recognition
_STARTING = 60.0  # seconds that a new child may take on top, on a machine that has other things to do


class Sandbox:
    """Reads documents in a child process. Thread-safe; documents are read one at a time.

    The first document starts the child. `close` ends it, and the next document would start another.

    Args:
        limits: of each document.
        reader: what reads in the child, as `module:function`.
        ocr: reads pages that are pictures. It is a program of its own, run by this process: the child may
            start none, and gives the pages as pictures that it has drawn.
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008 (a frozen value)
        reader: str = READER,
        ocr: Tesseract | None = None,
    ) -> None:
        self._limits = limits
        self._ocr = ocr
        self._reader = reader
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def parse(self, name: str, data: bytes, group: Hashable = "") -> ParsedDocument:
        """Read a file's content, as `knowledge.parsing.parse` does.

        A child that dies may have been worn out by what it read before, so a second, new one gets a try.

        Args:
            name: the file's.
            data: its content.
            group: a child reads documents of one group only: what it has become of one of them can't get
                into another group's.

        Raises:
            Unreadable: what `knowledge.parsing.parse` raises, and `timed_out`, `too_complex` (it took more
            memory than it may, or gives more text) and `crashed`.
        """
        with self._lock:
            child = self._ready(group)
            try:
                document = child.parse(name, data)
            except Unreadable as error:
                reason, detail = str(error.parameters["reason"]), str(error.parameters["detail"])
                if reason == "needs_ocr" and self._ocr is not None and (pages := numbers(detail)):
                    return self._recognised(child, _nothing_of(name), pages)
                if child.is_alive or child.documents == 1 or not _may_be_worn(reason, detail):
                    raise
                child = self._ready(group)
                document = child.parse(name, data)
            scans = [each for each in document.omissions if each.reason == "needs_ocr"]
            pages = [number for each in scans for number in numbers(each.detail)]
            if self._ocr is None or not pages:  # none: the scan is a file inside of this one
                return document
            try:
                return self._recognised(child, document, pages)
            except Unreadable as error:
                _log.warning("the scanned pages of a document can't be read: %s", error)
                return document

    def _recognised(self, child: _Child, document: ParsedDocument, pages: list[int]) -> ParsedDocument:
        """The document that the child has just read, with the text of these pages, which are pictures.

        Pages that can't be drawn, or for which the time is too short, stay left out.
        """
        assert self._ocr is not None  # noqa: S101
        texts = self._ocr.read(child.pictures(pages[:_MOST_PAGES]))
        if not texts:
            raise Unreadable(reason="needs_ocr", detail=ranges(pages))
        omissions = tuple(each for each in document.omissions if each.reason != "needs_ocr")
        if missing := [page for page in pages if page not in texts]:
            omissions = (*omissions, Omission("needs_ocr", ranges(missing)))
        return with_texts(replace(document, omissions=omissions), texts)

    @property
    def readers(self) -> str:
        """A short name of all that reads here: what can't be read is tried again when it is another."""
        return installed() + ("+ocr" if self._ocr is not None else "")

    def another(self) -> Sandbox:
        """One like this, with a child of its own, for what a person waits for."""
        return Sandbox(replace(self._limits, niceness=0), self._reader, self._ocr)

    def close(self) -> None:
        """End the child. Reading goes on after it with a new one."""
        with self._lock:
            self._end()

    def _ready(self, group: Hashable) -> _Child:
        child = self._child
        if child is None or not child.is_usable or child.group != group:
            self._end()
            child = self._child = _Child(self._limits, self._reader, group)
        return child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _may_be_worn(reason: str, detail: str) -> bool:
    """Whether a child may have failed by what it had read before: it died, or had no memory left.

    What takes too long, or has more text than it may, does so again.
    """
    return reason == "crashed" or (reason == "too_complex" and detail in ("", MemoryError.__name__))


def _nothing_of(name: str) -> ParsedDocument:
    return ParsedDocument(name.rpartition(".")[0] or name, "", (), None)


class _Child:
    def __init__(self, limits: Limits, reader: str, group: Hashable) -> None:
        self.group = group
        self.documents = 0
        self._limits = limits
        self._process = _start(limits, reader)
        self._requests = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._watch = _Watch(self._process, limits)
        self.is_alive = True

    @property
    def is_usable(self) -> bool:
        return self.is_alive and self.documents < self._limits.documents

    def parse(self, name: str, data: bytes) -> ParsedDocument:
        self.documents += 1
        with self._judged(self._limits.seconds + (_STARTING if self.documents == 1 else 0)):
            send_request(self._requests, name, data)
            return receive_answer(self._answers, self._limits)

    def pictures(self, pages: Sequence[int]) -> Iterator[tuple[int, Picture]]:
        """Some pages of the document before, drawn one by one, without those that can't be drawn."""
        for page in pages:
            with self._judged(self._limits.seconds):
                send_request(self._requests, "", b"", page - 1)
                picture = receive_picture(self._answers)
            if picture is not None:
                yield page, picture

    @contextmanager
    def _judged(self, seconds: float) -> Iterator[None]:
        """Watch over the block, and say of what went wrong in it what it means for the document."""
        try:
            with self._watch.over(seconds):
                yield
            if self._watch.verdict:  # killed when it had answered: this one is read, the next needs another
                self.end()
        except (EOFError, OSError) as error:
            raise self._post_mortem() from error
        except Untrustworthy as error:
            _log.warning("a parser's answer made no sense: %s", error)
            self.end()
            raise Unreadable(reason="crashed", detail="") from error
        except Unreadable as error:
            self._told(error)
            raise

    def _told(self, error: Unreadable) -> None:
        reason = error.parameters["reason"]
        if reason in ("too_complex", "unexpected"):
            _log.warning(
                "a document can't be read (%s): %s", error, "; ".join(getattr(error, "__notes__", ()))
            )
        if reason == "too_complex":
            self.end()  # its memory may be in pieces, or its answer still in the pipe

    def _post_mortem(self) -> Unreadable:
        """What a child that broke off died of."""
        self.end()
        code = self._process.returncode
        _log.warning("a parser died (exit status %d, %s)", code, self._watch.verdict or "by itself")
        if self._watch.verdict:
            return Unreadable(reason=self._watch.verdict, detail="")
        if code == -signal.SIGXCPU:
            return Unreadable(reason="timed_out", detail="")
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(code)
        return Unreadable(reason="crashed", detail=name)

    def end(self) -> None:
        self.is_alive = False
        self._watch.stop()
        with contextlib.suppress(OSError):  # a request that is stuck in the pipe is lost with it
            self._requests.close()
        with contextlib.suppress(ProcessLookupError):
            if self._process.poll() is None:
                self._process.kill()
        self._process.wait()
        self._answers.close()


class _Watch:
    """Looks at the child while it reads, and kills it when it takes too long or too much.

    `verdict` is why it did: a reason of Unreadable, or nothing.
    """

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.verdict = ""
        self._process = process
        self._memory = limits.memory
        self._deadline: float | None = None
        self._stopped = False
        self._judging = threading.Lock()
        self._woken, self._resting = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-watch", daemon=True)
        self._thread.start()

    @contextmanager
    def over(self, seconds: float) -> Iterator[None]:
        """Watch while the block lasts."""
        self._deadline = time.monotonic() + seconds
        if self._resting.is_set():  # waking it for each document would take longer than reading most
            self._resting.clear()
            self._woken.set()
        try:
            yield
        finally:
            with self._judging:
                self._deadline = None

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        status = psutil.Process(self._process.pid)
        idle = 0
        while not self._stopped:
            if idle > _LOOKS_BEFORE_RESTING:
                self._resting.set()
            self._woken.wait(None if self._resting.is_set() and self._deadline is None else _BETWEEN_LOOKS)
            self._woken.clear()
            idle = idle + 1 if self._deadline is None else 0
            if self._deadline is not None and not self._stopped:
                self._look(status)

    def _look(self, status: psutil.Process) -> None:
        with self._judging:  # the document may be done with at any moment
            if self._deadline is None:
                return
            if time.monotonic() > self._deadline:
                self.verdict = "timed_out"
            elif _resident(status) > self._memory:
                self.verdict = "too_complex"
            else:
                return
            self._process.kill()
            self._stopped = True


def _resident(status: psutil.Process) -> int:
    try:
        return int(status.memory_info().rss)
    except psutil.Error:  # it ended meanwhile, which the reader of its answers sees
        return 0


def _start(limits: Limits, reader: str) -> subprocess.Popen[bytes]:
    """A new interpreter that finds the same modules, and knows nothing of this one's environment.

    `-P`: it imports nothing from the folder that Saseo was called in, which may be the shared one.
    """
    path = os.pathsep.join(filter(None, sys.path))
    child = "knowledge.parsing.sandbox.child"
    return subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", child, json.dumps(asdict(limits)), reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": path, "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"},
        start_new_session=True,  # Ctrl+C is the parent's affair
    )
