"""The virtual environment: is it there, whole and up to date; make it, repair it, install into it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scripts.provision.console import Step
from scripts.provision.tools import PipProgress, run

# pip knows `--progress-bar raw` since then.
_RAW_PROGRESS = (24, 1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a finished set-up leaves: what it was made from, which extras, where PyTorch came from."""

    fingerprint: str
    extras: frozenset[str]
    torch_index: str

    def covers(self, fingerprint: str, extras: Iterable[str], torch_index: str | None) -> bool:
        """Whether a set-up of `extras` now would change nothing; no `torch_index` accepts any."""
        same_torch = torch_index is None or torch_index == self.torch_index
        return self.fingerprint == fingerprint and self.extras.issuperset(extras) and same_torch


class Environment:
    """`.venv` in the repository's root.

    While an installation runs, a marker lies in it; one that finds it knows that the last was cut off.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.log = self.folder / "setup.log"
        self.constraints = root / "constraints.txt"
        self._stamp = self.folder / "saseo-setup.json"
        self._marker = self.folder / "saseo-setup.unfinished"

    @property
    def unfinished(self) -> bool:
        """Whether an installation was cut off."""
        return self._marker.exists()

    @property
    def site_packages(self) -> Path | None:
        """Where packages are; None without an environment."""
        return next(iter(sorted(self.folder.glob("lib/python3*/site-packages"))), None)

    def fingerprint(self) -> str:
        """A hash of all that an installation is made from; moving the folder changes it too."""
        digest = hashlib.sha256()
        config = self.folder / "pyvenv.cfg"
        for path in (self.root / "pyproject.toml", self.constraints, config):
            digest.update(path.read_bytes() if path.exists() else b"-")
            digest.update(b"\0")
        digest.update(os.fsencode(self.folder))
        return digest.hexdigest()

    def stamp(self) -> Stamp | None:
        """What the last set-up left; None when a later one was cut off or the environment is gone."""
        if self.unfinished or not self.python.exists() or not (self.folder / "bin" / "saseo").exists():
            return None
        return self.last_stamp()

    def last_stamp(self) -> Stamp | None:
        """What the last finished set-up left, whatever happened since; None when nothing readable did."""
        try:
            data = json.loads(self._stamp.read_text(encoding="utf-8"))
            return Stamp(data["fingerprint"], frozenset(data["extras"]), data["torch_index"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # setting up again does no harm

    def write_stamp(self, extras: Iterable[str], torch_index: str) -> None:
        """Say that everything is installed. Atomic; takes the marker away."""
        data = {"fingerprint": self.fingerprint(), "extras": sorted(extras), "torch_index": torch_index}
        write_json(self._stamp, data)
        self._marker.unlink(missing_ok=True)

    @contextmanager
    def turn(self, waiting: Callable[[], None]) -> Iterator[None]:
        """One installation at a time; calls `waiting` once when another process has the turn."""
        with (self.root / "pyproject.toml").open("rb") as file:
            take_turn(file, waiting)
            yield

    def mark_unfinished(self) -> None:
        """Say that an installation has begun."""
        self._marker.touch()

    def fault(self) -> str | None:
        """Why the environment can't be used (a message key); None when it can, or isn't there at all."""
        if not self.folder.exists():
            return None
        recorded = self.folder / "bin" / "activate"
        if recorded.exists() and str(self.folder) not in recorded.read_text(
            encoding="utf-8", errors="replace"
        ):
            return "venv.moved"
        try:
            probe = "import sys; print(sys.version_info >= (3, 11))"
            answer = subprocess.run(
                [self.python, "-c", probe], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return "venv.no-python"
        if answer.returncode:
            return "venv.no-python"
        if answer.stdout.strip() != "True":
            return "venv.old"
        site = self.site_packages
        return None if site and (site / "pip" / "__main__.py").exists() else "venv.no-pip"

    def create(self, step: str, *, clear: bool) -> None:
        """Make the environment anew.

        Raises:
            ToolFailed: venv or ensurepip is missing, or the folder can't be written to.
        """
        words = [sys.executable, "-m", "venv", *(["--clear"] if clear else []), str(self.folder)]
        # Its log can't be inside the folder that it empties.
        output = run(words, step=step, log=None)
        self.log.write_text("".join(line + "\n" for line in output), encoding="utf-8")

    def repair(self) -> list[str]:
        """Forget packages whose files aren't all there, for pip to install them again; their names."""
        site = self.site_packages
        broken = [info for info in (site.glob("*.dist-info") if site else ()) if not _whole(info)]
        for info in broken:
            shutil.rmtree(info)
        return sorted(info.name.split("-")[0] for info in broken)

    def pip_install(self, title: str, *words: str, constrained: bool = True) -> None:
        """`pip install` with the pinned versions and visible progress.

        Raises:
            ToolFailed: pip failed.
        """
        pins = ["-c", str(self.constraints)] if constrained and self.constraints.exists() else []
        # Most of what the large packages bring is never imported; Python compiles the rest when it is.
        how = ["--no-compile", *self._progress_words()]
        command = [str(self.python), "-m", "pip", "install", *how, *pins, *words]
        with Step(title) as step:
            run(
                command,
                step=title,
                log=self.log,
                on_line=PipProgress(step.update),
                env=self.tool_env(),
                cwd=self.root,
            )

    def pip_versions(self, package: str, *words: str) -> list[str]:
        """The versions of `package` that pip could install here, as `pip index versions` lists them.

        Nothing is downloaded (a dry run of `pip install` fetches whole wheels from an index without separate
        metadata). An unreachable index gives an empty list.
        """
        command = [str(self.python), "-m", "pip", "index", "versions", package, *words]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=300, check=False, env=self.tool_env()
            )
        except subprocess.TimeoutExpired:
            return []
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n$ {' '.join(command)}\n{done.stdout}{done.stderr}")
        found = re.search(r"^Available versions: (.+)$", done.stdout, re.MULTILINE)
        return [version.strip() for version in found[1].split(",")] if found else []

    def tool_env(self) -> dict[str, str]:
        """The environment for pip: unbuffered, and no message about pip's own version."""
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PIP_NO_COLOR": "1",
        }

    def _progress_words(self) -> list[str]:
        site = self.site_packages
        found = next(iter(site.glob("pip-*.dist-info")), None) if site else None
        version = tuple(int(part) for part in re.findall(r"\d+", found.name)[:2]) if found else (0, 0)
        return ["--progress-bar", "raw" if version >= _RAW_PROGRESS else "off"]


def _whole(info: Path) -> bool:
    """Whether every file that the package's RECORD names is there in its recorded size."""
    try:
        rows = (info / "RECORD").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    for row in rows:
        # path,hash,size; a path with a comma is quoted, and none of these packages has one
        path, _, rest = row.partition(",")
        size = rest.rpartition(",")[2]
        if not size.isdigit() or path.endswith(".pyc"):
            continue
        try:
            if (info.parent / path).stat().st_size != int(size):
                return False
        except OSError:
            return False
    return True


def take_turn(file: IO[Any], waiting: Callable[[], None]) -> None:
    """Lock `file` for this process until it is closed; calls `waiting` once when another one has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(file, fcntl.LOCK_EX)


def write_json(path: Path, data: object) -> None:
    """Write `data` to `path` at once or not at all."""
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    half.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    half.replace(path)
