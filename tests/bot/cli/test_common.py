"""What all commands share: help, languages, misuse, errors, the log."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import SchemaError

from bot.cli.arguments import clean, hoist
from bot.cli.language import screen_language
from knowledge.errors import CatalogDamaged

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = ["run", "chat", "ask", "index", "search", "eval", "doctor", "docs", "models"]
LEAVES = [
    *([name] for name in COMMANDS),
    *(["docs", name] for name in ("list", "show", "remove")),
    *(["models", name] for name in ("list", "download", "add", "verify", "use")),
]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("command", [[], *LEAVES], ids=" ".join)
def test_every_command_has_help_in_both_languages(saseo, command, language):
    """--help and -h succeed, in the screen's language, without a key of the catalogue left untranslated."""
    long = saseo(*command, "--help", "--lang", language)
    short = saseo(*command, "-h", "--lang", language)
    assert long.code == 0
    assert long.out == short.out
    assert ("사용법" in long.out) == (language == "ko")
    assert "help-" not in long.out
    assert "metavar-" not in long.out
    if language == "en" and command != ["ask"]:  # one of its examples is Korean
        assert not re.search("[가-힣]", long.out)


def test_help_is_shown_without_a_command(saseo):
    """`saseo`, `saseo docs` and `saseo models` alone show their help."""
    assert saseo().out == saseo("--help").out
    assert "remove" in saseo("docs").out
    assert "download" in saseo("models").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "--nonsense", "x"],
        ["doctor", "extra"],
        ["search", "x", "--limit", "0"],
        ["docs", "nonsense"],
        ["ask", "x", "--scope"],
        ["--lang", "fr", "doctor"],
        ["search", "x", "--limit", "a"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_misuse_is_explained(saseo, monkeypatch, arguments, language):
    """Exit code 2, one sentence and where the help is, nothing on standard output, no traceback."""
    monkeypatch.setenv("SASEO_LANG", language)
    result = saseo(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert "--help" in result.err
    assert ("도움말" in result.err) == (language == "ko")
    assert "Traceback" not in result.err


def test_common_options_may_stand_anywhere(saseo, tmp_path):
    """--lang and --data-dir work before and after the command."""
    first = saseo("--lang", "ko", "docs", "list", "--data-dir", "x")
    assert first.out == saseo("docs", "--data-dir=x", "list", "--lang=ko").out
    assert "문서 2개" in first.out


@given(st.lists(st.text(alphabet="ab-=", max_size=4)), st.lists(st.text(max_size=3)))
def test_hoisting_loses_nothing(before, after):
    """Every argument is kept, and what follows `--` stays in its place."""
    before = [each for each in before if each != "--"]
    arguments = [*before, "--", *after]
    hoisted = hoist(arguments)
    assert sorted(hoisted) == sorted(arguments)
    assert hoisted[-len(after) - 1 :] == ["--", *after]


@pytest.mark.parametrize(
    ("arguments", "environment", "file", "language"),
    [
        (["--lang", "ko"], {"SASEO_LANG": "en"}, "", "ko"),
        ([], {"SASEO_LANG": "ko", "LANG": "en_US.UTF-8"}, "", "ko"),
        ([], {"LANG": "ko_KR.UTF-8"}, "SASEO_LANG=en\n", "en"),
        ([], {"LANG": "ko_KR.UTF-8"}, "#SASEO_LANG=en\n", "ko"),
        ([], {"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}, "", "en"),
        ([], {}, "", "en"),
    ],
)
def test_the_screens_language(tmp_path, arguments, environment, file, language):
    """--lang, SASEO_LANG, the file, then the system's locale."""
    path = tmp_path / ".env"
    path.write_text(file, encoding="utf-8")
    assert screen_language(arguments, environment, path) == language


def test_an_argument_in_another_encoding_is_read():
    """A CP949 terminal's bytes, which reach Python as surrogates, become Hangul."""
    raw = "연차".encode("cp949").decode("utf-8", "surrogateescape")
    assert clean(raw) == "연차"
    assert clean("연차") == "연차"


@contextmanager
def failing(error):
    """A door behind which something is broken."""
    raise error
    yield


@pytest.mark.parametrize(
    "arguments", [["ask", "x"], ["docs", "list"], ["search", "x"], ["index", "rebuild"], ["chat"]]
)
def test_a_known_error_is_one_sentence(saseo, arguments):
    """Exit code 1 and the sentence on standard error, never a traceback."""
    damaged = CatalogDamaged(path="/d/catalog.db", detail="not a database")
    result = saseo(*arguments, open_knowledge=lambda settings, write: failing(damaged))
    assert result.code == 1
    assert "/d/catalog.db" in result.err
    assert "Traceback" not in result.err
    assert result.out == ""


def test_a_known_error_as_json(saseo):
    """With --json the error is JSON on standard output, and standard error is empty."""
    damaged = CatalogDamaged(path="/d/catalog.db", detail="not a database")
    result = saseo("ask", "x", "--json", open_knowledge=lambda settings, write: failing(damaged))
    assert result.code == 1
    assert result.json["error"]["kind"] == "error-catalog-damaged"
    assert "/d/catalog.db" in result.json["error"]["message"]
    assert result.err == ""


def test_an_unexpected_error_has_an_id_that_the_log_has_too(saseo, tmp_path):
    """The person gets an id; the log has the traceback under it; --verbose shows it on the screen."""

    def broken(settings, write):
        return failing(ZeroDivisionError("boom"))

    result = saseo("docs", "list", open_knowledge=broken)
    assert result.code == 1
    assert "Traceback" not in result.err
    log = (tmp_path / "data" / "logs" / "saseo.log").read_text(encoding="utf-8")
    incident = result.err.split("(id ")[1].split(")")[0]
    assert incident in log
    assert "ZeroDivisionError: boom" in log
    assert "ZeroDivisionError: boom" in saseo("docs", "list", "--verbose", open_knowledge=broken).err


def test_the_log_can_be_json(saseo, tmp_path, monkeypatch):
    """LOG_FORMAT=json writes one JSON object a line, the traceback inside."""
    monkeypatch.setenv("LOG_FORMAT", "json")
    saseo("docs", "list", open_knowledge=lambda settings, write: failing(ZeroDivisionError("boom")))
    lines = (tmp_path / "data" / "logs" / "saseo.log").read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[-1])
    assert entry["level"] == "error"
    assert "ZeroDivisionError: boom" in entry["exception"]


def test_nothing_is_logged_when_nothing_happens(saseo, tmp_path):
    """A command that went well leaves no file behind."""
    assert saseo("docs", "list").code == 0
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_all_told(saseo, tmp_path):
    """Each wrong setting has its line; the exit code is 1."""
    (tmp_path / ".env").write_text("LLM_THREADS=x\nVECTOR_STORE=y\n", encoding="utf-8")
    result = saseo("docs", "list", "--lang", "ko")
    assert result.code == 1
    assert "LLM_THREADS" in result.err
    assert "VECTOR_STORE" in result.err


def test_a_misspelt_setting_is_pointed_out(saseo, tmp_path):
    """A warning beside the result, which is not disturbed."""
    (tmp_path / ".env").write_text("LLM_THREAD=2\n", encoding="utf-8")
    result = saseo("docs", "list", "--json")
    assert len(result.json) == 2
    assert "LLM_THREADS" in result.err


def _built_under_ctrl_c():
    """What pydantic raises when Ctrl-C is pressed while it builds a model."""
    return SchemaError('Error building "model" validator:\n  KeyboardInterrupt: ')


@pytest.mark.parametrize("error", [KeyboardInterrupt(), _built_under_ctrl_c()])
def test_ctrl_c_is_130(saseo, error):
    """An interrupted command says so and exits with 130, also where pydantic made an error of the interruption."""
    result = saseo("docs", "list", open_knowledge=lambda settings, write: failing(error))
    assert result.code == 130
    assert "Traceback" not in result.err


def test_an_error_that_mentions_an_interruption_is_an_error(saseo):
    """A file may be called so."""
    result = saseo(
        "docs", "list", open_knowledge=lambda settings, write: failing(ValueError("KeyboardInterrupt.md"))
    )
    assert result.code == 1


def test_help_is_light():
    """`saseo --help` imports neither settings, models nor databases."""
    program = (
        "import sys; from bot.cli import main; main(['--help']);"
        "heavy = {'pydantic_settings', 'sqlalchemy', 'numpy', 'torch', 'faiss', 'kiwipiepy', 'structlog'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_closed_pipe_is_no_error():
    """`saseo --help | head -0` ends quietly."""
    program = f"{sys.executable} -m bot docs --help | true"
    done = subprocess.run(["bash", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
