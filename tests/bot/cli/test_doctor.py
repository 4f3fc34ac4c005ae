"""`saseo doctor`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from bot import machine
from knowledge.errors import CatalogDamaged, IndexDamaged, ModelUnavailable, Unreadable
from knowledge.parsing.sandbox import absent
from tests import gguf_models


def lines(result):
    """The checks of `--json` by name."""
    found = {}
    for check in result.json:
        found.setdefault(check["check"], []).append(check)
    return found


@pytest.fixture
def data(tmp_path):
    """A data folder."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _roomy(monkeypatch):
    """A machine with plenty of everything."""
    monkeypatch.setattr(machine, "available_memory", lambda: (60 * 10**9, 64 * 10**9))
    monkeypatch.setattr(machine, "free_disk", lambda folder: 10**12)


def test_every_check_has_level_finding_and_fix(saseo):
    """JSON has one object for each line, with exactly these keys; levels are ok, warn and fail."""
    result = saseo("doctor", "--json")
    for check in result.json:
        assert list(check) == ["check", "level", "found", "fix"]
        assert check["level"] in ("ok", "warn", "fail")
        assert check["found"]
    assert {
        "python",
        "cpu",
        "memory",
        "disk",
        "settings",
        "tokens",
        "language-model",
        "engine",
        "index",
    } <= set(lines(result))


@pytest.mark.parametrize(("language", "word"), [("ko", "메모리"), ("en", "memory")])
def test_lines_for_people(saseo, language, word):
    """Each line is in the screen's language, and no wider than the screen."""
    result = saseo("doctor", "--lang", language)
    assert word in result.out
    assert "doctor-" not in result.out


def test_nothing_indexed_yet_is_a_warning(saseo, tmp_path):
    """A fresh folder: warn with the command that begins; nothing is created by looking."""
    [index] = lines(saseo("doctor", "--json"))["index"]
    assert (index["level"], index["fix"]) == ("warn", "saseo index FOLDER")
    assert not (tmp_path / "data").exists()


def test_an_index_that_is_well(saseo, data, knowledge):
    """Counts of documents and passages."""
    [index] = lines(saseo("doctor", "--json"))["index"]
    assert index["level"] == "ok"
    assert "2 documents" in index["found"]


def test_an_index_that_can_not_be_searched_fails(saseo, data, knowledge):
    """Counts alone prove nothing: a search is tried."""

    def broken(*_, **__):
        raise IndexDamaged(path="/d/index", detail="")

    knowledge.retrieve = broken
    result = saseo("doctor", "--json")
    assert result.code == 1
    assert "saseo index rebuild" in lines(result)["index"][0]["found"]


def test_a_damaged_catalog_fails(saseo, data):
    """The error's own sentence, and exit code 1."""
    from tests.bot.cli.test_common import failing

    error = CatalogDamaged(path="/d/catalog.db", detail="")
    result = saseo("doctor", "--json", open_knowledge=lambda settings, write: failing(error))
    assert result.code == 1
    assert lines(result)["index"][-1]["level"] == "fail"


def test_folders(saseo, data, knowledge, tmp_path):
    """A folder that is gone fails, one that is there is ok, and none at all is a warning."""
    assert lines(saseo("doctor", "--json"))["folders"][0]["level"] == "warn"
    (tmp_path / "here").mkdir()
    knowledge.registered = [
        SimpleNamespace(path=tmp_path / "here", scope="everyone"),
        SimpleNamespace(path=tmp_path / "gone", scope="everyone"),
    ]
    result = saseo("doctor", "--json")
    assert [check["level"] for check in lines(result)["folders"]] == ["ok", "fail"]
    assert result.code == 1


def test_problems_of_the_last_run_are_warnings(saseo, data, knowledge):
    """What couldn't be read is mentioned."""
    knowledge.problems = (SimpleNamespace(uri="/x.md", error=Unreadable(reason="binary")),)
    assert "warn" in [check["level"] for check in lines(saseo("doctor", "--json"))["index"]]


def test_passages_without_vectors_are_explained(saseo, data, knowledge):
    """Whoever counts vectors reads why there are fewer than passages."""
    knowledge.retrieval.abilities = SimpleNamespace(passages=frozenset({"en"}))
    found = [check["found"] for check in lines(saseo("doctor", "--json"))["index"]]
    assert any("in Korean found by words, without vectors" in line for line in found)
    knowledge.retrieval.abilities = SimpleNamespace(passages=frozenset({"ko", "en"}))
    found = [check["found"] for check in lines(saseo("doctor", "--json"))["index"]]
    assert not any("without vectors" in line for line in found)


