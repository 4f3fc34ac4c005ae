"""`saseo run` and `saseo chat`: what is done with each kind of input."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
from types import SimpleNamespace

import pytest

from bot.cli import offers
from bot.cli import run as run_module
from bot.cli.run import input_kind
from knowledge.errors import ModelUnavailable
from knowledge.types import Answer, Finished
from tests.bot.cli.test_index import a_report


@pytest.fixture
def stdin(monkeypatch):
    """Give `run` this kind of input, with these bytes."""

    def give(kind, data=b""):
        monkeypatch.setattr(run_module, "input_kind", lambda: kind)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return give


def test_each_line_of_a_pipe_is_answered(saseo, stdin, app, knowledge):
    """Lines in UTF-8 or CP949 are questions; the app is started and stopped around them."""
    stdin("lines", "하나\n\n".encode() + "둘\n".encode("cp949"))
    result = saseo("run")
    assert result.code == 0
    assert [question.text for question in knowledge.asked] == ["하나", "둘"]
    assert result.out.count("연차는 15일입니다.") == 2
    assert app.log == ["started", "stopped"]


def test_a_pipe_that_is_terminated_closes_everything(saseo, stdin, app, knowledge, monkeypatch):
    """SIGTERM while the next line is waited for stops the app, and then ends the process at once with 143."""
    stdin("lines")
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reader, encoding="utf-8"))
    os.write(writer, "하나\n".encode())
    exits = []

    def leave(code):
        exits.append((code, list(app.log)))
        os.close(writer)  # the end of the process, as the thread that reads sees it

    async def terminate():
        os.kill(os.getpid(), signal.SIGTERM)

    knowledge.answers["하나"] = (terminate, Finished(Answer("네.", "ko", "extractive", ())))
    saseo("run", exit_now=leave)
    assert exits == [(143, ["started", "stopped"])]


def test_no_input_stays_up_until_it_is_stopped(saseo, stdin, app, knowledge, monkeypatch):
    """Without input the app runs until SIGTERM, then stops cleanly with exit code 0."""
    stdin("none")
    stopped = threading.Event()

    def status():
        app.log.append("running")
        os.kill(os.getpid(), signal.SIGTERM)
        stopped.set()
        return SimpleNamespace(documents=1, passages=1)

    knowledge.status = status
    result = saseo("run", "--lang", "ko")
    assert result.code == 0
    assert stopped.is_set()
    assert app.log == ["started", "running", "connected", "stopped"]
    assert "멈췄습니다" in result.err


def test_a_terminal_gets_the_chat(saseo, stdin, app, knowledge, monkeypatch):
    """The banner, an answer, goodbye; and the history is kept in DATA_DIR."""
    stdin("terminal")
    monkeypatch.setattr(offers, "_embedding_is_missing", lambda session: False)
    monkeypatch.setattr(offers, "_language_is_missing", lambda session: False)
    lines = iter(["연차는?", "/quit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    result = saseo("run", "--lang", "ko")
    assert result.code == 0
    assert "문서 2개, 단락 4개" in result.out
    assert "saseo models download embedding" in result.out
    assert "연차는 15일입니다." in result.out
    assert knowledge.is_warm
    assert app.log == ["started", "connected", "stopped"]


def test_the_sample_is_indexed_where_there_is_no_folder(saseo, stdin, knowledge, tmp_path):
    """--sample serves the first run; a librarian that has folders is left alone."""
    (tmp_path / "sample").mkdir()
    stdin("lines")
    knowledge.report = a_report(added=2)
    result = saseo("run", "--sample", "sample", "--lang", "ko")
    assert [str(folder.path) for folder in knowledge.registered] == [str(tmp_path / "sample")]
    assert "sample" in result.err
    saseo("run", "--sample", "sample")
    assert len(knowledge.refreshed) == 1


def test_chat_opens_for_reading(saseo, knowledge, monkeypatch):
    """`saseo chat` works beside a running bot, with the scopes that were named."""
    lines = iter(["연차는?"])

    def read(prompt):
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", read)
    result = saseo("chat", "--scope", "slack:T1", "--lang", "en")
    assert result.code == 0
    assert saseo.modes == ["read"]
    assert knowledge.asked[0].audience == {"everyone", "slack:T1"}
    assert knowledge.asked[0].language == "en"
    assert knowledge.is_closed


def test_a_warm_up_that_fails_does_not_stop_the_chat(saseo, knowledge, monkeypatch, tmp_path):
    """The question is asked all the same, and the log says what was wrong."""

    def broken():
        raise ZeroDivisionError("boom")

    knowledge.warming = broken
    lines = iter(["연차는?", "/quit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    assert saseo("chat").code == 0
    assert len(knowledge.asked) == 1
    assert "boom" in (tmp_path / "data" / "logs" / "saseo.log").read_text(encoding="utf-8")


def test_leaving_does_not_wait_for_the_models(saseo, knowledge, monkeypatch):
    """Who quits while the models load gets the shell back at once."""
    quit_typed, loading = threading.Event(), threading.Event()

    def warming():
        loading.set()
        quit_typed.wait(10)

    knowledge.warming = warming
    monkeypatch.setattr("builtins.input", lambda prompt: loading.wait(10) and "/quit")
    monkeypatch.setattr("logging.shutdown", quit_typed.set)
    assert saseo("chat").code == 0
    assert saseo.exits == [0]


def test_kinds_of_input(tmp_path):
    """A pipe and a file have lines; /dev/null and a closed descriptor have none; a terminal is one."""
    reader, writer = os.pipe()
    try:
        assert input_kind(reader) == "lines"
    finally:
        os.close(reader)
        os.close(writer)
    assert input_kind(reader) == "none"
    (tmp_path / "questions").write_text("x", encoding="utf-8")
    for path, kind in ((tmp_path / "questions", "lines"), ("/dev/null", "none")):
        descriptor = os.open(path, os.O_RDONLY)
        assert input_kind(descriptor) == kind
        os.close(descriptor)
    ours, theirs = os.openpty()
    assert input_kind(theirs) == "terminal"
    os.close(ours)
    os.close(theirs)


# The offers


@pytest.fixture
def offered(saseo, stdin, monkeypatch):
    """Runs `saseo run` at a terminal where both models are missing; `started` has the downloads."""
    stdin("terminal")
    monkeypatch.setattr(offers, "_embedding_is_missing", lambda session: True)
    monkeypatch.setattr(offers, "_language_is_missing", lambda session: True)
    started = []

    monkeypatch.setattr(offers, "_download", lambda session, kind: started.append(kind))

    def run(*typed):
        lines = iter([*typed, "/quit"])
        monkeypatch.setattr("builtins.input", lambda prompt="": next(lines))
        return saseo("run", "--lang", "en")

    run.started = started
    return run


def test_models_are_offered_once(offered, tmp_path):
    """Sizes, licences and a question for each; the answers are remembered in DATA_DIR."""
    first = offered("n", "n")
    assert "1.1 GB" in first.err
    assert "4.7 GB" in first.err
    assert first.err.count("Apache-2.0") == 2
    assert json.loads((tmp_path / "data" / "offers.json").read_text()) == ["embedding", "language"]
    assert "[y/N]" not in offered().err
    assert offered.started == []


def test_a_yes_downloads(offered):
    """Each yes starts that download."""
    offered("n", "y")
    assert offered.started == ["language"]


@pytest.mark.parametrize("error", [ModelUnavailable(model="m", reason="unreachable"), KeyboardInterrupt()])
def test_a_failed_download_does_not_stop_the_start(offered, monkeypatch, error):
    """The chat begins all the same, and the command for later is shown."""

    def fail(session, kind):
        raise error

    monkeypatch.setattr(offers, "_download", fail)
    result = offered("y", "n")
    assert result.code == 0
    assert "saseo models download embedding" in result.err


def test_nobody_is_asked_without_a_terminal(saseo, stdin, monkeypatch):
    """A pipe or a container never waits for a yes."""
    asked = []
    monkeypatch.setattr(run_module, "offer_models", asked.append)
    stdin("lines")
    saseo("run")
    assert asked == []


@pytest.mark.parametrize(("host", "is_open"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_where_figures_are_is_told_and_who_can_read_them(saseo, stdin, monkeypatch, host, is_open):
    """With a port one line has the address; a host that lets others in is pointed out."""
    stdin("lines")
    assert "/metrics" not in saseo("run", "--lang", "en").err
    monkeypatch.setenv("HTTP_PORT", "9464")
    monkeypatch.setenv("HTTP_HOST", host)
    said = saseo("run", "--lang", "en").err
    assert f"http://{host}:9464/readyz" in said
    assert ("lets other machines read" in said) is is_open
