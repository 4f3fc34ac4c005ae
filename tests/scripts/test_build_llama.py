"""scripts/build_llama.py: the right compiler and flags, a cache that knows them, a trial before it counts."""

from __future__ import annotations

import json
import os
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import scripts.build_llama as program
from scripts.provision import llama, tiny_model
from scripts.provision.environment import Environment
from scripts.provision.status import Status
from scripts.provision.toolchain import (
    BASELINE,
    NO_AMX,
    Compiler,
    Recipe,
    amx_sound,
    find_compilers,
    recipes,
)

GCC_12 = Compiler("cc", "c++", "gcc 12.2.0", amx_sound=False)
CLANG_19 = Compiler("clang-19", "clang++-19", "clang 19.1.7", amx_sound=True)
WITH_AMX = frozenset({"avx2", "fma", "f16c", "bmi2", "avx", "sse4_2", "amx_tile", "amx_int8"})
WITHOUT_AMX = WITH_AMX - {"amx_tile", "amx_int8"}


def names(plan: list[Recipe]) -> list[tuple[str, str]]:
    """Each recipe's name and C compiler."""
    return [(recipe.name, recipe.compiler.cc) for recipe in plan]


def test_amx_goes_to_a_sound_compiler_first() -> None:
    """On a CPU with AMX: the compiler that gets it right, then no AMX, then a portable build."""
    plan = recipes([GCC_12, CLANG_19], WITH_AMX, "x86_64", "linux")
    assert names(plan) == [("with AMX", "clang-19"), ("without AMX", "cc"), ("portable", "cc")]
    assert plan[0].flags == ()
    assert plan[1].flags == NO_AMX


def test_unsound_compiler_never_builds_amx() -> None:
    """GCC 12 alone, CPU with AMX: every build leaves AMX out, in C and C++."""
    for recipe in recipes([GCC_12], WITH_AMX, "x86_64", "linux"):
        env = recipe.environment({})
        assert set(NO_AMX) <= set(env["CFLAGS"].split())
        assert set(NO_AMX) <= set(env["CXXFLAGS"].split())


def test_without_amx_the_usual_compiler_builds() -> None:
    """A CPU without AMX gains nothing from another compiler."""
    plan = recipes([GCC_12, CLANG_19], WITHOUT_AMX, "x86_64", "linux")
    assert names(plan) == [("without AMX", "cc"), ("portable", "cc")]


def test_portable_build_uses_only_what_the_cpu_has() -> None:
    """The last resort names each instruction set, and leaves out those that the CPU lacks."""
    (*_, last) = recipes([GCC_12], frozenset({"sse4_2"}), "x86_64", "linux")
    assert "-DGGML_NATIVE=OFF" in last.cmake
    assert "-DGGML_SSE42=ON" in last.cmake
    assert "-DGGML_AVX2=OFF" in last.cmake


@pytest.mark.parametrize(
    ("machine", "system"), [("aarch64", "linux"), ("arm64", "darwin"), ("x86_64", "darwin")]
)
def test_other_machines_get_no_x86_flags(machine: str, system: str) -> None:
    """ARM and macOS build without the flags for x86; spinning threads are off everywhere."""
    plan = recipes([CLANG_19], frozenset(), machine, system)
    assert plan
    for recipe in plan:
        assert recipe.flags == ()
        assert "-DGGML_OPENMP=OFF" in recipe.cmake


def test_no_compiler_no_recipe() -> None:
    """Without a compiler there is nothing to try."""
    assert recipes([], WITH_AMX, "x86_64", "linux") == []


def test_own_flags_are_kept() -> None:
    """CFLAGS and CMAKE_ARGS that the person set stay, in front of ours, and make another key."""
    (recipe, *_) = recipes([GCC_12], WITHOUT_AMX, "x86_64", "linux")
    env = recipe.environment({"CMAKE_ARGS": "-DGGML_CUDA=ON", "CFLAGS": "-g"})
    assert env["CMAKE_ARGS"].startswith("-DGGML_CUDA=ON ")
    assert env["CFLAGS"].startswith("-g ")
    keys = {
        recipe.key("1", WITHOUT_AMX, {}),
        recipe.key("1", WITHOUT_AMX, {"CMAKE_ARGS": "-DGGML_CUDA=ON"}),
        recipe.key("1", WITH_AMX, {}),
        recipe.key("2", WITHOUT_AMX, {}),
    }
    assert len(keys) == 4


def fake_compiler(folder: Path, name: str, body: str) -> None:
    """A program called `name` that answers --version, and any preprocessing with `body`."""
    script = folder / name
    banner = f"{name} (Distribution 14.0.0) 12.2.0"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *--version*) echo "{banner}";; *) cat >/dev/null; echo "{body}";; esac\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IEXEC)