def test_slack_needs_both_tokens(saseo, monkeypatch):
    """One of the two fails and names the other; the form of a token is not looked at."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "anything")
    result = saseo("doctor", "--json")
    [tokens] = lines(result)["tokens"]
    assert tokens["level"] == "fail"
    assert "SLACK_APP_TOKEN" in tokens["fix"]
    assert "anything" not in result.out
    monkeypatch.setenv("SLACK_APP_TOKEN", "more")
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "d")
    [tokens] = lines(saseo("doctor", "--json"))["tokens"]
    assert (tokens["level"], tokens["found"]) == ("ok", "Slack, Discord")


def test_the_env_file_is_looked_through(saseo, tmp_path):
    """Misspelt names and broken lines are lines of the report, and are told once."""
    (tmp_path / ".env").write_text("LLM_THREAD=2\nnonsense\n", encoding="utf-8")
    result = saseo("doctor", "--json")
    assert [check["level"] for check in lines(result)["settings"]] == ["warn", "warn"]
    assert result.err == ""


def test_the_language_models_file(saseo, tmp_path):
    """Missing is a warning with the command; what isn't GGUF or isn't whole fails; a model is ok."""
    path = tmp_path / "scripts/models/qwen2.5-gguf/Qwen2.5-7B-Instruct-Q4_K_M.gguf"
    [missing] = lines(saseo("doctor", "--json"))["language-model"]
    assert (missing["level"], missing["fix"]) == ("warn", "saseo models download language")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<html>")
    assert lines(saseo("doctor", "--json"))["language-model"][0]["level"] == "fail"
    gguf_models.scripted(path, "네, 그렇습니다.")
    assert lines(saseo("doctor", "--json"))["language-model"][0]["level"] == "ok"
    if find_spec("llama_cpp") is not None:
        [engine] = lines(saseo("doctor", "--json", "--lang", "en"))["engine"]
        assert engine["level"] == "ok"
        assert "a trial with the model went well" in engine["found"]
    path.write_bytes(path.read_bytes()[:-200])
    [truncated] = lines(saseo("doctor", "--json"))["language-model"]
    assert truncated["level"] == "fail"
    assert "saseo models download" in truncated["fix"]


@pytest.mark.parametrize(
    ("free", "total", "level"), [(60, 64, "ok"), (2, 64, "warn"), (6, 8, "warn"), (1, 2, "fail")]
)
def test_memory_is_held_against_the_model(saseo, monkeypatch, free, total, level):
    """Enough, busy, too little for the language model, too little for anything."""
    monkeypatch.setattr(machine, "available_memory", lambda: (free * 10**9, total * 10**9))
    [memory] = lines(saseo("doctor", "--json"))["memory"]
    assert memory["level"] == level
    assert (memory["fix"] is None) == (level == "ok")


@pytest.mark.parametrize(("free", "level"), [(10**12, "ok"), (10**9, "warn"), (10**8, "fail")])
def test_disk(saseo, monkeypatch, free, level):
    """Room for the index."""
    monkeypatch.setattr(machine, "free_disk", lambda folder: free)
    assert lines(saseo("doctor", "--json"))["disk"][0]["level"] == level


def a_probe(used, languages, reason, **skills):
    """A probe of a model with these skills by pair of languages."""
    status = SimpleNamespace(used=used, requested="wanted", reason=reason, languages=languages)
    abilities = SimpleNamespace(
        languages=languages,
        of=lambda question, passage: SimpleNamespace(skill=skills[f"{question}_{passage}"]),
    )
    return lambda settings: (status, abilities)


def test_the_embedding_model_is_probed(saseo):
    """What it knows of each language; without Korean a warning with the command that gets the better one."""
    minilm = a_probe("MiniLM", ("en",), "not_downloaded", ko_ko=0.03, en_en=0.97, ko_en=0.0)
    [check] = lines(saseo("doctor", "--json", probe=minilm))["embedding"]
    assert (check["level"], check["fix"]) == ("warn", "saseo models download embedding")
    assert "Korean 3%, English 97%" in check["found"]
    good = a_probe("wanted", ("ko", "en"), "", ko_ko=0.98, en_en=0.97, ko_en=0.9)
    [check] = lines(saseo("doctor", "--json", probe=good))["embedding"]
    assert (check["level"], check["fix"]) == ("ok", None)


def test_an_embedding_model_that_can_not_be_loaded_fails(saseo):
    """The error's sentence, and exit code 1."""

    def broken(settings):
        raise ModelUnavailable(model="m", reason="damaged")

    result = saseo("doctor", "--json", probe=broken)
    assert lines(result)["embedding"][0]["level"] == "fail"
    assert result.code == 1


def test_a_build_that_runs_is_shown(saseo, monkeypatch, tmp_path):
    """The set-up's status file tells how far llama.cpp is."""
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    status = tmp_path / "llama-build.json"
    status.write_text('{"state": "running", "percent": 42, "pid": 1}', encoding="utf-8")
    [engine] = lines(saseo("doctor", "--json"))["engine"]
    assert "42" in engine["found"]


def test_what_reads_documents(saseo, monkeypatch):
    """All formats can be read; a missing library is named with its formats and what installs it."""
    (check,) = lines(saseo("doctor", "--json"))["formats"]
    assert check["level"] == "ok"
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (check,) = lines(saseo("doctor", "--json"))["formats"]
    assert check["level"] == "warn"
    assert "PDF" in check["found"]
    assert "saseo[documents]" in check["fix"]


def test_formats_without_a_build_for_this_machine(saseo, monkeypatch, tmp_path):
    """Are said beside those whose package is missing, each with its own reason."""
    (tmp_path / "unhwp.py").write_text("raise OSError('no build for this machine')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "unhwp", raising=False)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    missing, without_build = lines(saseo("doctor", "--json"))["formats"]
    assert "PDF" in missing["found"]
    assert "HWP" not in missing["found"]
    assert "HWPX (no build for this machine)" in without_build["found"]


def test_how_documents_are_confined(saseo):
    """What the kernel lacks for it is said."""
    (check,) = lines(saseo("doctor", "--json"))["confinement"]
    assert check["level"] == ("warn" if absent() else "ok")
    assert all(name in check["found"] for name in absent())


def test_what_reads_scans(saseo, monkeypatch, tmp_path):
    """Without Tesseract how to get it is said, which is no fault; one that lacks a language is a warning."""
    monkeypatch.setenv("OCR_COMMAND", str(tmp_path / "missing"))
    (check,) = lines(saseo("doctor", "--json"))["ocr"]
    assert (check["level"], "apt install" in check["fix"]) == ("ok", True)
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho eng\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("OCR_COMMAND", str(program))
    (check,) = lines(saseo("doctor", "--json"))["ocr"]
    assert check["level"] == "warn"
    assert "kor" in check["found"]
