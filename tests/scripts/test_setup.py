"""scripts/setup.py: instant when done, clear when it fails, whole after an interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import setup
from scripts.provision import torch
from scripts.provision.environment import Environment, Stamp
from scripts.provision.tools import ToolFailed

ROOT = Path(setup.__file__).resolve().parent.parent
PROJECT = """
[project]
name = "saseo"
version = "0"
[project.optional-dependencies]
all = []
dev = []
slack = []
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with nothing to install."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "constraints.txt").write_text("torch==2.0.0\n")
    return tmp_path


def start(root: Path) -> list[str]:
    """The command that sets up `root`, with this checkout's program."""
    lines = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})",
        "from pathlib import Path; from scripts import setup",
        f"sys.exit(setup.main(['--extras', 'slack'], Path({str(root)!r})))",
    )
    return [sys.executable, "-u", "-c", "\n".join(lines)]


def finished(root: Path, *extras: str, torch_index: str = "") -> Environment:
    """An environment as a finished set-up leaves it, without the packages."""
    environment = Environment(root)
    (environment.folder / "bin").mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    (environment.folder / "bin" / "saseo").touch()
    environment.write_stamp(extras, torch_index)
    return environment


def test_second_run_does_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With everything in place nothing is run and nothing said."""
    finished(root, "all", "dev")
    assert setup.main([], root) == 0
    assert setup.main(["--dev"], root) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_input_sets_up_again(root: Path, name: str) -> None:
    """A changed requirement or pin makes the last set-up count no more."""
    environment = finished(root, "all")
    before = environment.fingerprint()
    with (root / name).open("a") as file:
        file.write("# changed\n")
    stamp = environment.stamp()
    assert stamp is not None
    assert stamp.covers(before, ["all"], None)
    assert not stamp.covers(environment.fingerprint(), ["all"], None)


def test_a_stamp_covers_what_it_has() -> None:
    """Fewer extras are covered, more aren't; another source of PyTorch isn't, no wish about it is."""
    stamp = Stamp("x", frozenset({"all", "dev"}), "cuda")
    assert stamp.covers("x", {"all"}, None)
    assert stamp.covers("x", {"all"}, "cuda")
    assert not stamp.covers("x", {"all", "slack"}, None)
    assert not stamp.covers("x", {"all"}, "https://example.com/cpu")
    assert not stamp.covers("y", {"all"}, None)


def test_an_interrupted_setup_is_not_done(root: Path) -> None:
    """A set-up that was cut off leaves no valid stamp, and the next finished one does."""
    environment = finished(root, "all")
    environment.mark_unfinished()
    assert environment.stamp() is None
    environment.write_stamp(["all"], "")
    assert environment.stamp() == Stamp(environment.fingerprint(), frozenset({"all"}), "")


def test_a_damaged_stamp_counts_as_none(root: Path) -> None:
    """Half a stamp file, or another's, is no reason to crash."""
    environment = finished(root, "all")
    for damage in ("", "{", "[]", '{"fingerprint": 1}'):
        (environment.folder / "saseo-setup.json").write_text(damage)
        assert environment.stamp() is None


def test_a_moved_folder_is_noticed(root: Path) -> None:
    """An environment that was made elsewhere (its scripts name the old place) can't be used."""
    environment = finished(root, "all")
    (environment.folder / "bin" / "activate").write_text('VIRTUAL_ENV="/somewhere/else/.venv"\n')
    assert environment.fault() == "venv.moved"


def test_a_python_that_does_not_start_is_noticed(root: Path) -> None:
    """A dangling link, as an upgrade of the system's Python leaves it."""
    environment = finished(root, "all")
    environment.python.unlink()
    environment.python.symlink_to(root / "gone")
    assert environment.stamp() is None
    assert environment.fault() == "venv.no-python"


def test_half_installed_packages_are_forgotten(root: Path) -> None:
    """A package with a missing, a shortened file or no RECORD is installed again; a whole one stays."""
    environment = finished(root)
    site = environment.folder / "lib" / "python3.11" / "site-packages"
    for name in ("whole", "missing", "short", "recordless"):
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{name}.py").write_text("x = 1\n")
        (info / "RECORD").write_text(f"{name}.py,sha256=x,6\n{name}-1.0.dist-info/RECORD,,\n")
    (site / "missing.py").unlink()
    (site / "short.py").write_text("x")
    (site / "recordless-1.0.dist-info" / "RECORD").unlink()
    assert environment.repair() == ["missing", "recordless", "short"]
    assert [info.name for info in site.glob("*.dist-info")] == ["whole-1.0.dist-info"]


