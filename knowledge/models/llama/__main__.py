"""The model's own process: `python -m knowledge.models.llama`, started by `process.py`; see `order.py`."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from queue import Queue
from typing import Any, BinaryIO

from knowledge.errors import GenerationFailed, MissingDependency, ModelUnavailable, SaseoError
from knowledge.models.chat import ChatMessage, ChatRequest, Done
from knowledge.models.llama.order import Order, failure_to_json
from knowledge.models.llama.points import Plan

_log = logging.getLogger(__name__)
_LEAVE_SECONDS = 5.0
_SET_PARENT_DEATH_SIGNAL = 1
_OUT_OF_MEMORY_SCORE = 500  # of 1000: before anything that a person works with
_REQUESTS_BESIDE = 64  # those that wait in the queue: token counts, and answers that are written
_TRIAL_TEXT = "사서는 문서에서 답을 찾습니다. The librarian finds the answer in the documents. " * 4
_TRIAL_SECONDS = 300.0


def main() -> int:
    """Do what the first line of standard input says; the exit status."""
    out = _own_output()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    order = Order.from_json(sys.stdin.buffer.readline())
    lifeline = Lifeline(sys.stdin.fileno())
    threading.excepthook = end_with_a_thread
    _die_first()
    try:
        if order.plan:
            return _measure(order, order.plan, out)
        from knowledge.models.llama.engine import Engine

        engine = Engine(order.model, order.options)
        try:
            return _trial(engine, out) if order.task == "trial" else _serve(engine, order, lifeline, out)
        finally:
            engine.close()
    except SaseoError as error:
        _log.error("%s", error)
        _say(out, failed=failure_to_json(error))
    except Exception as error:  # noqa: BLE001 - whoever started this must hear of it
        _log.exception("unexpected")
        _say(out, failed=failure_to_json(error))
    return 1


def end_with_a_thread(failed: threading.ExceptHookArgs) -> None:
    """End the process when one of its threads ends by an error: whoever watches it starts another at once."""
    name = failed.thread.name if failed.thread else ""
    _log.critical("the thread %s failed", name, exc_info=failed.exc_value)
    os._exit(1)


class Lifeline:
    """Ends this process with the one that started it, whose end of standard input closes with it."""

    def __init__(self, descriptor: int) -> None:
        self._server: Any = None
        if sys.platform == "linux":
            # The kernel sees to it even when this process is stopped, or stuck in C.
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        threading.Thread(target=self._watch, args=(descriptor,), name="lifeline", daemon=True).start()

    def ends(self, server: Any) -> None:
        """Let this uvicorn server finish first."""
        self._server = server

    def _watch(self, descriptor: int) -> None:
        # Not through sys.stdin: this thread would hold its lock when Python shuts down, which aborts over it.
        while os.read(descriptor, 1):
            pass
        if self._server is None:
            os._exit(0)
        threading.Timer(_LEAVE_SECONDS, os._exit, (0,)).start()
        self._server.should_exit = True


def _trial(engine: Any, out: BinaryIO) -> int:
    """Evaluate a prompt of many tokens, on which a build that is wrong for this processor dies."""
    events: Queue[Any] = Queue()
    engine.submit(ChatRequest((ChatMessage("user", _TRIAL_TEXT),), max_tokens=2, temperature=0.0), events.put)
    while not isinstance(event := events.get(timeout=_TRIAL_SECONDS), Done):
        if isinstance(event, GenerationFailed):
            raise event
    _say(out, ready={})
    return 0


def _measure(order: Order, plan: Plan, out: BinaryIO) -> int:
    """Say each figure as it comes."""
    from knowledge.models.llama.measure import Measurement

    measurement = Measurement(order.model, order.options, plan)
    try:
        _say(out, ready={})
        for figure, done, total in measurement.figures():
            _say(out, figure=asdict(figure) if figure else None, done=done, total=total)
    finally:
        measurement.close()
    return 0


def _serve(engine: Any, order: Order, lifeline: Lifeline, out: BinaryIO) -> int:
    try:
        import uvicorn

        from knowledge.models.llama.server import application
    except ImportError as error:
        raise MissingDependency(package=str(error.name), command="pip install 'saseo[serve]'") from error
    try:
        listening = _listen(order)
    except OSError as error:
        where = order.socket or f"{order.host}:{order.port}"
        detail = f"{where}: {error.strerror}"
        raise ModelUnavailable(model=order.model.name, reason="address", detail=detail) from error
    status = engine.status()
    config = uvicorn.Config(
        application(
            engine, status.model, order.api_key, most=_REQUESTS_BESIDE + 4 * order.options.queue_limit
        ),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    lifeline.ends(server)
    _say(
        out,
        ready={
            "model": status.model,
            "context_size": status.context_size,
            "port": 0 if order.socket else listening.getsockname()[1],
        },
    )
    server.run(sockets=[listening])
    return 0


def _listen(order: Order) -> socket.socket:
    if order.socket is None:
        return socket.create_server((order.host, order.port), backlog=512, family=_family(order.host))
    order.socket.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # for this person alone
    try:
        listening.bind(str(order.socket))
    finally:
        os.umask(before)
    listening.listen(512)
    return listening


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _own_output() -> BinaryIO:
    """Standard output for our lines alone: what a library in C prints there goes to the log."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def _say(out: BinaryIO, **line: Any) -> None:
    out.write(json.dumps(line).encode() + b"\n")
    out.flush()


def _die_first() -> None:
    """Where memory runs out, the model goes rather than the bot, which can start it again."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(str(_OUT_OF_MEMORY_SCORE))


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # Python's own way out needs standard input's lock, which the lifeline holds, and aborts without it.
    os._exit(code)
