"""From a question to the events of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.catalog import Catalog
from knowledge.embedding import Abilities, Ability, Embedder, Vector
from knowledge.errors import IndexUnavailable
from knowledge.language import Analyzer
from knowledge.models.extractive import _PASSAGES
from knowledge.parts import Parts
from knowledge.service import Knowledge
from knowledge.sources.options import Folder
from knowledge.types import (
    EVERYONE,
    LANGUAGES,
    AnswerEvent,
    Failed,
    Finished,
    Found,
    Question,
    Scope,
    Status,
    Token,
)
from tests.fakes import HashEmbedder
from tests.librarian import CountingEmbedder, fill, open_knowledge

LEAVE = """# 휴가 규정

## 연차

입사 1년 이상인 구성원의 연차는 15일입니다. 사용하지 않은 연차는 5일까지 이월됩니다.

## 병가

병가는 연 10일까지 유급입니다.
"""
VPN = """# VPN guide

## Connecting

Open Tunnel and choose the gateway Seoul-2. The password expires every 90 days.
"""
SALARY = "# Pay bands\n\nThe pay band of grade 7 is between 80 and 95 million won.\n"
CHANNEL = Scope("slack:T1/C9")
ANALYZER = Analyzer()


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """Three documents, one of them of a channel's scope."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "everyone").mkdir()
    (folder / "channel").mkdir()
    (folder / "everyone" / "휴가.md").write_text(LEAVE, encoding="utf-8")
    (folder / "everyone" / "vpn.md").write_text(VPN, encoding="utf-8")
    (folder / "channel" / "pay.md").write_text(SALARY, encoding="utf-8")
    opened = Knowledge(parts(folder / "data"), owner=True)
    opened.refresh([Folder(folder / "everyone"), Folder(folder / "channel", CHANNEL)])
    yield opened
    opened.close()


def parts(folder: Path, embedder: Embedder | None = None) -> Parts:
    """Knowledge that goes by words; an embedder, if there is one, counts as knowing nothing."""
    nothing = Ability(0.0, 0.0, 0.1, 0.0, 0.1)
    abilities = Abilities("none", {(q, p): nothing for q in LANGUAGES for p in LANGUAGES})
    return Parts(
        catalog=Catalog.in_folder(folder),
        folder=folder / "index",
        analyzer=ANALYZER,
        embedder=embedder,
        embedder_status=None,
        abilities=lambda _: abilities,
    )


def ask(knowledge: Knowledge, text: str, *scopes: Scope, **options: object) -> list[AnswerEvent]:
    """All events of a question, for an audience of `scopes` (everyone by default)."""

    async def collect() -> list[AnswerEvent]:
        question = Question(text, frozenset(scopes or {EVERYONE}), **options)  # type: ignore[arg-type]
        return [event async for event in knowledge.answer(question)]

    return asyncio.run(collect())


def test_sources_come_before_the_text(knowledge: Knowledge) -> None:
    """A question ends in one terminal event; what was found is told before any of the answer."""
    events = ask(knowledge, "연차는 며칠인가요?")
    assert [type(event) for event in events if not isinstance(event, Token)] == [Status, Found, Finished]
    assert isinstance(events[1], Found)


def test_the_answer_quotes_its_sources(knowledge: Knowledge) -> None:
    """Every cited sentence stands in its source word for word, and sources say where."""
    finished = ask(knowledge, "연차는 며칠인가요?")[-1]
    assert isinstance(finished, Finished)
    answer = finished.answer
    assert (answer.mode, answer.language) == ("extractive", "ko")
    assert "연차는 15일입니다." in answer.text
    assert "[1]" in answer.text
    first = answer.sources[0]
    assert (first.title, first.section, first.lines) == ("휴가 규정", "연차", (5, 5))
    assert first.excerpt in LEAVE


