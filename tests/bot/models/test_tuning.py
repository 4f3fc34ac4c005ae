"""Settings recommended from made-up figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.language_model import WORKING_MEMORY
from bot.models.tuning import Room, advise
from knowledge.models.llama.memory import COMPUTATION_BYTES
from knowledge.models.llama.points import Figure

GB = 1_000_000_000


def read(rates, tokens=128):
    """Prompts' rates by threads."""
    return [Figure("read", threads, tokens, rate, 3) for threads, rate in rates.items()]


def portions(rates, threads):
    """Prompts' rates by the tokens of a step."""
    return [Figure("read", threads, tokens, rate, 3) for tokens, rate in rates.items()]


def write(rates, threads):
    """Answers' rates in all, by how many are written at once."""
    return [Figure("write", threads, count, rate, 3) for count, rate in rates.items()]


def room(cache, **changes):
    """A machine that has so many bytes for the cache, with a model of 7B's shape."""
    values = {
        "free": cache + 4 * GB + COMPUTATION_BYTES + WORKING_MEMORY,
        "weights": 4 * GB,
        "cell": 57_344,
        "trained": 32_768,
        "answer": 512,
    }
    return Room(**{**values, **changes})


FIGURES = [
    *read({1: 90.0, 2: 160.0}),
    *portions({64: 120.0, 256: 165.0, 512: 168.0}, 2),
    *write({1: 18.0, 2: 25.0, 4: 39.0, 8: 59.0, 16: 62.0}, 2),
]


def values(figures, machine):
    """Setting -> value."""
    return {advice.name: advice.value for advice in advise(figures, machine)}


def test_a_machine_with_memory():
    """The fewest threads, answers and tokens of a step that come near the best; the cache holds half of the questions."""
    assert values(FIGURES, room(8 * GB)) == {
        "LLM_THREADS": "2",
        "LLM_PARALLEL": "8",
        "LLM_QUESTION_SIZE": "8192",
        "LLM_CONTEXT_SIZE": "32768",
        "LLM_KV_TYPE": "f16",
        "LLM_BATCH_SIZE": "128",
    }


def test_threads_that_gain_nothing_stay_free():
    """Eight hyperthreads that read as fast as four cores: four."""
    figures = [
        *read({2: 90.0, 4: 160.0, 8: 163.0}),
        *portions({64: 150.0, 256: 165.0}, 8),
        *write({1: 18, 4: 20}, 4),
    ]
    assert values(figures, room(8 * GB))["LLM_THREADS"] == "4"


def test_answers_at_once_that_gain_nothing():
    """Where one alone is as fast as many together, one."""
    figures = [*FIGURES[:5], *write({1: 4.0, 2: 4.1, 8: 4.2}, 2)]
    found = {advice.name: advice for advice in advise(figures, room(8 * GB))}
    assert (found["LLM_PARALLEL"].value, found["LLM_PARALLEL"].reason) == ("1", "parallel-one")
    assert found["LLM_CONTEXT_SIZE"].value == "8192"


def test_a_slow_reader_gets_short_questions():
    """Nobody waits minutes until the longest prompt is read."""
    slow = [Figure(f.kind, f.threads, f.tokens, f.rate / 4, f.steps) for f in FIGURES]
    assert values(slow, room(8 * GB))["LLM_QUESTION_SIZE"] == "2048"


def test_little_memory():
    """First half the precision, then fewer at once, then shorter questions, then another model."""
    steps = [
        {name: found.get(name) for name in ("LLM_KV_TYPE", "LLM_PARALLEL", "LLM_QUESTION_SIZE")}
        for found in (values(FIGURES, room(size)) for size in (2 * GB, 1 * GB, GB // 6, GB // 20))
    ]
    assert steps == [
        {"LLM_KV_TYPE": "f16", "LLM_PARALLEL": "8", "LLM_QUESTION_SIZE": "8192"},
        {"LLM_KV_TYPE": "q8_0", "LLM_PARALLEL": "8", "LLM_QUESTION_SIZE": "8192"},
        {"LLM_KV_TYPE": "q8_0", "LLM_PARALLEL": "1", "LLM_QUESTION_SIZE": "4096"},
        {"LLM_KV_TYPE": None, "LLM_PARALLEL": None, "LLM_QUESTION_SIZE": None},
    ]
    assert advise(FIGURES, room(GB // 20))[0].reason == "smaller-model"


def test_no_advice_without_figures_to_compare():
    """One figure of each kind says nothing about what is better."""
    assert advise([], room(8 * GB)) == []
    assert advise([FIGURES[0], FIGURES[-1]], room(8 * GB)) == []


@given(
    st.integers(0, 40 * GB),
    st.integers(0, 400_000),
    st.sampled_from([0, 512, 4096, 32_768]),
    st.integers(16, 4096),
    st.floats(0.01, 100),
)
def test_what_is_recommended_fits(cache, cell, trained, answer, speed):
    """Whatever the machine: the cache is within what is free, a question within the cache, an answer within a question."""
    machine = room(cache, cell=cell, trained=trained, answer=answer)
    figures = [Figure(f.kind, f.threads, f.tokens, f.rate * speed, f.steps) for f in FIGURES]
    found = values(figures, machine)
    if "LLM_MODEL_PATH" in found:
        return
    bytes_each = cell if found["LLM_KV_TYPE"] == "f16" else cell * 34 // 64
    assert int(found["LLM_CONTEXT_SIZE"]) * bytes_each <= machine.cache
    assert answer < int(found["LLM_QUESTION_SIZE"]) <= int(found["LLM_CONTEXT_SIZE"])


@pytest.mark.parametrize(
    "name",
    ["LLM_THREADS", "LLM_PARALLEL", "LLM_QUESTION_SIZE", "LLM_CONTEXT_SIZE", "LLM_KV_TYPE", "LLM_BATCH_SIZE"],
)
def test_each_setting_once(name):
    """No setting is recommended twice."""
    for size in (GB // 6, GB, 8 * GB):
        assert sum(advice.name == name for advice in advise(FIGURES, room(size))) == 1
