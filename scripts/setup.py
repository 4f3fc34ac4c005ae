#!/usr/bin/env python3
"""Make .venv and install Saseo into it. Any Python from 3.11 on runs this; a second run takes no time.

    python3 scripts/setup.py [--dev] [--extras NAME,...]

TORCH_INDEX names the index that PyTorch comes from (`cuda`: whatever pip takes by itself). pip's own settings
(PIP_..., HTTPS_PROXY, pip.conf) hold as usual. The whole output of the last set-up is in .venv/setup.log.
"""

# No `from __future__`, and no newer syntax: a Python 3.6 must come far enough to say that it is too old.
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the person may have started it with an older one
    sys.exit(
        f"Saseo needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}. "
        "Try: make run PYTHON=python3.11 / 사서에는 Python 3.11 이상이 필요합니다."
    )

import argparse
import os
import shutil
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Run as a file, it finds only its own folder.
sys.path.insert(0, str(ROOT))

from scripts.provision import torch
from scripts.provision.console import Step, clock, complain, say
from scripts.provision.environment import Environment, Stamp
from scripts.provision.messages import text
from scripts.provision.tools import NEEDED_GB, ToolFailed

INTERRUPTED = 130


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Set up; the exit status."""
    started = time.monotonic()
    arguments = _arguments(argv, root)
    environment = Environment(root)
    torch_index = os.environ.get("TORCH_INDEX") or None
    if _covered(environment, arguments.extras, torch_index):
        return 0
    try:
        with environment.turn(waiting=lambda: say("setup.busy")):
            # Another process may just have done it.
            if not _covered(environment, arguments.extras, torch_index):
                _install(environment, arguments.extras, torch_index)
                say("setup.done", elapsed=clock(time.monotonic() - started))
    except KeyboardInterrupt:
        complain("setup.stopped")
        return INTERRUPTED
    except ToolFailed as failure:
        _report(failure, environment)
        return 1
    except PermissionError as exc:
        _report(ToolFailed(str(exc), [], text("advice.permission")), environment)
        return 1
    except OSError as exc:
        _report(ToolFailed(str(exc), [], text("advice.disk", need=NEEDED_GB)), environment)
        return 1
    return 0


def _arguments(argv: list[str] | None, root: Path) -> argparse.Namespace:
    known = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    parser = argparse.ArgumentParser(description="Make .venv and install Saseo into it.")
    parser.add_argument("--dev", action="store_true", help="also what make test and make check need")
    parser.add_argument(
        "--extras",
        default="all",
        metavar="NAME,...",
        help=f"the parts to install (default: all): {', '.join(known)}",
    )
    arguments = parser.parse_args(argv)
    extras = [name.strip() for name in arguments.extras.split(",") if name.strip()]
    for name in extras:
        if name not in known:
            parser.error(text("setup.extra", name=name, known=", ".join(known)))
    arguments.extras = frozenset(extras) | ({"dev"} if arguments.dev else set())
    return arguments


def _covered(environment: Environment, extras: frozenset[str], torch_index: str | None) -> bool:
    stamp = environment.stamp()
    return stamp is not None and stamp.covers(environment.fingerprint(), extras, torch_index)


def _install(environment: Environment, extras: frozenset[str], torch_index: str | None) -> None:
    say(
        "setup.begin",
        folder=environment.folder,
        python=".".join(str(part) for part in sys.version_info[:3]),
        minutes=text("setup.minutes"),
        log=environment.log,
    )
    _check_disk(environment)
    before = environment.last_stamp() or Stamp("", frozenset(), "")
    _make(environment)
    if environment.unfinished:
        say("setup.resume")
        names = environment.repair()
        if names:
            say("setup.repaired", names=", ".join(names))
    environment.mark_unfinished()

    # What was asked for once stays, also when the lock changes and all is installed anew.
    extras |= before.extras
    index = torch_index if torch_index is not None else before.torch_index or None
    if extras & torch.EXTRAS:
        _install_torch(
            environment, index, again=torch_index is not None and torch_index != before.torch_index
        )
    # What is built here is built with these: ourselves, and what comes as source, as Kiwi's model does.
    environment.pip_install(text("step.tools"), "hatchling", "editables", "setuptools")
    joined = ",".join(sorted(extras))
    target = f"{environment.root}[{joined}]" if joined else str(environment.root)
    title = text("step.packages", extras=joined or "-")
    environment.pip_install(title, "--no-build-isolation", "-e", target)
    environment.write_stamp(extras, index or "")


def _make(environment: Environment) -> None:
    fault = environment.fault()
    if fault:
        say("venv.broken", folder=environment.folder, reason=text(fault))
    elif environment.folder.exists():
        return
    title = text("step.venv", folder=environment.folder)
    with Step(title):
        environment.create(title, clear=fault is not None)


def _install_torch(environment: Environment, index: str | None, *, again: bool) -> None:
    version = torch.pinned(environment.constraints)
    present = torch.installed(environment, version)
    if present and not again:
        say("torch.kept", version=present)
        return
    with Step(text("step.ask")):
        choice = torch.choose(environment, version, index)
    say(choice.message, version=choice.version)
    if torch.gpu_present() and index is None:
        say("torch.gpu")
    words = ("--force-reinstall", *choice.words) if again and present else choice.words
    environment.pip_install(text("step.torch", version=choice.version), *words)


def _check_disk(environment: Environment) -> None:
    free = shutil.disk_usage(environment.root).free / 1e9
    if free < NEEDED_GB and not environment.folder.exists():
        say("disk.low", free=free, need=NEEDED_GB)


def _report(failure: ToolFailed, environment: Environment) -> None:
    complain("fail.step", step=failure.step)
    for line in failure.tail:
        print(f"    {line}", file=sys.stderr)
    complain("fail.todo", advice=failure.advice)
    if environment.log.exists():
        complain("fail.log", log=environment.log)


if __name__ == "__main__":
    sys.exit(main())