def test_tokens_make_the_answer(knowledge: Knowledge) -> None:
    """What was streamed is what is finished."""
    events = ask(knowledge, "When does the VPN password expire?")
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert "".join(event.text for event in events if isinstance(event, Token)) == finished.answer.text
    assert "90 days" in finished.answer.text


def test_what_is_not_in_the_documents_is_said_so(knowledge: Knowledge) -> None:
    """Without support the answer says that the documents don't, and names the nearest."""
    finished = ask(knowledge, "주차장 등록은 어떻게 하나요?")[-1]
    assert isinstance(finished, Finished)
    assert finished.answer.mode == "not_found"
    assert finished.answer.language == "ko"


def test_a_person_may_ask_for_the_other_language(knowledge: Knowledge) -> None:
    """The forced language decides what the bot itself says."""
    finished = ask(knowledge, "주차장 등록은 어떻게 하나요?", language="en")[-1]
    assert isinstance(finished, Finished)
    assert finished.answer.language == "en"
    assert finished.answer.text.isascii()


def test_nothing_crosses_the_audience(knowledge: Knowledge) -> None:
    """Who may not read a document learns nothing of it: no text, no title, no repaired word, no source."""
    outside = repr(ask(knowledge, "What is the pay bnad of grade 7?"))
    assert "million" not in outside
    assert "Pay bands" not in outside
    assert "pay.md" not in outside
    found = knowledge.retrieve("pay bnad of grade", frozenset({EVERYONE}))
    assert found.repaired == ()
    inside = ask(knowledge, "What is the pay band of grade 7?", EVERYONE, CHANNEL)[-1]
    assert isinstance(inside, Finished)
    assert "80 and 95 million won" in inside.answer.text


def test_an_empty_audience_finds_nothing(knowledge: Knowledge) -> None:
    """No scope is not every scope."""
    assert knowledge.retrieve("연차", frozenset()).candidates == ()
    finished = ask(knowledge, "연차는 며칠인가요?", Scope("slack:T2"))[-1]
    assert isinstance(finished, Finished)
    assert (finished.answer.mode, finished.answer.sources) == ("not_found", ())


def test_a_failure_has_a_sentence_and_an_id(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong ends in one Failed event in the person's language, whose id is in the log."""

    class Broken(HashEmbedder):
        def embed_query(self, text: str) -> Vector:
            if text == "expected":
                raise IndexUnavailable(detail="down")
            raise RuntimeError(text)

    broken = Knowledge(parts(tmp_path, Broken()), owner=True)
    for text in ("expected", "unexpected"):
        events = ask(broken, text)
        failed = events[-1]
        assert isinstance(failed, Failed)
        assert failed.message
        assert failed.incident in [getattr(record, "incident", "") for record in caplog.records]
    broken.close()


@pytest.mark.parametrize("text", ["", "   ", "?", "🙂", "a" * 20_000, "\x00\x1f"])
def test_any_text_gets_an_answer(knowledge: Knowledge, text: str) -> None:
    """Rubbish is answered like everything else: by one terminal event that is no failure."""
    assert isinstance(ask(knowledge, text)[-1], Finished)


def test_without_a_model_no_more_is_embedded_than_what_is_quoted(tmp_path: Path) -> None:
    """Weighing the sentences of a passage by meaning is most of such an answer's work: no other passage's are."""
    gates = {
        f"{number}.md": f"# Gate {number}\n\nThe warranty of gate {number} is {number} years. It is of steel."
        for number in range(1, 9)
    }
    fill(tmp_path / "files", gates)
    embedder = CountingEmbedder()
    opened = open_knowledge(tmp_path / "data", tmp_path / "files", embedder=embedder)
    opened.refresh()
    opened.warm()
    before = len(embedder.calls)
    events = ask(opened, "How many years is the warranty of gate 3?")
    opened.close()
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.mode == "extractive"
    weighed = embedder.calls[before:]
    assert 0 < len(weighed) <= _PASSAGES
    assert len({tuple(sentences) for sentences in weighed}) == len(weighed)  # of no passage twice
