"""What the set-up shows and runs: lines in a log, a live line on a terminal, advice for failures."""

from __future__ import annotations

import io
import string
import sys
import tomllib
from pathlib import Path

import pytest

from scripts.provision import messages
from scripts.provision.console import Step, clock, fit
from scripts.provision.tools import PipProgress, ToolFailed, advise, run

CATALOGUE = Path(messages.__file__).with_suffix(".toml")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (185, "3:05"), (3723, "1:02:03")])
def test_clock(seconds: float, shown: str) -> None:
    """Minutes and seconds, hours when there are any."""
    assert clock(seconds) == shown


def test_fit_counts_korean_letters_twice() -> None:
    """A line is cut so that it never wraps; a Korean letter takes two cells."""
    assert fit("abcdef", 6) == "abcdef"
    assert fit("abcdefg", 6) == "abcde…"
    assert fit("가나다라", 6) == "가나…"


def test_log_gets_plain_lines() -> None:
    """Without a terminal: the start, each major change once, the end; no control characters."""
    stream = io.StringIO()
    with Step("Packages", stream=stream) as step:
        step.update("downloading a")
        step.update("downloading a")
        step.update("looking up b", minor=True)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "· Packages"
    assert lines[1].endswith("downloading a")
    assert lines[2].startswith("✓ Packages (")
    assert len(lines) == 3
    assert "\x1b" not in stream.getvalue()


def test_terminal_line_is_cleared_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the live line gives way to one line with the result; a failure is marked."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with pytest.raises(ValueError, match="x"), Step("Packages", stream=stream):
        raise ValueError("x")
    assert stream.getvalue().splitlines()[-1].startswith("\x1b[K✗ Packages")


@pytest.mark.parametrize("key", tomllib.loads(CATALOGUE.read_text(encoding="utf-8")))
def test_messages_exist_in_both_languages(key: str) -> None:
    """Every sentence is there in Korean and English, with the same values."""
    sentences = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))[key]
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(sentences[lang]) if name} for lang in ("en", "ko")
    ]
    assert fields[0] == fields[1]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "ko_KR"}, "ko"),
        ({}, "en"),
    ],
)
def test_language_follows_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    """LC_ALL before LC_MESSAGES before LANG; English when none says anything."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert messages.language() == expected


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "The virtual environment was not created successfully because ensurepip is not available.",
            "python3-venv",
        ),
        (
            "NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused",
            "HTTPS_PROXY",
        ),
        (
            "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
            "PIP_CERT",
        ),
        ("error: command 'gcc' failed: No such file or directory", "build-essential"),
        ("ERROR: No matching distribution found for torch==99", "pinned version"),
        ("PermissionError: [Errno 13] Permission denied: '/opt/x'", "can't be written"),
        ("something nobody has seen before", "carries on"),
    ],
)
def test_advice_fits_the_failure(line: str, part: str) -> None:
    """The usual failures lead to the right next step."""
    assert part in advise([line])


def test_failing_program_reports_its_last_lines(tmp_path: Path) -> None:
    """The tail, the exit status, and the whole output in the log."""
    log = tmp_path / "log"
    program = "import sys; [print('line', i) for i in range(50)]; sys.exit(3)"
    with pytest.raises(ToolFailed) as failure:
        run([sys.executable, "-c", program], step="Counting", log=log)
    assert failure.value.returncode == 3
    assert failure.value.tail[-1] == "line 49"
    assert len(failure.value.tail) == 15
    assert "line 0\n" in log.read_text()


def test_missing_program_is_a_failure_too() -> None:
    """A program that can't be started ends in the same kind of report."""
    with pytest.raises(ToolFailed):
        run(["/no/such/program"], step="Nothing", log=None)


def test_pip_output_becomes_progress() -> None:
    """Packages looked up, downloads with their size and share, builds, the installation."""
    shown: list[tuple[str, bool]] = []
    progress = PipProgress(lambda detail, minor=False: shown.append((detail, minor)))
    for line in (
        "Collecting numpy==2.4.6 (from -c constraints.txt)",
        "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (62 kB)",
        "  Downloading https://files.example/numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.3 MB)",
        "Progress 8000000 of 16000000",
        "Building editable for saseo (pyproject.toml): started",
        "Installing collected packages: numpy, saseo",
        "Requirement already satisfied: pip",
    ):
        progress(line)
    assert shown == [
        ("looking up numpy (1)", True),
        ("downloading numpy (62 kB)", True),
        ("downloading numpy (16.3 MB)", False),
        ("downloading numpy (16.3 MB) 50%", True),
        ("building saseo", False),
        ("installing 2 packages", False),
    ]
