"""Which compiler and flags build llama.cpp for this CPU, best first.

The trap: GCC's `_tile_loadconfig` told the optimiser of 8 of the 64 bytes it reads, so that code with AMX is
compiled without most of its tile configuration and dies on the first batch. Later GCCs and clang go through a
builtin instead, and that, not a version number, is what `amx_sound` looks for.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_CLANGS = tuple(f"clang-{number}" for number in range(25, 14, -1))
NO_AMX = ("-mno-amx-tile", "-mno-amx-int8", "-mno-amx-bf16")
# Waiting threads: spinning ones (OpenMP) collapse when another process wants the cores. No vision tools.
_ALWAYS = ("-DGGML_OPENMP=OFF", "-DLLAVA_BUILD=OFF")
# CPU feature as the kernel names it -> ggml's switch for it, for a build that isn't -march=native.
_SWITCHES = {
    "sse4_2": "GGML_SSE42",
    "avx": "GGML_AVX",
    "avx2": "GGML_AVX2",
    "bmi2": "GGML_BMI2",
    "fma": "GGML_FMA",
    "f16c": "GGML_F16C",
}

BASELINE = frozenset(_SWITCHES)
"""What a build for other machines uses of an x86-64: x86-64-v3, with AVX2."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C and a C++ compiler of one family."""

    cc: str
    cxx: str
    version: str
    amx_sound: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to build llama.cpp."""

    name: str
    compiler: Compiler
    flags: tuple[str, ...]
    cmake: tuple[str, ...]

    @property
    def summary(self) -> str:
        """For a person: `gcc 12.2.0, without AMX`."""
        return f"{self.compiler.version}, {self.name}"

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """The variables that the build takes its compiler and flags from; the person's own flags stay."""
        return {
            **base,
            "CC": self.compiler.cc,
            "CXX": self.compiler.cxx,
            "CFLAGS": _join(base.get("CFLAGS"), self.flags),
            "CXXFLAGS": _join(base.get("CXXFLAGS"), self.flags),
            "CMAKE_ARGS": _join(base.get("CMAKE_ARGS"), self.cmake),
        }

    def key(self, version: str, features: Iterable[str], base: Mapping[str, str]) -> str:
        """Names the build in the cache: the same key means the same wheel, fit for the same CPUs."""
        env = self.environment(base)
        parts = [version, sys.platform, platform.machine(), self.compiler.version, *sorted(features)]
        parts += [env[name] for name in ("CFLAGS", "CXXFLAGS", "CMAKE_ARGS")]
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return f"{version}-{digest[:16]}"


def _join(first: str | None, more: Iterable[str]) -> str:
    return " ".join([*((first,) if first else ()), *more])


def cpu_features() -> frozenset[str]:
    """What the CPU can do: the kernel's flags on Linux, the processor's name elsewhere."""
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return frozenset({platform.processor() or platform.machine()})
    found = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", info, re.MULTILINE)
    return frozenset(found[1].split()) if found else frozenset()


def find_compilers(base: Mapping[str, str] = os.environ) -> list[Compiler]:
    """The compilers here that build C and C++: the one that CC names first, the system's own, then clang."""
    names: list[tuple[str, str]] = []
    if base.get("CC"):
        names.append((base["CC"], base.get("CXX") or _partner(base["CC"])))
    names += [("cc", "c++"), ("gcc", "g++")]
    names += [(name, name.replace("clang", "clang++")) for name in (*_CLANGS, "clang")]
    found: dict[str, Compiler] = {}
    for cc, cxx in names:
        compiler = _examine(cc, cxx)
        if compiler and compiler.version not in found:
            found[compiler.version] = compiler
    return list(found.values())


def _partner(cc: str) -> str:
    folder, name = os.path.split(cc)
    for plain, plus in (("clang", "clang++"), ("gcc", "g++"), ("cc", "c++")):
        if plain in name:
            return os.path.join(folder, name.replace(plain, plus))  # noqa: PTH118 - a bare name must stay one
    return "c++"


def _examine(cc: str, cxx: str) -> Compiler | None:
    # Compiles C++ with a standard header: a clang without a C++ library can't.
    if not shutil.which(cc.split(maxsplit=1)[0]) or not shutil.which(cxx.split(maxsplit=1)[0]):
        return None
    probe = _ask(
        [*cxx.split(), "-x", "c++", "-fsyntax-only", "-"], "#include <vector>\nstd::vector<int> v;\n"
    )
    banner = _ask([*cc.split(), "--version"])
    if probe is None or not banner:
        return None
    first = banner.splitlines()[0]
    number = re.search(r"\d+\.\d+(?:\.\d+)?", re.sub(r"\([^)]*\)", "", first))
    family = "clang" if "clang" in first else "gcc"
    return Compiler(cc, cxx, f"{family} {number[0] if number else 'unknown'}", amx_sound(cc))


def amx_sound(cc: str) -> bool:
    """Whether `cc` compiles AMX's tile configuration whole. False also where it knows no AMX."""
    source = _ask([*cc.split(), "-E", "-P", "-mamx-tile", "-x", "c", "-"], "#include <immintrin.h>\n")
    if not source:
        return False
    body = re.search(r"_tile_loadconfig\s*\([^)]*\)\s*\{(.*?)\}", source, re.DOTALL)
    return bool(body and "__builtin_ia32" in body[1])


def _ask(command: list[str], source: str = "") -> str | None:
    try:
        done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def recipes(compilers: list[Compiler], features: frozenset[str], machine: str, system: str) -> list[Recipe]:
    """How to build, best first and safest last: each for when the one before crashes. Empty: no compiler.

    `machine` and `system` are `platform.machine()` and `sys.platform`.
    """
    if not compilers:
        return []
    first = compilers[0]
    if system == "darwin":
        return [Recipe("Metal" if machine == "arm64" else "native", first, (), _ALWAYS)]
    if machine not in {"x86_64", "AMD64"}:
        return [
            Recipe("native", first, (), _ALWAYS),
            Recipe("portable", first, (), (*_ALWAYS, "-DGGML_NATIVE=OFF")),
        ]
    plan = []
    sound = next((compiler for compiler in compilers if compiler.amx_sound), None)
    if "amx_tile" in features and sound:
        plan.append(Recipe("with AMX", sound, (), _ALWAYS))
    plan.append(Recipe("without AMX", first, NO_AMX, _ALWAYS))
    switches = tuple(
        f"-D{switch}={'ON' if name in features else 'OFF'}" for name, switch in _SWITCHES.items()
    )
    plan.append(Recipe("portable", first, NO_AMX, (*_ALWAYS, "-DGGML_NATIVE=OFF", *switches)))
    return plan
