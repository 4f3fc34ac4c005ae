"""Reading in a child: the same documents, and nothing that one of them does reaches the others."""

from __future__ import annotations

import errno
import json
import logging
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from knowledge.errors import Unreadable
from knowledge.parsing import parse
from knowledge.parsing.sandbox import Limits, Sandbox, landlock, parent
from knowledge.parsing.sandbox.wire import send_request

MISBEHAVIOUR = "tests.knowledge.parsing.sandbox.misbehaviour:parse"
SAMPLES = Path(__file__).parents[4] / "samples"
LIMITS = Limits(seconds=60, processor_seconds=60, memory=400 << 20, characters=1000, pieces=100)
HAS_FILTER = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests of this file: that is what it has to stand."""
    made = Sandbox(LIMITS, MISBEHAVIOUR)
    yield made
    made.close()


def reason(sandbox: Sandbox, name: str, data: bytes = b"") -> str:
    """Why a document couldn't be read."""
    with pytest.raises(Unreadable) as caught:
        sandbox.parse(name, data)
    return str(caught.value.parameters["reason"])


def text(sandbox: Sandbox, name: str) -> str:
    """What a document said."""
    return sandbox.parse(name, b"").text


def test_the_same_as_in_this_process() -> None:
    """Every sample comes back as it is read here, with all that its blocks carry."""
    reader = Sandbox()
    try:
        files = [
            path for path in SAMPLES.rglob("*") if path.suffix in (".md", ".html", ".csv", ".txt", ".py")
        ]
        assert len(files) > 10
        for path in files:
            assert reader.parse(path.name, path.read_bytes()) == parse(path.name, path.read_bytes())
    finally:
        reader.close()


def test_a_run_s_child_stands_back() -> None:
    """The processors are left to others first, but not by the child that reads what a person waits for."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    made = Sandbox(LIMITS, MISBEHAVIOUR)
    for sandbox, expected in ((made, min(own + 10, 19)), (made.another(), own)):
        assert int(text(sandbox, "niceness")) == expected
        sandbox.close()


def test_what_cannot_be_read_is_told(sandbox: Sandbox) -> None:
    """The reader's own word comes through, and the child lives."""
    before = text(sandbox, "process")
    assert reason(sandbox, "a.txt", b" ") == "empty"
    assert reason(sandbox, "bad") == "malformed"
    assert text(sandbox, "process") == before


@pytest.mark.parametrize(
    ("act", "expected"),
    [("eat", "too_complex"), ("recurse", "too_complex"), ("crash", "crashed"), ("lie", "crashed")],
)
def test_what_goes_wrong_costs_the_document_alone(sandbox: Sandbox, act: str, expected: str) -> None:
    """Each is an error of that document, and the next one is read."""
    assert reason(sandbox, act) == expected
    assert text(sandbox, "environment")


def test_memory_that_a_library_takes(sandbox: Sandbox) -> None:
    """It is bounded too; the library dies of it, or is killed."""
    assert reason(sandbox, "eat-natively") in ("too_complex", "crashed")


def test_more_text_than_allowed(sandbox: Sandbox) -> None:
    """The child refuses to send it."""
    assert len(sandbox.parse("much", b"1000").text) == 1000
    assert reason(sandbox, "much", b"1001") == "too_complex"


def test_more_pieces_than_allowed(sandbox: Sandbox) -> None:
    """Blocks take many times the memory of their text."""
    assert len(sandbox.parse("many", b"100").blocks) == 100
    assert reason(sandbox, "many", b"101") == "too_complex"


def test_what_is_too_much_each_time_is_read_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second child does better only where the first was worn out."""
    assert text(sandbox, "environment")  # so that the next document isn't the child's first

    def start(*_: object) -> None:
        raise AssertionError("another child")

    with monkeypatch.context() as patched:
        patched.setattr(parent, "_start", start)
        assert reason(sandbox, "much", b"1001") == "too_complex"


def test_an_answer_that_is_too_large_is_not_read(sandbox: Sandbox) -> None:
    """The parent doesn't take what a child announces beyond the limit."""
    assert reason(sandbox, "boast") == "too_complex"


def test_a_deadline() -> None:
    """A document that hangs is given up, and its child is gone."""
    sandbox = Sandbox(replace(LIMITS, seconds=0.5), MISBEHAVIOUR)
    try:
        sandbox.parse("a.txt", b"started")
        child = psutil.Process(int(_process(sandbox)))
        assert reason(sandbox, "hang") == "timed_out"
        assert not child.is_running()
    finally:
        sandbox.close()


def _process(sandbox: Sandbox) -> str:
    return text(sandbox, "process")


def test_processor_time() -> None:
    """The kernel ends a child that computes too long."""
    sandbox = Sandbox(replace(LIMITS, processor_seconds=1), MISBEHAVIOUR)
    try:
        assert reason(sandbox, "spin") == "timed_out"
    finally:
        sandbox.close()


def test_processor_time_is_each_documents_own() -> None:
    """What the documents before took isn't counted against the next."""
    sandbox = Sandbox(replace(LIMITS, processor_seconds=2), MISBEHAVIOUR)
    try:
        process = text(sandbox, "process")
        for _ in range(6):
            text(sandbox, "burn")
        assert text(sandbox, "process") == process
    finally:
        sandbox.close()


