"""Measuring the configured language model here, in a process that is thrown away, and drawing the figures."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bot import machine
from bot.models.chat_model import engine_options, log_file, passed_on
from knowledge.models.llama.order import Order
from knowledge.models.llama.points import Figure, Plan
from knowledge.models.llama.process import Launch, measure
from knowledge.models.llama.watching import Pace

if TYPE_CHECKING:
    from bot.settings import Settings

_CELLS = 2048  # of the small cache in which steps are tried
_LOOK = 0.5  # seconds for which the other programs are watched


def plan_for(processors: int, cores: int, *, quick: bool) -> Plan:
    """What to measure on a machine with so many processors to use and so many cores."""
    fewest = 1 if processors <= 2 else processors // 4  # below that nobody would want to run it
    threads = {processors, max(1, processors // 2), min(cores, processors)}
    if quick:
        return Plan(tuple(sorted(threads)), (1, 4, 8), (64, 128, 512), 15.0)
    return Plan(tuple(sorted({*threads, fewest})), (1, 2, 4, 8, 16), (64, 128, 256, 512), 60.0)


def plan_here(*, quick: bool) -> Plan:
    """What to measure on this machine."""
    processors = machine.available_cpus()
    return plan_for(processors, psutil.cpu_count(logical=False) or processors, quick=quick)


def busy_share() -> float:
    """The share of the processors' time that programs take now."""
    return float(psutil.cpu_percent(_LOOK)) / 100


def measure_model(settings: Settings, plan: Plan, told: Callable[[int, int], None]) -> list[Figure]:
    """Measure the model of LLM_MODEL_PATH. Blocks for the plan's time, and until the model is loaded.

    Args:
        settings: of which model, and how it is run.
        plan: what to measure.
        told: hears how many visits are done, and of how many.

    Raises:
        SaseoError: why the model doesn't run.
    """
    options = replace(
        engine_options(settings),
        context_size=_CELLS,
        question_size=_CELLS,
        max_sequences=plan.sequences[-1],
        threads=plan.threads[-1],
        batch=plan.portions[-1],
        micro_batch=plan.portions[-1],
    )
    order = Order("measure", settings.llm_model_path, options, plan=plan)
    launch = Launch(log_file(settings), passed_on(os.environ))
    return asyncio.run(measure(order, launch, Pace().start, told))


def plot(figures: Sequence[Figure], path: Path, *, name: str) -> None:
    """Draw both kinds of figures into an image file (the name's ending chooses the format).

    Raises:
        ModuleNotFoundError: matplotlib isn't installed.
        OSError: the file can't be written.
        ValueError: no such image format.
    """
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(10, 4.5), dpi=120, layout="constrained")
    picture.suptitle(name)
    titles = {"read": "prefill", "write": "decode, all sequences together"}
    axes = picture.subplots(1, 2)
    for (kind, title), axis in zip(titles.items(), axes, strict=True):
        mine = [figure for figure in figures if figure.kind == kind]
        for threads in sorted({figure.threads for figure in mine}):
            line = sorted((figure.tokens, figure.rate) for figure in mine if figure.threads == threads)
            label = f"{threads} thread" + ("s" if threads > 1 else "")
            axis.plot([count for count, _ in line], [rate for _, rate in line], marker="o", label=label)
        counts = sorted({figure.tokens for figure in mine})
        axis.set_xscale("log", base=2)
        axis.set_xticks(counts, [str(count) for count in counts], minor=False)
        axis.set(title=title, ylabel="tokens/s")
        axis.set_xlabel("tokens in a step" if kind == "read" else "sequences")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        if mine:
            axis.legend()
    picture.savefig(path)