def test_compilers_are_found_by_what_they_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CC first; none without its C++ half; the number is the compiler's, not the distributor's."""
    broken = "_tile_loadconfig (const void *c) { __asm__ volatile (ldtilecfg); }"
    sound = "_tile_loadconfig (const void *c) { __builtin_ia32_ldtilecfg (c); }"
    for name, body in (
        ("gcc", broken),
        ("g++", broken),
        ("mycc", sound),
        ("myc++", sound),
        ("clang-19", sound),
    ):
        fake_compiler(tmp_path, name, body)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = find_compilers({"CC": "mycc", "CXX": "myc++"})
    assert found[0].cc == "mycc"
    assert found[0].amx_sound
    assert found[0].version == "gcc 12.2.0"
    assert "clang-19" not in [compiler.cc for compiler in found]
    assert not amx_sound("gcc")


def test_cache_keeps_and_forgets(tmp_path: Path) -> None:
    """A wheel is found under its key only, and not once it is dropped."""
    wheel = tmp_path / "llama_cpp_python-1-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    cache = llama.WheelCache(tmp_path / "cache")
    kept = cache.keep("a", wheel)
    assert cache.find("a") == kept
    assert kept.read_bytes() == b"wheel"
    assert cache.find("b") is None
    cache.drop("a")
    assert cache.find("a") is None


def test_progress_reads_ninja() -> None:
    """Percent from [n/m], an estimate once it means something, no confusion with CMake's own small runs."""
    ticks = iter(range(0, 10_000, 10))
    seen: list[tuple[str, float, float | None]] = []
    progress = llama.BuildProgress(lambda *report: seen.append(report), now=lambda: float(next(ticks)))
    progress("  *** Configuring CMake...")
    progress("  [1/2] Building C object CMakeFiles/cmTC_1.dir/x.c.o")
    for done in (1, 2, 50, 100):
        progress(f"  [{done}/100] /usr/bin/c++ -O3 x.cpp")
    assert [round(share, 2) for _, share, _ in seen] == [0.0, 0.01, 0.02, 0.5, 1.0]
    assert seen[1][2] is None
    assert seen[3][2] == pytest.approx(30)
    assert "50% (50/100)" in seen[3][0]


def test_tiny_model_is_a_gguf_file(tmp_path: Path) -> None:
    """Magic, version, counts, and the same bytes each time."""
    tiny_model.write(tmp_path / "a.gguf")
    tiny_model.write(tmp_path / "b.gguf")
    data = (tmp_path / "a.gguf").read_bytes()
    assert struct.unpack_from("<4sIQQ", data) == (b"GGUF", 3, 12, 10)
    assert data == (tmp_path / "b.gguf").read_bytes()
    assert len(data) < 2_000_000


@pytest.mark.parametrize(
    ("child", "fault"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "SIGILL"),
        ("raise RuntimeError('the figures are not finite')", "RuntimeError: the figures are not finite"),
        ("""print('{"ok": true}')""", None),
    ],
)
def test_trial_tells_how_it_died(tmp_path: Path, child: str, fault: str | None) -> None:
    """A signal by its name, an error by its last line, success by its details."""
    environment = Environment(tmp_path)
    trial = llama.smoke(environment, tmp_path / "log", command=[sys.executable, "-c", child])
    assert trial.fault == fault
    assert trial.details == ({"ok": True} if fault is None else {})


