"""`alone`, `busy` and `prefill`: the engine against a bare loop, of this build or another one's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from bot import machine
from scripts.llm_rows.bench import Bench, Found, ask, request

# Ends with the process that started it, however that ends.
_BURN = """
import os, sys
while os.getppid() == int(sys.argv[1]):
    sum(range(100_000))
"""


def alone(bench: Bench) -> Found:
    """One answer, of both in turns."""
    return _writing(bench, warm=400, tokens=bench.scaled(200), told="one answer")


def busy(bench: Bench) -> Found:
    """An answer of both in turns, with a process that never rests on each processor."""
    with _burners():
        found = _writing(bench, warm=100, tokens=bench.scaled(100), told="one answer, every processor busy")
    return Found(found.ratio, found.told, no_bar=bench.same_build)


def prefill(bench: Bench) -> Found:
    """A prompt of a thousand tokens, of both in turns."""
    size, ours, bare = bench.scaled(1000), [], []
    with bench.engine() as engine:
        for i in range(bench.rounds):
            # The system's text was read before: what counts is the rest.
            one = request(bench.passages(engine, size), f"{i}?", 2)
            before = engine.status()
            first = ask(engine, [one])[0].first
            cached = engine.status().cached_tokens - before.cached_tokens
            ours.append((len(engine.prompt_tokens(one)) - cached) / first)
            bare.append(bench.bare(size, 8)["read"])
    told = f"a prompt: engine {median(ours):.1f} tokens/s, bare loop {median(bare):.1f}"
    amx = "" if "amx" in machine.cpu_features() else "this processor has no AMX"
    return Found(median(ours) / median(bare), told, no_bar=bench.same_build or amx)


def _writing(bench: Bench, *, warm: int, tokens: int, told: str) -> Found:
    ours, bare = [], []
    with bench.engine(warm=warm) as engine:
        for i in range(bench.rounds):
            ours.append(ask(engine, [request(bench.passages(engine, 64), f"{i}?", tokens)])[0].write_rate)
            bare.append(bench.bare(128, tokens)["write"])
    told = f"{told}: engine {median(ours):.1f} tokens/s, bare loop {median(bare):.1f}"
    return Found(median(ours) / median(bare), told)


@contextmanager
def _burners() -> Iterator[None]:
    count = machine.available_cpus()
    burners = [subprocess.Popen([sys.executable, "-c", _BURN, str(os.getpid())]) for _ in range(count)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