def test_unknown_extra_names_the_known(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typing error in --extras says what there is."""
    with pytest.raises(SystemExit):
        setup.main(["--extras", "slak"], root)
    assert "slack" in capsys.readouterr().err


def test_no_network_says_what_to_do(root: Path) -> None:
    """With no index to reach: an exit status, the tool's last lines and advice in the person's language."""
    (root / "constraints.txt").write_text("hatchling==1.0\n")
    env = {
        "PATH": os.environ["PATH"],
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "1",
        "LANG": "ko_KR.UTF-8",
    }
    done = subprocess.run(start(root), env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "해결 방법: 패키지 저장소에 연결할 수 없습니다" in done.stderr
    assert "Traceback" not in done.stderr
    assert (root / ".venv" / "setup.log").read_text()
    assert Environment(root).unfinished


class Recording(Environment):
    """An environment that notes what pip would install."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.installed: list[tuple[str, ...]] = []

    def create(self, title: str, *, clear: bool) -> None:
        self.folder.mkdir()

    def pip_install(self, title: str, *words: str) -> None:
        self.installed.append(words)


def test_what_packages_are_built_with_is_there_first(root: Path) -> None:
    """Nothing is built in isolation, and a new environment's own setuptools, if any, is too old for some."""
    environment = Recording(root)
    setup._install(environment, {"slack"}, None)
    tools, packages = environment.installed
    assert "--no-build-isolation" in packages
    assert {"hatchling", "editables", "setuptools"} <= set(tools)


class Offers(Environment):
    """An environment whose pip lists given versions, by the index that it is asked about."""

    def __init__(self, root: Path, own: list[str], public: list[str]) -> None:
        super().__init__(root)
        self._own, self._public = own, public

    def pip_versions(self, package: str, *words: str) -> list[str]:
        assert package == "torch"
        return self._public if torch.CPU_INDEX in words else self._own


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has one build of PyTorch, the plain one")
@pytest.mark.parametrize(
    ("own", "public", "index", "message", "words"),
    [
        (["2.1.0", "2.0.0+cpu", "2.0.0"], [], None, "torch.offered", ("torch==2.0.0+cpu",)),
        (
            ["2.1.0+cpu", "2.0.0"],
            ["2.0.0+cpu"],
            None,
            "torch.public",
            ("--no-deps", "-i", torch.CPU_INDEX, "torch==2.0.0+cpu"),
        ),
        (["2.0.0"], [], None, "torch.plain", ("torch==2.0.0",)),
        (["2.0.0+cpu"], ["2.0.0+cpu"], "cuda", "torch.cuda", ("torch==2.0.0",)),
        (["2.0.0+cpu"], [], "http://i/", "torch.index", ("--no-deps", "-i", "http://i/", "torch==2.0.0")),
    ],
)
def test_choice_of_pytorch(
    root: Path, own: list[str], public: list[str], index: str | None, message: str, words: tuple[str, ...]
) -> None:
    """TORCH_INDEX wins; then a CPU build from pip's own sources, then PyTorch's index; CUDA comes last."""
    choice = torch.choose(Offers(root, own, public), "2.0.0", index)
    assert (choice.message, choice.words) == (message, words)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has one build of PyTorch, the plain one")
def test_no_pytorch_at_all_is_a_network_failure(root: Path) -> None:
    """When no index lists any PyTorch, that is said at once, and nothing of CUDA."""
    with pytest.raises(ToolFailed) as failure:
        torch.choose(Offers(root, [], []), "2.0.0", None)
    assert "HTTPS_PROXY" in failure.value.advice


def test_ctrl_c_is_clean(root: Path) -> None:
    """Interrupted while another set-up has the turn: one sentence, status 130, no traceback."""
    environment = Environment(root)
    with environment.turn(waiting=lambda: None):
        child = subprocess.Popen(start(root), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout
        assert "Another set-up" in child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == setup.INTERRUPTED
    assert "Run the same command again" in errors
    assert "Traceback" not in errors
