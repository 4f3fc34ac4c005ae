"""Figures: what is counted and timed, and what never gets into them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.operations.metrics import Metrics
from knowledge.errors import IndexUnavailable
from knowledge.pace import Running
from knowledge.reports import KnowledgeStatus, LastRun, Problem
from knowledge.types import Answer, Failed, Finished, Found, Question, Scope, Status, Token
from tests.fakes import a_source

ENDED = datetime(2026, 11, 1, 12, tzinfo=UTC)
STATUS = KnowledgeStatus(
    documents=3,
    passages=7,
    passages_by_language={"ko": 5, "en": 2},
    generation=4,
    embedder=None,
    last_run=LastRun(9, ENDED, 1.5, {"added": 2, "failed": 1}),
    last_whole_run=LastRun(8, ENDED, 1.5, {"added": 2, "failed": 1}),
    problems=(Problem("/비밀/문서.md", IndexUnavailable(detail="")),),
)
QUESTION = Question(
    "비밀 질문?", frozenset({Scope("slack:T1/C1")}), asker="slack:T1/@U1", key="slack:T1/C1/1"
)
ANSWER = Answer("비밀 답", "ko", "model", (a_source(),))
EVENTS = (Status("searching"), Found((a_source(),)), Token("비밀 "), Token("답"), Finished(ANSWER))


def handler_of(*events):
    """A handler that plays these events; an exception is raised."""

    async def handle(question):
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event

    return handle


def read(metrics):
    """(name, labels) -> value."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def questions(metrics):
    """(platform, outcome) -> how many."""
    found = read(metrics)
    return {
        (dict(labels)["platform"], dict(labels)["outcome"]): value
        for (name, labels), value in found.items()
        if name == "saseo_questions_total"
    }


def play(metrics, *events, question=QUESTION):
    """Everything that the measured handler gives."""

    async def collect():
        return [event async for event in metrics.measured(handler_of(*events))(question)]

    return asyncio.run(collect())


@pytest.fixture
def metrics(tmp_path):
    return Metrics(lambda: STATUS, tmp_path)


def test_an_answer_is_counted_and_its_moments_timed(metrics):
    """The events pass unchanged; platform and outcome are counted, sources, first text and end timed once."""
    assert play(metrics, *EVENTS) == list(EVENTS)
    found = read(metrics)
    assert questions(metrics) == {("slack", "model"): 1}
    for moment in ("sources", "first_text", "done"):
        assert found[f"saseo_question_{moment}_seconds_count", (("platform", "slack"),)] == 1
    assert found["saseo_questions_running", ()] == 0


def test_every_outcome_is_told_apart(metrics):
    """Modes of answers, failures, and what nobody waited for."""
    play(metrics, Finished(ANSWER), question=Question("?", frozenset()))
    play(metrics, Failed("no", "1234"))
    with pytest.raises(ZeroDivisionError):
        play(metrics, Status("searching"), ZeroDivisionError())

    async def leave():
        async with aclosing(metrics.measured(handler_of(*EVENTS))(QUESTION)) as events:
            await anext(events)
            assert read(metrics)["saseo_questions_running", ()] == 1

    asyncio.run(leave())
    assert questions(metrics) == {("console", "model"): 1, ("slack", "failed"): 2, ("slack", "stopped"): 1}
    assert read(metrics)["saseo_questions_running", ()] == 0


def test_labels_are_few_whatever_people_are_called(metrics):
    """No text, name, path or scope stands in the figures, and an unknown platform makes no label of its own."""
    play(metrics, *EVENTS)
    play(metrics, *EVENTS, question=Question("?", frozenset(), asker="엉뚱한:이름"))
    metrics.acknowledged("엉뚱한", 0.1)
    metrics.platform_failed("slack", "unreachable")
    text = metrics.text().decode()
    for private in ("비밀", "T1", "U1", "C1", "문서", "엉뚱한"):
        assert private not in text


def test_what_is_known_is_read_at_each_look(metrics, tmp_path):
    """Documents, passages, room, problems and the last refresh, as the catalog has them now."""
    (tmp_path / "index" / "dense").mkdir(parents=True)
    (tmp_path / "index" / "dense" / "segment").write_bytes(b"12345")
    (tmp_path / "catalog.sqlite").write_bytes(b"123")
    (tmp_path / "catalog.sqlite-wal").write_bytes(b"4")
    found = read(metrics)
    assert found["saseo_documents", ()] == 3
    assert found["saseo_passages", (("language", "ko"),)] == 5
    assert found["saseo_stored_bytes", (("part", "index"),)] == 5
    assert found["saseo_stored_bytes", (("part", "catalog"),)] == 4
    assert found["saseo_refresh_problems", ()] == 1
    assert found["saseo_refreshes_total", ()] == 9
    assert found["saseo_last_refresh_timestamp_seconds", ()] == ENDED.timestamp()
    assert found["saseo_last_refresh_documents", (("change", "added"),)] == 2
    assert found["saseo_last_refresh_documents", (("change", "removed"),)] == 0


def test_the_rest_is_counted(metrics):
    """Acknowledgements, refusals, errors of platforms, refreshes that broke off, and parts that are ready."""
    metrics.acknowledged("discord", 0.2)
    metrics.refused("discord")
    metrics.platform_failed("discord", "unreachable")
    metrics.refresh_failed()
    metrics.ready("index", is_ready=True)
    metrics.ready("model", is_ready=False)
    found = read(metrics)
    assert found["saseo_question_acknowledged_seconds_sum", (("platform", "discord"),)] == 0.2
    assert questions(metrics) == {("discord", "refused"): 1}
    assert found["saseo_platform_errors_total", (("platform", "discord"), ("reason", "unreachable"))] == 1
    assert found["saseo_refresh_failures_total", ()] == 1
    assert found["saseo_ready", (("part", "index"),)] == 1
    assert found["saseo_ready", (("part", "model"),)] == 0


def test_a_catalog_that_can_not_be_read_leaves_the_other_figures(tmp_path):
    """What is known can't be told then, but that something is wrong can."""

    def status():
        raise IndexUnavailable(detail="locked")

    metrics = Metrics(status, tmp_path)
    metrics.ready("catalog", is_ready=False)
    found = read(metrics)
    assert found["saseo_ready", (("part", "catalog"),)] == 0
    assert ("saseo_documents", ()) not in found


def test_a_refresh_that_is_under_way_is_told(tmp_path):
    """What is done of it, of how much, and how long it takes; of none, nothing."""
    running = replace(STATUS, running=Running("reading", 20, 100, 4.0))
    found = read(Metrics(lambda: running, tmp_path))
    stage = (("stage", "reading"),)
    told = {
        name.removeprefix("saseo_refresh_running_"): found[name, stage]
        for name, _ in found
        if "running_" in name
    }
    assert told == {"done": 20, "total": 100, "left_seconds": 16}
    assert not any("running_" in name for name, _ in read(Metrics(lambda: STATUS, tmp_path)))
