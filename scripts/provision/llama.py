"""Building llama-cpp-python: a cache of wheels by CPU, compiler and flags; the build; the trial run."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.provision import tiny_model
from scripts.provision.console import clock
from scripts.provision.environment import Environment, take_turn, write_json
from scripts.provision.messages import text
from scripts.provision.toolchain import Recipe
from scripts.provision.tools import ToolFailed, run

PACKAGE = "llama-cpp-python"
# Memory that one compiler process may take, in bytes.
_COMPILER_MEMORY = 1.5e9
_SMOKE_LIMIT_S = 300


def pinned(constraints: Path) -> str:
    """The version of llama-cpp-python in the constraints.

    Raises:
        ValueError: there is none.
    """
    found = re.search(rf"^{PACKAGE}==([^\s;]+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        message = f"{constraints} pins no {PACKAGE}"
        raise ValueError(message)
    return found[1]


def cache_folder() -> Path:
    """Where built wheels are kept for every checkout of this person."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "saseo" / "llama"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "saseo" / "llama"


class WheelCache:
    """One folder per key (`Recipe.key`), with one wheel in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> Path | None:
        """The wheel built under `key`."""
        return next(iter(sorted((self.folder / key).glob("*.whl"))), None)

    def keep(self, key: str, wheel: Path) -> Path:
        """Move `wheel` in under `key`; never half of it."""
        shelf = self.folder / key
        shelf.mkdir(parents=True, exist_ok=True)
        half = shelf / f"{wheel.name}.part"
        shutil.copyfile(wheel, half)
        return half.replace(shelf / wheel.name)

    def drop(self, key: str) -> None:
        """Forget the wheel under `key`."""
        shutil.rmtree(self.folder / key, ignore_errors=True)

    @contextmanager
    def turn(self, waiting: Callable[[], None]) -> Iterator[None]:
        """One build at a time; calls `waiting` once when another process has the turn."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            take_turn(file, waiting)
            yield


