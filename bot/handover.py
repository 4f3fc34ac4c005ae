"""Writes for a data folder that another process owns: asked for through the catalog, done by the owner.

`Owned` asks and waits; `serve` is the owner's side. Request and result are rows of the catalog, so that they
outlive either process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from knowledge import errors
from knowledge.catalog import Catalog, notes
from knowledge.reports import COUNTS, IndexCheck, Problem, Progress, RefreshReport
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.types import Document

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.2
_RETRY_SECONDS = 5.0


def _ignore(_: Progress) -> None:
    return


def _never() -> bool:
    return False


class OwnerGone(errors.SaseoError):
    """The process that owned the folder ended before it did what was asked. Parameters: path."""


class Owned:
    """A `Knowledge` whose writes go to the owner; everything else reads.

    Args:
        knowledge: opened for reading.
        catalog: of the same folder.
        is_owned: whether the folder still has an owner.
    """

    def __init__(self, knowledge: Knowledge, catalog: Catalog, is_owned: Callable[[], bool]) -> None:
        self._knowledge = knowledge
        self._catalog = catalog
        self._is_owned = is_owned

    def __getattr__(self, name: str) -> Any:
        return getattr(self._knowledge, name)

    def refresh(
        self,
        folders: Sequence[Folder] | None = None,
        *,
        progress: Callable[[Progress], None] = _ignore,
        stopped: Callable[[], bool] = _never,
        believe_removals: bool = False,
        urgent: bool = False,
    ) -> RefreshReport:
        """As Knowledge.refresh, done by the owner. Stopping stops the waiting, not the run."""
        paths = None if folders is None else [str(folder.path) for folder in folders]
        request = {
            "do": "refresh",
            "folders": paths,
            "believe_removals": believe_removals,
            "urgent": urgent,
        }
        return _report(self._ask(request, progress, stopped))

    def forget(self, document: Document) -> None:
        """As Knowledge.forget, done by the owner."""
        self._ask({"do": "forget", "document": document.id, "urgent": True}, _ignore, _never)

    def rebuild(self, *, progress: Callable[[Progress], None] = _ignore) -> None:
        """As Knowledge.rebuild, done by the owner."""
        self._ask({"do": "rebuild"}, progress, _never)

    def check_index(self, *, repair: bool = False) -> IndexCheck:
        """As Knowledge.check_index, done by the owner, whose run it would meet halfway otherwise."""
        return IndexCheck(**self._ask({"do": "check", "repair": repair}, _ignore, _never))

    def copy_index(self, store: str, *, progress: Callable[[Progress], None] = _ignore) -> IndexCheck:
        """As Knowledge.copy_index, done by the owner, with its settings."""
        return IndexCheck(**self._ask({"do": "copy", "store": store}, progress, _never))

    def _ask(
        self,
        payload: dict[str, Any],
        progress: Callable[[Progress], None],
        stopped: Callable[[], bool],
    ) -> dict[str, Any]:
        self._knowledge.prepare()
        with self._catalog.write() as connection:
            number = notes.hand_over(connection, payload)
        while True:
            is_owned = self._is_owned()  # asked first: an owner may do it, and then end
            with self._catalog.read() as connection:
                state, shown, result = notes.request_state(connection, number)
            if shown:
                progress(Progress(**shown))
            if state in ("done", "failed"):
                with self._catalog.write() as connection:
                    notes.drop_request(connection, number)
                if state == "failed":
                    raise _error(result or {})
                return result or {}
            if stopped():
                return {}
            if not is_owned:
                raise OwnerGone(path=self._catalog.location)
            time.sleep(_POLL_SECONDS)


def serve(knowledge: Knowledge, catalog: Catalog, stop: threading.Event) -> None:
    """Do what other processes ask for, one request at a time, until `stop` is set. Blocks.

    What is urgent isn't kept waiting by what takes long. A request that is cut short, by a kill or because
    the catalog can't be written to for a while, is done again from its beginning; one that the stop cuts
    short waits for the next owner.
    """
    has_resumed = threading.Event()
    quick = threading.Thread(
        target=_serve, args=(knowledge, catalog, stop, has_resumed), kwargs={"urgent": True}, name="urgent"
    )
    quick.start()
    try:
        _serve(knowledge, catalog, stop, has_resumed, urgent=False)
    finally:
        quick.join()


def _serve(
    knowledge: Knowledge,
    catalog: Catalog,
    stop: threading.Event,
    has_resumed: threading.Event,
    *,
    urgent: bool,
) -> None:
    has_begun, has_failed = False, False
    while not stop.is_set():
        try:
            if urgent and not has_failed and not has_resumed.wait(_POLL_SECONDS):
                continue
            if not has_begun and (has_failed or not urgent):
                knowledge.prepare()
                with catalog.write() as connection:
                    notes.resume_requests(connection, urgent=urgent if has_resumed.is_set() else None)
                has_resumed.set()
            has_begun = True
            if not _serve_next(knowledge, catalog, stop, urgent=urgent):
                stop.wait(_POLL_SECONDS)
        except errors.SaseoError as error:
            _log.warning("a request that was handed over waits: %s", error)
            has_begun, has_failed = False, True
            stop.wait(_RETRY_SECONDS)


def _serve_next(knowledge: Knowledge, catalog: Catalog, stop: threading.Event, *, urgent: bool) -> bool:
    """Do the oldest request; gives whether there was one."""
    with catalog.read() as connection:
        if not notes.is_anything_waiting(connection, urgent=urgent):
            return False
    with catalog.write() as connection:
        request = notes.waiting_request(connection, urgent=urgent)
    if request is not None:
        _do(knowledge, catalog, *request, stop)
    return True


def _do(
    knowledge: Knowledge, catalog: Catalog, number: int, payload: dict[str, Any], stop: threading.Event
) -> None:
    last = 0.0

    def progress(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last > _POLL_SECONDS:
            last = time.monotonic()
            with catalog.write() as connection:
                notes.update_request(connection, number, progress=_as_dict(now))

    try:
        result = _result(knowledge, payload, progress, stop)
    except errors.SaseoError as error:
        state, result = "failed", {"error": type(error).__name__, "parameters": _plain(error)}
    except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, and the next request be served
        _log.exception("a request that was handed over failed")
        state, result = "failed", {"error": "SaseoError", "parameters": {"detail": type(error).__name__}}
    else:
        if stop.is_set():
            return  # perhaps cut short
        state = "done"
    with catalog.write() as connection:
        notes.update_request(connection, number, state=state, result=result)


def _result(
    knowledge: Knowledge,
    payload: dict[str, Any],
    progress: Callable[[Progress], None],
    stop: threading.Event,
) -> dict[str, Any]:
    if payload["do"] == "forget":
        # By its id alone, which is never given twice: when the request is done again, the document is gone.
        for document in knowledge.documents():
            if document.id == payload["document"]:
                knowledge.forget(document)
        return {}
    if payload["do"] == "rebuild":
        knowledge.rebuild(progress=progress)
        return {}
    if payload["do"] == "check":
        return asdict(knowledge.check_index(repair=payload["repair"]))
    if payload["do"] == "copy":
        return asdict(knowledge.copy_index(payload["store"], progress=progress))
    if payload["do"] != "refresh":
        raise errors.InvalidInput(detail=str(payload["do"]))
    paths = payload["folders"]
    folders = None if paths is None else [f for f in knowledge.folders() if str(f.path) in paths]
    report = knowledge.refresh(
        folders,
        progress=progress,
        stopped=stop.is_set,
        believe_removals=payload["believe_removals"],
        urgent=payload.get("urgent", False),
    )
    return {
        **{name: getattr(report, name) for name in COUNTS},
        "seconds": report.seconds,
        "problems": [_problem_as_dict(problem) for problem in report.problems],
        "withheld": [_problem_as_dict(problem) for problem in report.withheld],
    }


def _report(result: dict[str, Any]) -> RefreshReport:
    if not result:
        return RefreshReport()
    problems, withheld = (
        [Problem(line["uri"], _error(line)) for line in result[name]] for name in ("problems", "withheld")
    )
    return RefreshReport.counted(result, result["seconds"], problems, withheld)


def _problem_as_dict(problem: Problem) -> dict[str, Any]:
    kind = type(problem.error).__name__
    return {"uri": problem.uri, "error": kind, "parameters": _plain(problem.error)}


def _error(found: dict[str, Any]) -> errors.SaseoError:
    kind = getattr(errors, str(found.get("error")), errors.SaseoError)
    error: errors.SaseoError = kind(**found.get("parameters", {}))
    return error


def _plain(error: errors.SaseoError) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | float) else str(value)
        for name, value in error.parameters.items()
    }


def _as_dict(now: Progress) -> dict[str, Any]:
    return {
        "stage": now.stage,
        "done": now.done,
        "total": now.total,
        "item": now.item,
        "seconds": now.seconds,
    }
