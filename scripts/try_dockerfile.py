"""Run the Dockerfile's build steps in clean roots that debootstrap makes, where there is no Docker.

    sudo python3 scripts/try_dockerfile.py FOLDER [--arg NAME=VALUE]... [--skip TEXT]... [--give PATH]...

The steps are read from the Dockerfile itself. Each stage begins with a fresh Debian of the release that its
image has. `--skip` leaves out RUN steps that contain a text and says so, `--give` puts a file of this machine
into every root: pip's settings, say, or a bundle of certificates that PIP_CERT names (not the system's own,
which a step installs anew). The network, its names and the processor are this machine's; layers, limits and
health checks are Docker's alone and aren't tried. At the end `saseo --help` is run as the image's user.
FOLDER keeps the roots, and the Debian that they begin with for the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
PASSED_ON = re.compile(r"(?i)(https?|no)_proxy|PIP_\w+|UV_\w+|TORCH_INDEX")
# Nothing to be done for them outside of Docker.
NOTHING = {"SHELL", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}


@dataclass
class Stage:
    """A root that is being made."""

    root: Path
    folder: str = "/"
    user: str = "0"
    variables: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"}
    )


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction of a Dockerfile and what follows it, in one line."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.split(r"(?<!\\)\n", "\n".join(lines)):
        joined = line.replace("\\\n", " ").strip()
        if joined:
            name, _, rest = joined.partition(" ")
            yield name.upper(), rest.strip()


def filled(text: str, variables: dict[str, str]) -> str:
    """A text with ${NAME} and $NAME replaced, as Docker does outside of RUN."""
    return re.sub(r"\$\{?(\w+)\}?", lambda found: variables.get(found[1], found[0]), text)


def ignored(ignore: str) -> list[str]:
    """The patterns of a .dockerignore that keep something out of what it lets in."""
    lines = [line.strip() for line in ignore.splitlines()]
    return [line for line in lines if line and line != "*" and line[0] not in "#!"]


def is_ignored(path: str, patterns: list[str]) -> bool:
    """Whether a path beneath the build's folder doesn't go to the builder."""
    parts = [path, *(str(parent) for parent in Path(path).parents)]
    return any(fnmatch(part, each) or fnmatch(f"/{part}", each) for part in parts for each in patterns)


class Build:
    """Makes the roots."""

    def __init__(self, folder: Path, chosen: dict[str, str], skip: list[str], give: list[Path]) -> None:
        self._folder = folder
        self._chosen = chosen
        self._skip = skip
        self._give = give
        self._general: dict[str, str] = {}
        self._stages: dict[str, Stage] = {}
        self._ignored = ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))
        self.stage: Stage | None = None

    def do(self, name: str, rest: str) -> None:
        """Do one instruction."""
        if name == "ARG":
            self._argument(rest)
        elif name == "FROM":
            image, _, stage = filled(rest, self._general).partition(" AS ")
            self.stage = self._stages[stage] = self._begin(image.strip(), stage or "last")
        elif name in NOTHING:
            return
        elif self.stage is None:
            raise SystemExit(f"{name} before FROM")
        elif name == "RUN":
            self._run(rest)
        elif name == "COPY":
            self._copy(rest)
        elif name == "ENV":
            for pair in shlex.split(rest):
                key, _, value = pair.partition("=")
                self.stage.variables[key] = filled(value, self.stage.variables)
        elif name == "WORKDIR":
            self.stage.folder = rest
            (self.stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            self.stage.user = rest
        else:
            raise SystemExit(f"this script doesn't know {name}")

    def run(self, command: str) -> None:
        """Run a command in the stage that is being made.

        Raises:
            SystemExit: it failed.
        """
        stage = self.stage
        assert stage is not None  # noqa: S101 - what calls it has looked
        passed_on = {key: value for key, value in os.environ.items() if PASSED_ON.fullmatch(key)}
        variables = {**passed_on, **stage.variables, "DEBIAN_FRONTEND": "noninteractive"}
        within = f"cd {shlex.quote(stage.folder)} && {command}"
        chroot = [
            shutil.which("chroot") or "chroot",
            f"--userspec={stage.user}:{stage.user}",
            str(stage.root),
        ]
        shell = ["/bin/bash", "-o", "pipefail", "-c", within]
        set_up = "mount -t proc proc proc && mount --rbind /dev dev && mount -t tmpfs tmpfs tmp"
        inside = f'{set_up} && exec env -i "$@"'
        words = [*(f"{key}={value}" for key, value in variables.items()), *chroot, *shell]
        began = time.monotonic()
        mounting = ["unshare", "--mount", "--fork", "bash", "-c", inside, "bash", *words]
        done = subprocess.run(mounting, cwd=stage.root, check=False)
        print(
            f"--- {'done' if done.returncode == 0 else 'FAILED'} after {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if done.returncode:
            raise SystemExit(f"failed: {command}")

    def _argument(self, rest: str) -> None:
        key, _, value = rest.partition("=")
        value = self._chosen.get(key, value)
        (self.stage.variables if self.stage else self._general)[key] = value

    def _begin(self, image: str, name: str) -> Stage:
        found = re.fullmatch(r"debian:(\d+)[\w.-]*", image)
        if found is None:
            raise SystemExit(f"only Debian's images can be made here, not {image}")
        release = RELEASES[found[1]]
        clean, root = self._folder / f"clean-{release}", self._folder / name
        if not clean.exists():
            subprocess.run(["debootstrap", "--variant=minbase", release, f"{clean}.part"], check=True)
            Path(f"{clean}.part").rename(clean)
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", str(clean), str(root)], check=True)
        for path in [Path("/etc/resolv.conf"), *self._give]:
            if path.exists():
                target = root / str(path).lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        return Stage(root)

    def _run(self, command: str) -> None:
        if any(text in command for text in self._skip):
            print(f"=== SKIPPED: {command}", flush=True)
            return
        print(f"=== {command}", flush=True)
        self.run(command)

    def _copy(self, rest: str) -> None:
        assert self.stage is not None  # noqa: S101 - what calls it has looked
        words = shlex.split(rest)
        source = ROOT
        if words[0].startswith("--from="):
            source = self._stages[words.pop(0).removeprefix("--from=")].root
        *paths, target = words
        base = self.stage.root / self.stage.folder.lstrip("/") / target
        for path in paths:
            place = base / Path(path).name if target.endswith("/") else base
            place = self.stage.root / target.lstrip("/") if target.startswith("/") else place
            self._put(source, source / path.lstrip("/"), place)

    def _put(self, source: Path, path: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        if source != ROOT:
            subprocess.run(["cp", "-aT", str(path), str(place)], check=True)
        elif path.is_dir():

            def left_out(folder: str, names: list[str]) -> set[str]:
                here = Path(folder).relative_to(ROOT)
                return {name for name in names if is_ignored(str(here / name), self._ignored)}

            shutil.copytree(path, place, ignore=left_out, dirs_exist_ok=True)
        else:
            shutil.copy(path, place)


def main() -> None:
    """Do the steps, and try the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--skip", action="append", default=[], metavar="TEXT")
    parser.add_argument("--give", action="append", default=[], type=Path, metavar="PATH")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not all(map(shutil.which, ("debootstrap", "unshare", "chroot"))):
        raise SystemExit("it takes root, debootstrap and util-linux")
    folder = arguments.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    build = Build(folder, dict(each.split("=", 1) for each in arguments.arg), arguments.skip, arguments.give)
    for name, rest in steps((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        build.do(name, rest)
    print("=== as the image's user", flush=True)
    build.run("saseo --help > /dev/null && test ! -w /app && test -w /data")
    print(json.dumps({"skipped": arguments.skip, "arguments": arguments.arg}))


if __name__ == "__main__":
    main()