class BuildProgress:
    """Reads ninja's `[n/m]` and pip's stages; reports a stage, a share (0 to 1) and the seconds left."""

    _COUNT = re.compile(r"^\s*\[(\d+)/(\d+)\]")

    def __init__(
        self, report: Callable[[str, float, float | None], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._report = report
        self._now = now
        self._began: float | None = None
        self._percent = -1
        self._configuring = False

    def __call__(self, line: str) -> None:
        """Take one line of the build's output."""
        found = self._COUNT.match(line)
        if not found:
            if not self._configuring and "Configuring CMake" in line:
                self._configuring = True
                self._report(text("llama.configuring"), 0.0, None)
            return
        done, total = int(found[1]), int(found[2])
        # CMake's own probes run ninja too, on one or two files.
        if total < 20 or done > total:
            return
        if self._began is None:
            self._began = self._now()
        percent = 100 * done // total
        if percent == self._percent:
            return
        self._percent = percent
        spent = self._now() - self._began
        # The first files say little about the rest.
        left = spent / done * (total - done) if percent >= 5 else None
        key = "llama.compiling-start" if left is None else "llama.compiling"
        detail = text(key, percent=percent, done=done, total=total, left=clock(left or 0))
        self._report(detail, done / total, left)


def build_wheel(
    environment: Environment,
    recipe: Recipe,
    version: str,
    log: Path,
    on_line: Callable[[str], None],
    into: Path,
) -> Path:
    """Compile and pack; the wheel in the folder `into`. Without pip's own cache: it doesn't know the flags.

    Raises:
        ToolFailed: the sources can't be fetched, or don't compile.
    """
    words = ["wheel", "--verbose", "--no-deps", "--no-cache-dir", "--no-binary", PACKAGE, "-w", str(into)]
    env = recipe.environment(environment.tool_env())
    env.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(_jobs()))
    step = text("llama.step.build")
    command = [str(environment.python), "-m", "pip", *words, f"{PACKAGE}=={version}"]
    run(command, step=step, log=log, on_line=on_line, env=env)
    return next(iter(into.glob("*.whl")))


def _jobs() -> int:
    """As many compilers as there are cores, and memory for."""
    cores = os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return cores  # a system that doesn't tell
    return max(1, min(cores, int(memory / _COMPILER_MEMORY)))


def install(environment: Environment, wheel: Path, log: Path) -> None:
    """Put `wheel` and what it needs into the environment.

    Raises:
        ToolFailed: pip failed.
    """
    pip = [str(environment.python), "-m", "pip", "install", "--progress-bar", "off"]
    step, env = text("llama.step.install"), environment.tool_env()
    run([*pip, "--no-deps", "--force-reinstall", str(wheel)], step=step, log=log, env=env)
    # It is satisfied now, so this fetches only the packages that it needs.
    name, version = wheel.name.split("-")[:2]
    run([*pip, "-c", str(environment.constraints), f"{name}=={version}"], step=step, log=log, env=env)


def uninstall(environment: Environment, log: Path) -> None:
    """Take a build that doesn't work out again, so that nothing loads it."""
    command = [str(environment.python), "-m", "pip", "uninstall", "--yes", PACKAGE]
    run(command, step=text("llama.step.install"), log=log, env=environment.tool_env())


def installed(environment: Environment, version: str) -> bool:
    """Whether that version is in the environment."""
    site = environment.site_packages
    return bool(site and (site / f"llama_cpp_python-{version}.dist-info").exists())


@dataclass(frozen=True, slots=True)
class Trial:
    """How the smoke run ended: `fault` is None, or says what went wrong (a signal's name, the last line)."""

    fault: str | None
    details: dict[str, object]


def smoke(environment: Environment, log: Path, *, command: Sequence[str] | None = None) -> Trial:
    """Run the installed llama.cpp on a tiny model, in a child process (scripts/provision/smoke.py).

    `command` stands in for the child's program in tests; the model's path is added to it.
    """
    words = command or [str(environment.python), "-m", "scripts.provision.smoke"]
    with tempfile.TemporaryDirectory(prefix="saseo-smoke-") as folder:
        model = Path(folder) / "tiny.gguf"
        tiny_model.write(model)
        try:
            done = subprocess.run(
                [*words, str(model)],
                cwd=environment.root,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SMOKE_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Trial(f"no answer in {_SMOKE_LIMIT_S} s", {})
    with log.open("a", encoding="utf-8") as file:
        file.write(f"\n$ smoke: exit {done.returncode}\n{done.stdout}{done.stderr}")
    if done.returncode < 0:
        return Trial(signal.Signals(-done.returncode).name, {})
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    if done.returncode:
        return Trial(lines[-1] if lines else f"exit {done.returncode}", {})
    details = json.loads(done.stdout.splitlines()[-1])
    return Trial(None, details)


def record(path: Path, recipe: Recipe, key: str, wanted: str, trial: Trial) -> None:
    """Write `.venv/llama.json`: what is installed, how it was built, the first choice, how the trial went."""
    write_json(
        path,
        {
            "recipe": recipe.summary,
            "key": key,
            "wanted": wanted,
            "compiler": {
                "cc": recipe.compiler.cc,
                "cxx": recipe.compiler.cxx,
                "version": recipe.compiler.version,
            },
            "flags": list(recipe.flags),
            "cmake": list(recipe.cmake),
            "machine": platform.machine(),
            "smoke": trial.details,
        },
    )


def is_current(environment: Environment, path: Path, version: str, wanted: str) -> str | None:
    """The summary of the installed build when it is the one that this machine's first choice led to."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = data.get("wanted") == wanted and installed(environment, version)
    return str(data["recipe"]) if same else None


def drop_status(folder: Path, error: ToolFailed) -> str:
    """One sentence for the status file when a tool failed; its last lines are in the log in `folder`."""
    return f"{error.step}: {error.advice} ({folder / 'llama-build.log'})"
