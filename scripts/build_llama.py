#!/usr/bin/env python3
"""Build llama.cpp's Python package into .venv, right for this CPU, and try it before anyone relies on it.

    python3 scripts/build_llama.py [--background] [--status [--json]] [--force] [--baseline]

With --baseline it is built for other machines too: any x86-64 with AVX2 (x86-64-v3), or ARMv8.

A second checkout takes the wheel from the cache (~/.cache/saseo/llama). CC, CXX, CFLAGS, CXXFLAGS and
CMAKE_ARGS are respected (`CMAKE_ARGS=-DGGML_CUDA=ON`). Progress for others is in .venv/llama-build.json, the
whole output in .venv/llama-build.log, the result in .venv/llama.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Run as a file, it finds only its own folder.
sys.path.insert(0, str(ROOT))

from scripts.provision import llama
from scripts.provision.console import Step, clock, complain, say
from scripts.provision.environment import Environment
from scripts.provision.messages import text
from scripts.provision.status import Status
from scripts.provision.toolchain import BASELINE, Recipe, cpu_features, find_compilers, recipes
from scripts.provision.tools import ToolFailed

INTERRUPTED = 130


class NoBuild(Exception):
    """llama.cpp can't be built here; the text says why, for a person."""


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Build, or say how a build goes; the exit status."""
    parser = argparse.ArgumentParser(description="Build llama.cpp's Python package into .venv.")
    parser.add_argument(
        "--background", action="store_true", help="build in a process of its own and return at once"
    )
    parser.add_argument("--status", action="store_true", help="say how the build goes")
    parser.add_argument("--json", action="store_true", help="with --status: as JSON")
    parser.add_argument("--force", action="store_true", help="build again, without the cache")
    parser.add_argument("--baseline", action="store_true", help="for other machines too: x86-64-v3, or ARMv8")
    arguments = parser.parse_args(argv)
    environment = Environment(root)
    status = Status(environment.folder / "llama-build.json")
    if arguments.status:
        return _show(status, as_json=arguments.json)
    if arguments.background and environment.python.exists():
        return _detach(environment, status, force=arguments.force)
    return _guarded(environment, status, force=arguments.force, baseline=arguments.baseline)


def _guarded(environment: Environment, status: Status, *, force: bool, baseline: bool) -> int:
    """Build; every way to fail ends in sentences and a status, never in a traceback."""
    try:
        if not environment.python.exists():
            raise NoBuild(text("llama.no-venv"))
        _build(environment, status, force=force, baseline=baseline)
    except KeyboardInterrupt:
        status.end("failed", text("setup.stopped"))
        complain("setup.stopped")
        return INTERRUPTED
    except NoBuild as exc:
        status.end("failed", str(exc))
        print(exc, file=sys.stderr)
        return 1
    except ToolFailed as failure:
        status.end("failed", llama.drop_status(environment.folder, failure))
        complain("fail.step", step=failure.step)
        for line in failure.tail:
            print(f"    {line}", file=sys.stderr)
        complain("fail.todo", advice=failure.advice)
        complain("fail.log", log=environment.folder / "llama-build.log")
        return 1
    return 0


def _build(environment: Environment, status: Status, *, force: bool, baseline: bool) -> None:
    started = time.monotonic()
    version = llama.pinned(environment.constraints)
    features = BASELINE if baseline else cpu_features()
    plan = recipes(find_compilers(), features, platform.machine(), sys.platform)
    if baseline:
        plan = plan[-1:]  # the one that names what it uses instead of looking at this CPU
    if not plan:
        status.begin()
        raise NoBuild(text("llama.no-compiler"))
    keys = [recipe.key(version, features, os.environ) for recipe in plan]
    result = environment.folder / "llama.json"
    log = environment.folder / "llama-build.log"
    cache = llama.WheelCache(llama.cache_folder())
    with cache.turn(waiting=lambda: say("llama.busy")):
        status.begin()
        current = None if force else llama.is_current(environment, result, version, keys[0])
        if current:
            say("llama.present", recipe=current)
            status.end("done", current)
            return
        for recipe, key in zip(plan, keys, strict=True):
            if force:
                cache.drop(key)
            trial = _try(environment, status, cache, recipe, key, version, log)
            if trial.fault is None:
                llama.record(result, recipe, key, keys[0], trial)
                status.end("done", recipe.summary)
                say("llama.done", recipe=recipe.summary, elapsed=clock(time.monotonic() - started))
                return
            if recipe is not plan[-1]:
                say("llama.crashed", reason=trial.fault)
    result.unlink(missing_ok=True)
    llama.uninstall(environment, log)
    raise NoBuild(text("llama.exhausted", log=log))


def _try(
    environment: Environment,
    status: Status,
    cache: llama.WheelCache,
    recipe: Recipe,
    key: str,
    version: str,
    log: Path,
) -> llama.Trial:
    """Build (or fetch) and try one recipe. A cached wheel that fails is built once more before it counts."""
    say("llama.plan", version=version, recipe=recipe.summary)
    wheel = cache.find(key)
    if wheel:
        say("llama.cached", path=wheel)
        trial = _install_and_smoke(environment, status, wheel, log)
        if trial.fault is None:
            return trial
        cache.drop(key)
        say("llama.stale", reason=trial.fault)
    with tempfile.TemporaryDirectory(prefix="saseo-llama-") as folder, Step(text("llama.step.build")) as step:

        def report(detail: str, share: float, left: float | None) -> None:
            # Every tenth part is worth a line in a log.
            step.update(detail, minor=round(share * 100) % 10 != 0)
            status.update(detail, share, left)

        report(text("llama.preparing"), 0.0, None)
        progress = llama.BuildProgress(report)
        wheel = cache.keep(key, llama.build_wheel(environment, recipe, version, log, progress, Path(folder)))
    trial = _install_and_smoke(environment, status, wheel, log)
    if trial.fault is not None:
        cache.drop(key)
    return trial


def _install_and_smoke(environment: Environment, status: Status, wheel: Path, log: Path) -> llama.Trial:
    title = text("llama.step.install")
    status.update(title, 1.0, None)
    with environment.turn(waiting=lambda: say("setup.busy")), Step(title):
        llama.install(environment, wheel, log)
    title = text("llama.step.smoke")
    status.update(title, 1.0, None)
    with Step(title):
        return llama.smoke(environment, log)


def _detach(environment: Environment, status: Status, *, force: bool) -> int:
    """Start this program again in a session of its own, less urgent than what people wait for."""
    now = status.read()
    if now and now["state"] == "running":
        return _show(status, as_json=False)
    command = [sys.executable, str(Path(__file__).resolve()), *(["--force"] if force else [])]
    # The child appends to it as well, so this end must append too.
    output = environment.folder / "llama-build.log"
    with output.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            ["nice", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=environment.root,
        )
    status.begin(process.pid)
    say("llama.background", pid=process.pid, command="python3 scripts/build_llama.py --status")
    return 0


def _show(status: Status, *, as_json: bool) -> int:
    data = status.read()
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
    elif data is None:
        say("llama.status.none")
    else:
        end = time.time() if data["state"] == "running" else float(str(data["updated"]))
        elapsed = clock(end - float(str(data["started"])))
        say(f"llama.status.{data['state']}", **{**data, "elapsed": elapsed})
    return 0 if data and data["state"] in {"running", "done"} else 1


if __name__ == "__main__":
    sys.exit(main())
