"""Which PyTorch to install. On Linux the plain one brings several GB of CUDA, so look for the CPU build."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.provision.environment import Environment
from scripts.provision.messages import text
from scripts.provision.tools import ToolFailed

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Extras that pull PyTorch in.
EXTRAS = frozenset({"all", "embeddings", "minilm", "bench"})
_GPU_DEVICE = Path("/dev/nvidiactl")


@dataclass(frozen=True, slots=True)
class Choice:
    """What to hand to `pip install`, and the message that says why."""

    words: tuple[str, ...]
    message: str
    version: str


def pinned(constraints: Path) -> str:
    """The version of torch in the constraints; an empty string when there is none."""
    found = re.search(r"^torch==([^\s;]+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def installed(environment: Environment, version: str) -> str | None:
    """The installed build of `version` (`2.13.0+cpu`), if there is one."""
    site = environment.site_packages
    for info in site.glob("torch-*.dist-info") if site else ():
        build = info.name.removeprefix("torch-").removesuffix(".dist-info")
        if build.partition("+")[0] == version:
            return build
    return None


def choose(environment: Environment, version: str, torch_index: str | None) -> Choice:
    """Decide where PyTorch `version` comes from.

    `torch_index` (the variable TORCH_INDEX) is an address, or `cuda` for whatever pip takes by itself.
    None looks for a CPU build among pip's own sources, then in PyTorch's public index, then gives up on one.

    Raises:
        ToolFailed: neither can be reached.
    """
    plain = f"torch=={version}"
    if torch_index == "cuda":
        return Choice((plain,), "torch.cuda", version)
    if torch_index:
        return Choice(("--no-deps", "-i", torch_index, plain), "torch.index", version)
    if sys.platform == "darwin":
        return Choice((plain,), "torch.mac", version)
    cpu = f"{version}+cpu"
    own = environment.pip_versions("torch")
    if cpu in own:
        return Choice((f"torch=={cpu}",), "torch.offered", cpu)
    # One try of a few seconds: behind many a firewall a connection to it just hangs.
    if cpu in environment.pip_versions("torch", "-i", CPU_INDEX, "--timeout", "6", "--retries", "0"):
        return Choice(("--no-deps", "-i", CPU_INDEX, f"torch=={cpu}"), "torch.public", cpu)
    if not own:
        raise ToolFailed(text("step.ask"), [], text("advice.network"))
    return Choice((plain,), "torch.plain", version)


def gpu_present() -> bool:
    """Whether an NVIDIA driver is loaded."""
    return os.path.lexists(_GPU_DEVICE)
