"""Figures for Prometheus: counts and times, never a text or a name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from knowledge.models.llama.options import EngineStatus

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
_GAUGES = {
    "waiting": "Questions that wait",
    "running": "Questions that are being answered",
    "free_cells": "Tokens of the key-value cache that are free or could be",
    "context_size": "Tokens that the key-value cache holds",
    "threads": "Threads in use",
}
_RATES = {
    "prefill_rate": "Tokens a second while prompts are evaluated, lately",
    "decode_rate": "Tokens a second that one answer gets, lately",
}
_COUNTERS = {
    "prompt_tokens": "Tokens of prompts",
    "cached_tokens": "Tokens of prompts that were not evaluated again",
    "completion_tokens": "Tokens of answers",
    "drafted_tokens": "Tokens of answers that were guessed by prompt lookup, and right",
    "steps": "Calls of the decoder",
}


class _Engine(Collector):
    """The engine's own figures, read when they are asked for."""

    def __init__(self, status: Callable[[], EngineStatus]) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status()
        for name, meaning in _GAUGES.items():
            yield GaugeMetricFamily(f"saseo_llm_{name}", meaning, getattr(status, name))
        for name, meaning in _COUNTERS.items():
            yield CounterMetricFamily(f"saseo_llm_{name}", meaning, getattr(status, name))
        for name, meaning in _RATES.items():
            if (rate := getattr(status, name)) is not None:
                yield GaugeMetricFamily(f"saseo_llm_{name}", meaning, rate)
        silence = time.monotonic() - status.last_step
        yield GaugeMetricFamily("saseo_llm_silence_seconds", "Since the engine's last sign of life", silence)

    def describe(self) -> Iterator[Metric]:
        return iter(())


class Metrics:
    """The figures of one server."""

    def __init__(self, status: Callable[[], EngineStatus]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Engine(status))
        self._answers = Counter(
            "saseo_llm_answers", "Answers by how they ended", ["end"], registry=self._registry
        )
        self._first = Histogram(
            "saseo_llm_first_text_seconds",
            "From the request to the first text",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._whole = Histogram(
            "saseo_llm_answer_seconds",
            "From the request to the end of the answer",
            buckets=_SECONDS,
            registry=self._registry,
        )

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)

    def begin(self) -> Answering:
        """Note that an answer is asked for."""
        return Answering(self._answers, self._first, self._whole)


class Answering:
    """One answer's times. It counts as `disconnected` unless it is told how it ended."""

    def __init__(self, answers: Counter, first: Histogram, whole: Histogram) -> None:
        self._answers, self._first, self._whole = answers, first, whole
        self._began = time.monotonic()
        self._has_text = False
        self._end = "disconnected"

    def text(self) -> None:
        """Some text was written."""
        if not self._has_text:
            self._has_text = True
            self._first.observe(time.monotonic() - self._began)

    def ended(self, how: str) -> None:
        """Say how it ended: a reason of `Done` or of `GenerationFailed`."""
        self._end = how

    def close(self) -> None:
        """It is over."""
        self._answers.labels(self._end).inc()
        self._whole.observe(time.monotonic() - self._began)
