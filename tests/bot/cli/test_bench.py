"""`saseo llm bench`, with made-up figures."""

from __future__ import annotations

import pytest

from bot.ownership import owned
from knowledge.models.llama.points import Figure
from tests.gguf_models import contextual

FIGURES = [
    *(Figure("read", 1, tokens, rate, 3) for tokens, rate in ((64, 90.0), (128, 120.0))),
    *(Figure("write", 1, count, rate, 3) for count, rate in ((1, 12.5), (4, 30.0))),
]


@pytest.fixture
def bench(saseo, tmp_path):
    """Runs `saseo llm bench` on a machine that has these figures, where it is measured at all."""
    contextual(tmp_path / "model.gguf")
    (tmp_path / ".env").write_text("LLM_MODEL_PATH=model.gguf\nLLM_PARALLEL=3\n", encoding="utf-8")

    def measure(settings, plan, told):
        run.measured += 1
        told(1, 1)
        return FIGURES

    def run(*arguments):
        return saseo("llm", "bench", *arguments, measure=measure)

    run.measured = 0
    return run


@pytest.mark.parametrize("language", ["ko", "en"])
def test_figures_and_recommended_settings(bench, language):
    """The figures in two tables, then lines for .env, each with its reason and what it is now."""
    result = bench("--lang", language)
    assert result.code == 0, result.err
    for text in ("120", "12.5", "30.0", "LLM_PARALLEL=4", "LLM_QUESTION_SIZE=4096", "LLM_THREADS=1"):
        assert text in result.out
    line = next(line for line in result.out.splitlines() if "LLM_PARALLEL" in line)
    assert "(now 3)" in line or "(지금은 3)" in line


def test_json(bench):
    """The same for programs, and nothing else on standard output."""
    data = bench("--json", "--lang", "en").json
    assert data["decode"][0] == {"threads": 1, "sequences": 1, "tokens_per_second": 12.5, "steps": 3}
    assert data["prefill"][1]["step_tokens"] == 128
    found = {each["setting"]: each for each in data["recommended"]}
    assert (found["LLM_PARALLEL"]["value"], found["LLM_PARALLEL"]["now"]) == ("4", "3")
    assert "12" in found["LLM_PARALLEL"]["reason"]


def test_a_picture(bench, tmp_path):
    """Where it was asked for."""
    pytest.importorskip("matplotlib")
    assert "speed.png" in bench("--plot", "speed.png").out
    assert (tmp_path / "speed.png").stat().st_size > 1000


def test_not_while_saseo_runs(bench, tmp_path):
    """Its model needs the machine and the memory; nothing is measured."""
    with owned(tmp_path / "data"):
        result = bench("--lang", "en")
    assert (result.code, bench.measured) == (1, 0)
    assert "Stop it first" in result.err


def test_no_model(bench, tmp_path):
    """It says where to get one."""
    (tmp_path / "model.gguf").unlink()
    result = bench("--lang", "ko")
    assert (result.code, bench.measured) == (1, 0)
    assert "saseo models download language" in result.err


def test_a_file_that_is_no_model(bench, tmp_path):
    """It is told before any process is started."""
    (tmp_path / "model.gguf").write_bytes(b"x" * 100)
    result = bench("--lang", "en")
    assert (result.code, bench.measured) == (1, 0)
    assert "GGUF" in result.err


def test_a_model_elsewhere(bench, tmp_path):
    """There is nothing to measure here."""
    lines = "LLM_PROVIDER=openai\nLLM_BASE_URL=http://127.0.0.1:1/v1\nLLM_MODEL=m\n"
    (tmp_path / ".env").write_text(lines, encoding="utf-8")
    result = bench("--lang", "en")
    assert (result.code, bench.measured) == (1, 0)
    assert "127.0.0.1:1" in result.err