def test_real_build_passes_the_trial(tmp_path: Path) -> None:
    """The installed llama.cpp evaluates a batch of four sequences as it does one token at a time."""
    pytest.importorskip("llama_cpp")
    model = tmp_path / "tiny.gguf"
    tiny_model.write(model)
    done = subprocess.run(
        [sys.executable, "-m", "scripts.provision.smoke", str(model)],
        cwd=Path(program.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tokens"] == 256


def test_status_of_a_dead_build_is_interrupted(tmp_path: Path) -> None:
    """A build whose process is gone isn't running any more, whatever its file says."""
    path = tmp_path / "llama-build.json"
    status = Status(path)
    assert status.read() is None
    status.begin()
    status.update("compiling", 0.5, 60.0)
    assert Status(path).read() == json.loads(path.read_text())
    assert json.loads(path.read_text())["percent"] == 50
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    path.write_text(json.dumps({"pid": child.pid, "state": "running"}))
    data = status.read()
    assert data is not None
    assert data["state"] == "interrupted"


def test_end_without_a_begin_leaves_anothers_status_alone(tmp_path: Path) -> None:
    """Giving up while waiting for another build doesn't overwrite what that one tells."""
    path = tmp_path / "llama-build.json"
    path.write_text('{"state": "running"}')
    Status(path).end("failed", "stopped")
    assert path.read_text() == '{"state": "running"}'


class Bench:
    """Stands in for the parts that compile, install and try, with a given fate for each recipe."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path, faults: list[str | None]) -> None:
        self.built: list[str] = []
        self.uninstalled = False
        self._faults = iter(faults)
        (root / ".venv" / "bin").mkdir(parents=True)
        (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
        (root / "pyproject.toml").touch()
        (root / "constraints.txt").write_text("llama-cpp-python==0.3.36\n")
        monkeypatch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        monkeypatch.setattr(program, "find_compilers", lambda: [GCC_12, CLANG_19])
        monkeypatch.setattr(program, "cpu_features", lambda: WITH_AMX)
        monkeypatch.setattr(program.platform, "machine", lambda: "x86_64")
        monkeypatch.setattr(program.sys, "platform", "linux")
        monkeypatch.setattr(llama, "build_wheel", self._build)
        monkeypatch.setattr(llama, "install", lambda *_: None)
        monkeypatch.setattr(llama, "installed", lambda *_: True)
        monkeypatch.setattr(llama, "smoke", lambda *_: llama.Trial(next(self._faults), {}))
        monkeypatch.setattr(llama, "uninstall", self._uninstall)

    def _build(self, _environment: object, recipe: Recipe, *rest: object) -> Path:
        self.built.append(recipe.summary)
        wheel = Path(str(rest[-1])) / "llama_cpp_python-0.3.36-py3-none-any.whl"
        wheel.write_text(recipe.summary)
        return wheel

    def _uninstall(self, *_: object) -> None:
        self.uninstalled = True


def kept(root: Path) -> list[str]:
    """What lies in the cache."""
    return sorted(wheel.read_text() for wheel in (root / "cache").rglob("*.whl"))


def test_crashing_build_is_replaced_by_a_safer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bad wheel leaves the cache, the good one stays, and the next run does nothing."""
    bench = Bench(monkeypatch, tmp_path, ["SIGSEGV", None])
    assert program.main([], tmp_path) == 0
    assert bench.built == ["clang 19.1.7, with AMX", "gcc 12.2.0, without AMX"]
    assert kept(tmp_path) == ["gcc 12.2.0, without AMX"]
    assert json.loads((tmp_path / ".venv" / "llama.json").read_text())["recipe"] == "gcc 12.2.0, without AMX"
    assert program.main([], tmp_path) == 0
    assert len(bench.built) == 2


def test_baseline_build_is_for_other_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never looks at this CPU: the portable recipe alone, with AVX2 and without AMX or AVX-512."""
    bench = Bench(monkeypatch, tmp_path, [None])
    assert program.main(["--baseline"], tmp_path) == 0
    assert bench.built == ["gcc 12.2.0, portable"]
    (*_, recipe) = recipes([GCC_12], BASELINE, "x86_64", "linux")
    assert {"-DGGML_NATIVE=OFF", "-DGGML_AVX2=ON", "-DGGML_FMA=ON", "-DGGML_F16C=ON"} <= set(recipe.cmake)
    assert not any("AVX512" in flag or "AMX" in flag for flag in recipe.cmake)


def test_second_checkout_takes_the_wheel_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is compiled; a cached wheel that fails the trial is built once more."""
    bench = Bench(monkeypatch, tmp_path, [None, None, "SIGILL", None])
    assert program.main([], tmp_path) == 0
    (tmp_path / ".venv" / "llama.json").unlink()
    assert program.main([], tmp_path) == 0
    assert len(bench.built) == 1
    (tmp_path / ".venv" / "llama.json").unlink()
    assert program.main([], tmp_path) == 0
    assert bench.built == ["clang 19.1.7, with AMX"] * 2


def test_when_nothing_works_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every build crashes: an error that says so, nothing installed that crashes the app, no wheel kept."""
    bench = Bench(monkeypatch, tmp_path, ["SIGSEGV", "SIGSEGV", "SIGILL"])
    assert program.main([], tmp_path) == 1
    assert bench.uninstalled
    assert kept(tmp_path) == []
    assert "No build of llama.cpp works" in capsys.readouterr().err
    assert program.main(["--status"], tmp_path) == 1


def test_no_compiler_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What to install, and what works without it."""
    Bench(monkeypatch, tmp_path, [])
    monkeypatch.setattr(program, "find_compilers", list)
    assert program.main([], tmp_path) == 1
    assert "build-essential" in capsys.readouterr().err


def test_two_builds_do_not_run_at_once(tmp_path: Path) -> None:
    """The second is told that it waits, and gets its turn when the first process ends."""
    cache = llama.WheelCache(tmp_path)
    script = (
        "import sys; from pathlib import Path; from scripts.provision import llama\n"
        "with llama.WheelCache(Path(sys.argv[1])).turn(lambda: None):\n"
        "    print('mine', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=Path(program.__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert first.stdin
    assert first.stdout
    assert first.stdout.readline() == "mine\n"
    waited = []

    def waiting() -> None:
        waited.append(True)
        assert first.stdin
        first.stdin.close()

    with cache.turn(waiting):
        assert waited == [True]
    first.stdout.close()
    first.wait()
