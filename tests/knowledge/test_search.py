"""The search gets ready in steps, and answers at each of them with what it has."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.errors import MissingDependency, ModelUnavailable
from knowledge.service import Knowledge
from knowledge.types import AnswerEvent, Finished, Question, Status
from tests.librarian import EVERYBODY, CountingEmbedder, fill, open_knowledge


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    fill(
        folder,
        {
            "vpn.md": "# VPN access\n\nAsk the security team for VPN access.\n",
            "leave.md": "# Parental leave\n\nParental leave lasts ninety days.\n",
        },
    )
    return folder


class Slow(CountingEmbedder):
    """A model that takes its time to load."""

    def __init__(self) -> None:
        super().__init__()
        self.is_loading, self.may_finish = threading.Event(), threading.Event()

    def embed_query(self, text):
        self.is_loading.set()
        assert self.may_finish.wait(60)
        return super().embed_query(text)


@contextmanager
def warming(knowledge: Knowledge, model: Slow) -> Iterator[None]:
    """While the model loads; it has been loaded at the end."""
    thread = threading.Thread(target=knowledge.warm)
    thread.start()
    try:
        assert model.is_loading.wait(60)
        yield
    finally:
        model.may_finish.set()
        thread.join()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def knowledge(tmp_path: Path, docs: Path, slow: Slow) -> Iterator[Knowledge]:
    opened = open_knowledge(tmp_path / "data", docs, embedder=slow)
    opened.refresh()
    yield opened
    opened.close()


def test_words_answer_while_the_model_loads(knowledge: Knowledge, docs: Path, slow: Slow) -> None:
    """A question that the documents answer by its words doesn't wait, and the next one is searched by meaning."""
    with warming(knowledge, slow):
        early = knowledge.retrieve("Whom do I ask for VPN access?", EVERYBODY)
    assert early.is_answerable
    assert early.vector is None
    assert early.candidates[0].document.uri == str(docs / "vpn.md")
    assert knowledge.retrieve("Whom do I ask for VPN access?", EVERYBODY).vector is not None


def test_what_words_cannot_answer_waits_for_the_model(knowledge: Knowledge, slow: Slow) -> None:
    """Nobody is told that the documents don't say before they were searched by meaning too."""
    found = []
    asking = threading.Thread(target=lambda: found.append(knowledge.retrieve("방화벽 정책", EVERYBODY)))
    with warming(knowledge, slow):
        asking.start()
        asking.join(0.2)
        assert found == []
    asking.join()
    assert found[0].vector is not None


def test_the_asker_is_told_that_models_load(knowledge: Knowledge, slow: Slow) -> None:
    """The first thing that is shown says why this one may take longer."""

    async def answered() -> list[AnswerEvent]:
        question = Question("Whom do I ask for VPN access?", EVERYBODY)
        return [event async for event in knowledge.answer(question)]

    with warming(knowledge, slow):
        early = asyncio.run(answered())
    later = asyncio.run(answered())
    assert early[0] == Status("warming")
    assert later[0] == Status("searching")
    assert isinstance(early[-1], Finished)


def test_without_a_warm_up_every_question_is_searched_by_meaning(knowledge: Knowledge, slow: Slow) -> None:
    """What one command finds doesn't depend on how long the model takes."""
    slow.may_finish.set()
    assert knowledge.retrieve("Whom do I ask for VPN access?", EVERYBODY).vector is not None


class Broken(CountingEmbedder):
    """A model whose files turn out to be of no use."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def embed_query(self, text):
        raise self.error

    def embed_documents(self, texts):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable(model="m", reason="damaged"),
        MissingDependency(package="torch", command="pip install torch"),
    ],
)
def test_without_a_model_that_works_words_answer(tmp_path: Path, docs: Path, error: Exception) -> None:
    """A model that can't be loaded costs the search by meaning, and nothing else."""
    knowledge = open_knowledge(tmp_path / "data", docs, embedder=Broken(error))
    assert knowledge.refresh().added == 2
    found = knowledge.retrieve("Whom do I ask for VPN access?", EVERYBODY)
    assert found.candidates[0].document.uri == str(docs / "vpn.md")
    assert found.vector is None
    knowledge.close()
