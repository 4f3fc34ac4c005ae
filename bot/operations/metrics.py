"""Figures of the librarian for Prometheus: counts and times, never a text, a name or a scope."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.freshness.overdue import overdue_since
from knowledge.errors import SaseoError
from knowledge.pace import Running
from knowledge.reports import COUNTS, KnowledgeStatus
from knowledge.types import AnswerEvent, Failed, Finished, Found, Handler, Question, Replaced, Token

_log = logging.getLogger(__name__)
PLATFORMS = ("slack", "discord")
_CONSOLE = "console"
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)


class Metrics:
    """The figures of one librarian.

    Args:
        status: what is known; asked at each look. May block.
        data: the folder whose index and catalog are weighed.
        schedule: REFRESH_SCHEDULE.
    """

    def __init__(self, status: Callable[[], KnowledgeStatus], data: Path, schedule: str = "off") -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Known(status, data, schedule))
        self._questions = Counter(
            "saseo_questions", "Questions by how they ended", ["platform", "outcome"], registry=registry
        )
        self._running = Gauge(
            "saseo_questions_running", "Questions that are being answered", registry=registry
        )
        self._moments = {
            moment: Histogram(
                f"saseo_question_{moment}_seconds", meaning, ["platform"], buckets=_SECONDS, registry=registry
            )
            for moment, meaning in (
                ("acknowledged", "From a question's arrival to the first sign of life in the chat"),
                ("sources", "From the question to the documents that the answer uses"),
                ("first_text", "From the question to the first text of the answer"),
                ("done", "From the question to the end of the answer"),
            )
        }
        self._platform_errors = Counter(
            "saseo_platform_errors",
            "What a chat platform could not be made to do",
            ["platform", "reason"],
            registry=registry,
        )
        self._refresh_failures = Counter(
            "saseo_refresh_failures", "Refreshes that broke off", registry=registry
        )
        self._ready = Gauge(
            "saseo_ready", "Whether a part is ready for questions", ["part"], registry=registry
        )

    def text(self) -> bytes:
        """In Prometheus' text format. Blocks, as it reads the catalog."""
        return generate_latest(self._registry)

    def measured(self, handler: Handler) -> Handler:
        """The handler, with its answers counted and timed."""

        def handle(question: Question) -> AsyncIterator[AnswerEvent]:
            return self._measured(handler, question)

        return handle

    def acknowledged(self, platform: str, seconds: float) -> None:
        """Note how long a person waited for the first sign of life."""
        self._moments["acknowledged"].labels(_known(platform)).observe(seconds)

    def refused(self, platform: str) -> None:
        """Count a question that was turned away by a limit, or had no words."""
        self._questions.labels(_known(platform), "refused").inc()

    def platform_failed(self, platform: str, reason: str) -> None:
        """Count what a chat platform could not be made to do; `reason` is one of ChatUnavailable."""
        self._platform_errors.labels(_known(platform), reason).inc()

    def refresh_failed(self) -> None:
        """Count a refresh that broke off."""
        self._refresh_failures.inc()

    def ready(self, part: str, *, is_ready: bool) -> None:
        """Note how a part is."""
        self._ready.labels(part).set(is_ready)

    async def _measured(self, handler: Handler, question: Question) -> AsyncGenerator[AnswerEvent]:
        platform = _known(question.asker.partition(":")[0])
        began = time.monotonic()
        seen: set[str] = set()

        def note(moment: str) -> None:
            if moment not in seen:
                seen.add(moment)
                self._moments[moment].labels(platform).observe(time.monotonic() - began)

        outcome = "stopped"  # unless it is told how it ended
        self._running.inc()
        try:
            async with aclosing(cast("AsyncGenerator[AnswerEvent]", handler(question))) as events:
                async for event in events:
                    match event:
                        case Found():
                            note("sources")
                        case Token() | Replaced():
                            note("first_text")
                        case Finished(answer=answer):
                            note("done")
                            outcome = answer.mode
                        case Failed():
                            outcome = "failed"
                        case _:
                            pass
                    yield event
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._running.dec()
            self._questions.labels(platform, outcome).inc()


class _Known(Collector):
    """What is known, read when it is asked for: whoever changed it, this process or another."""

    def __init__(self, status: Callable[[], KnowledgeStatus], data: Path, schedule: str) -> None:
        self._status = status
        self._schedule = schedule
        self._data = data

    def collect(self) -> Iterator[Metric]:
        try:
            status = self._status()
        except SaseoError as error:
            _log.warning("nothing can be told of what is known: %s", error)
            return  # the other figures, readiness among them, are worth the more
        yield GaugeMetricFamily("saseo_documents", "Documents that are known", status.documents)
        passages = GaugeMetricFamily("saseo_passages", "Passages that are known", labels=["language"])
        for language, count in status.passages_by_language.items():
            passages.add_metric([language], count)
        yield passages
        weights = GaugeMetricFamily(
            "saseo_stored_bytes", "Room that the data folder's parts take", labels=["part"]
        )
        weights.add_metric(["index"], _bytes(self._data / "index"))
        if files := list(self._data.glob("catalog.sqlite*")):  # none where it is at a server
            weights.add_metric(["catalog"], sum(map(_bytes, files)))
        yield weights
        problems = len(status.problems)
        yield GaugeMetricFamily(
            "saseo_refresh_problems", "Files and folders that could not be read", problems
        )
        yield from _last_run(status)
        if status.running is not None:
            yield from _running(status.running)
        whole = status.last_whole_run
        if whole is not None:
            ended = whole.finished_at
            yield GaugeMetricFamily(
                "saseo_last_whole_refresh_timestamp_seconds",
                "When the last refresh of everything ended",
                ended.timestamp(),
            )
            overdue = overdue_since(self._schedule, ended, datetime.now(UTC))
            yield GaugeMetricFamily(
                "saseo_refresh_overdue", "Whether a refresh of everything was missed", overdue is not None
            )

    def describe(self) -> Iterator[Metric]:
        return iter(())


def _running(run: Running) -> Iterator[Metric]:
    for name, told, value in (
        ("done", "Files, or passages that get vectors, that the refresh under way has done", run.done),
        ("total", "The same that it is to do", run.total),
        ("left_seconds", "Time until its stage is over", run.left),
    ):
        if value is not None:
            gauge = GaugeMetricFamily(f"saseo_refresh_running_{name}", told, labels=["stage"])
            gauge.add_metric([run.stage], value)
            yield gauge


def _last_run(status: KnowledgeStatus) -> Iterator[Metric]:
    run = status.last_run
    yield CounterMetricFamily("saseo_refreshes", "Refreshes that were done", run.number if run else 0)
    if run is None:
        return
    ended = run.finished_at.timestamp()
    yield GaugeMetricFamily("saseo_last_refresh_timestamp_seconds", "When the last refresh ended", ended)
    yield GaugeMetricFamily("saseo_last_refresh_seconds", "How long the last refresh took", run.seconds)
    documents = GaugeMetricFamily(
        "saseo_last_refresh_documents", "What the last refresh did with documents", labels=["change"]
    )
    for change in COUNTS:
        documents.add_metric([change], run.counts.get(change, 0))
    yield documents


def _known(platform: str) -> str:
    """A label's value: one of few, whatever an asker is called."""
    return platform if platform in PLATFORMS else _CONSOLE


def _bytes(path: Path) -> int:
    """The size of a file, or of a folder's files; what vanishes while it is looked at counts nothing."""
    files = [path] if not path.is_dir() else path.rglob("*")
    total = 0
    for file in files:
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total
