"""What this machine, or the container around the process, offers: processors, memory, disk."""

from __future__ import annotations

import math
import os
import platform
import shutil
import sys
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def available_cpus(cgroups: Path = CGROUPS) -> int:
    """Processors to use: the least of the machine's, the affinity mask's and the container's."""
    counts = [os.cpu_count() or 1]
    if sys.platform == "linux":
        counts.append(len(os.sched_getaffinity(0)))
    if (quota := _cpu_quota(cgroups)) is not None:
        counts.append(max(1, math.ceil(quota)))
    return min(counts)


def _cpu_quota(cgroups: Path) -> float | None:
    """Processors' worth of time that the control group allows (version 2, then 1); None without a limit."""
    limit = _words(cgroups / "cpu.max") or [
        *_words(cgroups / "cpu" / "cpu.cfs_quota_us"),
        *_words(cgroups / "cpu" / "cpu.cfs_period_us"),
    ]
    try:
        quota, period = int(limit[0]), int(limit[1])
    except (IndexError, ValueError):
        return None
    return quota / period if quota > 0 and period > 0 else None


def available_memory(cgroups: Path = CGROUPS) -> tuple[int, int]:
    """Bytes of memory, free and in all, of the machine, or of the container where that is less."""
    import psutil

    memory = psutil.virtual_memory()
    free, total = int(memory.available), int(memory.total)
    for limit_file, used_file in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            limit = int(_words(cgroups / limit_file)[0])
            used = int(_words(cgroups / used_file)[0])
        except (IndexError, ValueError):
            continue
        if limit < total:
            total, free = limit, min(free, max(0, limit - used))
    return free, total


def memory_limit() -> int | None:
    """Bytes that are free within the container's limit; None where only the machine itself is one."""
    import psutil

    free, total = available_memory()
    return free if total < int(psutil.virtual_memory().total) else None


def free_disk(folder: Path) -> int:
    """Bytes free on the disk that holds `folder`, which need not exist yet."""
    existing = folder.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    return shutil.disk_usage(existing).free


def cpu_features(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The instruction sets that matter to the models, of `avx2`, `avx512`, `amx`, `bf16`, `neon`."""
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return frozenset({"neon"})
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    flags = set(next((line for line in text.splitlines() if line.startswith("flags")), "").split())
    known = {
        "avx2": "avx2",
        "avx512f": "avx512",
        "amx_tile": "amx",
        "avx512_bf16": "bf16",
        "amx_bf16": "bf16",
    }
    return frozenset(name for flag, name in known.items() if flag in flags)


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []
