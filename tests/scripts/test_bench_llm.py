"""The measurement of the engine: every row runs, on a tiny model and at a small scale."""

from __future__ import annotations

import re
import sys

import pytest

from scripts import bench_llm
from scripts.llm_rows import ROWS, Row
from scripts.llm_rows.bench import Bench, Found
from tests.gguf_models import contextual


@pytest.mark.parametrize("name", ROWS)
def test_every_row_says_what_it_found(name, tmp_path, monkeypatch, capsys):
    """One line with the ratio, the bar, whether it was reached, and the figures in words."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)
    model = contextual(tmp_path / "model.gguf")
    options = ["--only", name, "--scale", "0.1", "--threads", "1", "--questions", "8"]
    monkeypatch.setattr(sys, "argv", ["bench_llm.py", str(model), *options])
    bench_llm.main()
    line = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(name + r" +\d+\.\d+  ([<>]= [\d.]+,? ?)+ +(ok|MISSED|no bar) +\S.*\d.*", line), line
    if name == "quoting":
        assert "the same text" in line
    if name in ("busy", "prefill"):
        assert "no bar" in line  # both sides are the same build


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Found(0.5, "figures"), "ok"),
        (Found(0.7, "figures"), "MISSED"),
        (Found(0.1, "figures"), "MISSED"),
        (Found(0.5, "figures", holds=False), "MISSED"),
        (Found(0.7, "figures", no_bar="because"), "no bar"),
    ],
)
def test_the_verdict(found, verdict, tmp_path):
    """A ratio has to lie within the bar, and what else was promised has to hold."""
    row = Row(lambda bench: found, at_least=0.2, at_most=0.6)
    line = row.line(Bench(tmp_path, 1))
    assert verdict in line
    assert ">= 0.2, <= 0.6" in line
