"""Indexing gives way to answers, and goes on all the same where somebody always asks."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from knowledge.courtesy import Courtesy, quick_turns
from knowledge.embedding import Vector
from knowledge.types import EVERYONE, LANGUAGES, Question
from knowledge.vectors import Vectors
from tests.fakes import HashEmbedder
from tests.librarian import fill, knowing, open_knowledge

WAIT = 60.0


def test_what_is_urgent_is_waited_for() -> None:
    """The one who gives way goes on as soon as the last urgent thing is done."""
    courtesy, waited = Courtesy(patience=WAIT), threading.Event()

    def work() -> None:
        assert courtesy.give_way()
        waited.set()

    with courtesy.urgent():
        with courtesy.urgent():
            thread = threading.Thread(target=work)
            thread.start()
        assert not waited.is_set()
    assert waited.wait(WAIT)
    thread.join()


def test_patience_ends() -> None:
    """Where something is always urgent, the other work goes on nevertheless; where nothing is, at once."""
    courtesy = Courtesy(patience=0.01)
    with courtesy.urgent():
        assert not courtesy.give_way()
    assert courtesy.give_way()


def test_turns_are_quick_only_in_the_block() -> None:
    """Whoever shares the process afterwards has Python's own turns again."""
    before = sys.getswitchinterval()
    with quick_turns():
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before


class Noticing(Courtesy):
    """Tells when somebody gives way to something urgent."""

    def __init__(self, patience: float) -> None:
        super().__init__(patience)
        self.asked = threading.Event()

    def give_way(self) -> bool:
        if self._urgent:
            self.asked.set()
        return super().give_way()


def test_a_run_gives_way_while_an_answer_is_made(tmp_path: Path) -> None:
    """Between two documents a run waits as long as a question is being answered, also one that is abandoned."""
    fill(tmp_path / "docs", {f"{n}.md": f"# Note {n}\n\nAll about {n}.\n" for n in range(3)})
    knowledge = open_knowledge(tmp_path / "data", tmp_path / "docs")
    knowledge.refresh()
    knowledge._courtesy = knowledge._refreshing._courtesy = courtesy = Noticing(patience=WAIT)
    fill(tmp_path / "docs", {"new.md": "# New\n\nA new rule.\n"})

    async def scenario() -> None:
        events = knowledge.answer(Question("note", frozenset({EVERYONE})))
        await anext(events)
        run = asyncio.ensure_future(asyncio.to_thread(knowledge.refresh))
        assert await asyncio.to_thread(courtesy.asked.wait, WAIT)
        assert len(knowledge.documents()) == 3
        assert not run.done()
        await events.aclose()
        assert (await run).added == 1

    asyncio.run(scenario())
    knowledge.close()


class Sized(HashEmbedder):
    """Notes how many texts it is given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def embed_documents(self, texts: Sequence[str]) -> list[Vector]:
        self.sizes.append(len(texts))
        return super().embed_documents(texts)


def test_little_is_embedded_at_once_while_an_answer_is_made() -> None:
    """So the processors are soon free for it; without one, a batch is as large as is fast."""
    courtesy, embedder = Courtesy(patience=0), Sized()
    vectors = Vectors(embedder, knowing(*LANGUAGES), courtesy.is_urgent)
    texts = {str(number): f"text {number}" for number in range(100)}
    with courtesy.urgent():
        beside = vectors.embed(texts, lambda _: None)
        assert max(embedder.sizes) <= 8
    embedder.sizes.clear()
    assert {*vectors.embed(texts, lambda _: None)} == {*beside} == {*texts}
    assert max(embedder.sizes) > 8