def test_an_unknown_error_is_logged_without_the_documents_words(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says what kind of error it was and where, and nothing that may quote the document."""
    with caplog.at_level(logging.WARNING):
        assert reason(sandbox, "fail") == "unexpected"
    assert "ValueError" in caplog.text
    assert "misbehaviour.py" in caplog.text
    assert "own words" not in caplog.text


def test_a_library_that_prints(sandbox: Sandbox) -> None:
    """What is printed doesn't get between the answers."""
    assert text(sandbox, "print") == "quiet"
    assert text(sandbox, "print") == "quiet"


def test_nothing_but_reading(sandbox: Sandbox) -> None:
    """No socket, program, process, signal or file is to be had from Python."""
    for line in text(sandbox, "attempts").splitlines():
        assert line.endswith("PermissionError"), line
    assert text(sandbox, "environment")


@pytest.mark.skipif(not HAS_FILTER, reason="the kernel has no filter for this machine")
def test_nothing_but_reading_in_the_kernel(sandbox: Sandbox) -> None:
    """The same past Python: the kernel refuses, and a library's file can still be read."""
    errors = {line.split()[0]: int(line.split()[1]) for line in text(sandbox, "natively").splitlines()}
    for name in ("socket", "exec", "fork", "kill", "write", "delete"):
        assert errors[name] == errno.EPERM, name
    for name in ("chmod-library", "slow-parent", "pin-parent", "signal-parent", "watch"):
        assert errors[name] == errno.EPERM, name
    assert (errors["chmod-newly"], errors["uring"]) == (errno.ENOSYS, errno.ENOSYS)
    assert (errors["library"], errors["own-fcntl"]) == (0, 0)


@pytest.mark.skipif(not landlock.is_supported(), reason="the kernel has no Landlock")
def test_no_other_file_is_read(sandbox: Sandbox) -> None:
    """Neither a file of the system nor a folder; what its parsers are made of can be read."""
    errors = {line.split()[0]: int(line.split()[1]) for line in text(sandbox, "natively").splitlines()}
    assert (errors["read"], errors["list"], errors["library"]) == (errno.EACCES, errno.EACCES, 0)


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared folder that Saseo is called in may hold a `json.py`; it is a document, and not run."""
    (tmp_path / "json.py").write_text("raise SystemExit('run')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    sandbox = Sandbox()
    try:
        assert sandbox.parse("a.txt", b"read").text == "read"
    finally:
        sandbox.close()


def test_each_group_has_its_own_child(sandbox: Sandbox) -> None:
    """What a child has become of one scope's document doesn't read another's."""
    one, again, other = (
        sandbox.parse("process", b"", group).text for group in ("slack:T1", "slack:T1", "everyone")
    )
    assert one == again != other


def test_a_child_whose_parent_is_gone() -> None:
    """Ends by itself, though nobody watches it."""
    limits = json.dumps(asdict(replace(LIMITS, seconds=0.2)))
    command = [sys.executable, "-m", "knowledge.parsing.sandbox.child", limits, MISBEHAVIOUR]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        send_request(child.stdin, "hang", b"")
        assert child.wait(timeout=60) == -signal.SIGALRM


def test_nothing_of_the_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No token that the bot was given is in the child's environment."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "secret")
    sandbox.close()
    names = set(text(sandbox, "environment").split())
    assert names <= {"PYTHONPATH", "PYTHONUTF8", "LC_ALL", "LC_CTYPE"}


def test_a_worn_out_child_is_replaced() -> None:
    """After so many documents another child reads on."""
    sandbox = Sandbox(replace(LIMITS, documents=2), MISBEHAVIOUR)
    try:
        processes = [text(sandbox, "process") for _ in range(4)]
    finally:
        sandbox.close()
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_a_child_that_dies_between_documents(sandbox: Sandbox) -> None:
    """The next document isn't blamed for it."""
    psutil.Process(int(text(sandbox, "process"))).kill()
    assert sandbox.parse("a.txt", b"read").text == "read"


def test_closing_leaves_nothing(sandbox: Sandbox) -> None:
    """The child is gone after it, closing twice is no error, and reading starts another child."""
    child = psutil.Process(int(text(sandbox, "process")))
    sandbox.close()
    sandbox.close()
    assert not child.is_running()
    assert int(text(sandbox, "process")) != child.pid


def test_many_threads(sandbox: Sandbox) -> None:
    """Each gets its own document's text."""
    texts = [f"document {number}" for number in range(100)]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda each: sandbox.parse("a.txt", each.encode()).text, texts))
    assert read == texts


def test_names_and_contents_of_every_kind(sandbox: Sandbox) -> None:
    """A name that isn't UTF-8, no content, and content larger than a pipe holds."""
    assert sandbox.parse("\udcff.txt", b"x").text == "x"
    assert reason(sandbox, "a.txt", b"") == "empty"
    assert reason(sandbox, "a.txt", b"x" * 5_000_000) == "too_complex"
    assert os.getpid() != int(text(sandbox, "process"))
