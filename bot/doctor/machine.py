"""The machine: Python, processor, memory, disk."""

from __future__ import annotations

import platform
import sys

from bot import machine
from bot.doctor.check import GIGABYTE, Check, Level, gigabytes
from bot.models import language_model
from bot.settings import Settings

LITTLE_DISK, NO_DISK = 5 * GIGABYTE, 0.3 * GIGABYTE


def python() -> Check:
    """Which one runs."""
    return Check(
        "python",
        "ok",
        "doctor-python-is",
        parameters={"version": platform.python_version(), "path": sys.executable},
    )


def cpu() -> Check:
    """What it can do that models need."""
    features = machine.cpu_features()
    facts: dict[str, object] = {
        "count": machine.available_cpus(),
        "features": ", ".join(sorted(features)).upper() or "–",
    }
    slow = platform.machine().lower() in {"x86_64", "amd64"} and "avx2" not in features
    return Check("cpu", "warn" if slow else "ok", "doctor-cpu-is", "doctor-cpu-slow" if slow else "", facts)


def memory(settings: Settings) -> Check:
    """Whether it suffices for the chosen model."""
    free, total = machine.available_memory()
    needed = language_model.WORKING_MEMORY
    if settings.llm_provider == "local":
        needed += language_model.memory_of(settings.llm_model_path, settings)
    facts = {"free": gigabytes(free), "total": gigabytes(total), "needed": gigabytes(needed)}
    if total < needed:
        level: Level = "fail" if total < language_model.WORKING_MEMORY else "warn"
        return Check("memory", level, "doctor-memory-is", "doctor-memory-little", facts)
    busy = free < needed
    return Check(
        "memory", "warn" if busy else "ok", "doctor-memory-is", "doctor-memory-busy" if busy else "", facts
    )


def disk(settings: Settings) -> Check:
    """Whether there is room in the data folder."""
    free = machine.free_disk(settings.data_dir)
    facts = {"free": gigabytes(free), "path": str(settings.data_dir)}
    level: Level = "fail" if free < NO_DISK else "warn" if free < LITTLE_DISK else "ok"
    return Check("disk", level, "doctor-disk-is", "" if level == "ok" else "doctor-disk-little", facts)
