"""Measuring a tiny model through the real llama.cpp; what the figures are depends on the machine."""

from __future__ import annotations

import pytest

from bot.models.measuring import measure_model, plan_for, plot
from bot.settings import Settings
from knowledge.errors import ModelUnavailable
from knowledge.models.llama.points import Figure, Plan, Point
from tests.gguf_models import contextual

PLAN = Plan((1,), (1, 2), (8, 16, 32), 1.0)


def settings(folder, model):
    """Settings for this model."""
    return Settings(_env_file=None, data_dir=folder / "data", llm_model_path=model, llm_threads=1)


def test_a_real_model_is_measured(tmp_path):
    """Every point of the plan has a figure, and the last visit is told."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)
    visits = []
    model = contextual(tmp_path / "model.gguf")
    figures = measure_model(settings(tmp_path, model), PLAN, lambda *visit: visits.append(visit))
    assert {Point(figure.kind, figure.threads, figure.tokens) for figure in figures} <= set(PLAN.points())
    assert {("read", 8), ("write", 1)} <= {(figure.kind, figure.tokens) for figure in figures}
    assert all(figure.rate > 0 and figure.steps > 0 for figure in figures)
    assert visits[-1][0] == visits[-1][1]


def test_a_model_that_cannot_be_loaded(tmp_path):
    """The process says why."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python isn't installed", exc_type=ImportError)
    (tmp_path / "model.gguf").write_bytes(b"no model")
    with pytest.raises(ModelUnavailable, match="damaged"):
        measure_model(settings(tmp_path, tmp_path / "model.gguf"), PLAN, lambda *visit: None)


@pytest.mark.parametrize(
    ("processors", "cores", "threads", "quick"),
    [(1, 1, (1,), (1,)), (2, 2, (1, 2), (1, 2)), (16, 8, (4, 8, 16), (8, 16)), (6, 64, (1, 3, 6), (3, 6))],
)
def test_threads_that_are_tried(processors, cores, threads, quick):
    """All, half, a quarter, and the cores; never more than may be used."""
    assert plan_for(processors, cores, quick=False).threads == threads
    assert plan_for(processors, cores, quick=True).threads == quick


def test_a_picture(tmp_path):
    """Also of a machine too slow for most of it; another format's name says so."""
    pytest.importorskip("matplotlib")
    figures = [Figure("read", 2, 64, 50.0, 1), Figure("read", 2, 128, 60.0, 1)]
    plot(figures, tmp_path / "a.png", name="model")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="xyz"):
        plot(figures, tmp_path / "a.xyz", name="model")
