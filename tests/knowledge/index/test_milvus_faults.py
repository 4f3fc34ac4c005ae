"""A Milvus server that is down, goes away, restarts or hangs: a bounded wait, a clear error, and recovery."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from knowledge.errors import IndexUnavailable
from knowledge.index.milvus import MilvusOptions, Server, open_milvus
from knowledge.service import Knowledge
from knowledge.types import EVERYONE, Failed, Finished, Question
from tests.fakes import HashEmbedder
from tests.librarian import EVERYBODY, by_meaning, by_word, fill, open_knowledge, served
from tests.milvus_server import LiteServer, no_disks

EMBEDDER = HashEmbedder(16)
PAGES = {
    f"{number:02}.md": f"# Page {number}\n\nThe lamp of room{number} is green.\n" for number in range(30)
}


@pytest.fixture
def server(milvus_server: LiteServer, milvus: MilvusOptions) -> LiteServer:
    """The server, running; its options name collections that nobody has used."""
    milvus_server.collection = milvus.collection
    return milvus_server


def librarian(tmp_path: Path, options: MilvusOptions, **changes: object) -> Knowledge:
    return open_knowledge(
        tmp_path / "data", tmp_path / "docs", embedder=EMBEDDER, open_index=open_milvus(options), **changes
    )


def whole(knowledge: Knowledge, tmp_path: Path) -> bool:
    """Whether every page is served, found by its word and by its meaning, and once."""
    uris = sorted(str(tmp_path / "docs" / name) for name in PAGES)
    assert sorted(served(knowledge)) == uris
    assert sorted(by_word(knowledge, "lamp")) == uris
    for number in (0, 7, 29):
        text = next(iter(served(knowledge)[uris[number]]))
        assert by_meaning(knowledge, f"Page {number}\n\n{text}") == uris[number]
    index = knowledge._library._index
    with knowledge._library.pin(EVERYBODY) as snapshot:
        live = snapshot._published.live.rows.tolist()
    return {name: rows.tolist() for name, rows in index.rows().items()} == {"words": live, "meaning": live}


def reason_of(knowledge: Knowledge) -> str:
    with pytest.raises(IndexUnavailable) as caught:
        knowledge.retrieve("lamp", EVERYBODY)
    return str(caught.value.parameters["reason"])


async def last_event(knowledge: Knowledge) -> object:
    events = [event async for event in knowledge.answer(Question("Where is the lamp?", EVERYBODY))]
    return events[-1]


def test_a_server_that_is_down_at_the_start_is_told_and_waited_for(
    server: LiteServer, tmp_path: Path
) -> None:
    """Until it comes a question ends in an error that a person understands; then everything works by itself."""
    fill(tmp_path / "docs", PAGES)
    server.kill()
    knowledge = librarian(tmp_path, server.options(seconds=1.0))
    assert reason_of(knowledge) == "down"
    event = asyncio.run(last_event(knowledge))
    assert isinstance(event, Failed)
    assert "Milvus" in event.message
    with pytest.raises(IndexUnavailable):
        knowledge.refresh()
    server.start()
    wait_until_found(knowledge)
    assert knowledge.refresh().added == len(PAGES)
    assert whole(knowledge, tmp_path)
    knowledge.close()


def wait_until_found(knowledge: Knowledge) -> None:
    """Ask until the server, which answers others, answers this librarian too."""
    for _ in range(50):
        try:
            knowledge.retrieve("lamp", EVERYBODY)
            return
        except IndexUnavailable as error:
            assert error.parameters["reason"] in ("down", "timeout")
            threading.Event().wait(0.2)
    pytest.fail("the librarian did not come back")


def test_a_server_that_is_killed_in_a_refresh_loses_nothing(server: LiteServer, tmp_path: Path) -> None:
    """The run ends in an error; what was served is served again when the server is back, and the rest is made up."""
    fill(tmp_path / "docs", dict(list(PAGES.items())[:10]))
    knowledge = librarian(tmp_path, server.options(seconds=1.0))
    assert knowledge.refresh().added == 10
    before = served(knowledge)
    fill(tmp_path / "docs", PAGES)

    def kill(progress: object) -> None:
        server.kill()

    with pytest.raises(IndexUnavailable):
        knowledge.refresh(progress=kill)
    assert served(knowledge) == before
    assert reason_of(knowledge) == "down"
    server.start()
    wait_until_found(knowledge)  # the collections are loaded again, without a restart of ours
    assert sorted(by_word(knowledge, "lamp")) == sorted(before)
    assert knowledge.refresh().added == len(PAGES) - 10
    assert whole(knowledge, tmp_path)
    knowledge.close()


def test_a_refresh_outlasts_a_restart(server: LiteServer, tmp_path: Path) -> None:
    """A server that restarts while it is written to costs the run some seconds and nothing else."""
    fill(tmp_path / "docs", dict(list(PAGES.items())[:3]))
    knowledge = librarian(tmp_path, server.options(seconds=10.0))
    knowledge.refresh()
    fill(tmp_path / "docs", PAGES)
    restarted = threading.Event()

    def restart(progress: object) -> None:
        if not restarted.is_set():
            restarted.set()
            server.kill()
            server.begin()

    assert knowledge.refresh(progress=restart).added == len(PAGES) - 3
    assert restarted.is_set()
    assert whole(knowledge, tmp_path)
    knowledge.close()


def test_questions_while_the_server_dies_end_in_an_answer_or_an_error(
    server: LiteServer, tmp_path: Path
) -> None:
    """Of 20 questions at once none hangs and none is lost, whenever the server is killed."""
    fill(tmp_path / "docs", PAGES)
    knowledge = librarian(tmp_path, server.options(seconds=1.0))
    knowledge.refresh()
    asked = threading.Semaphore(0)

    async def ask(number: int) -> object:
        asked.release()
        question = Question(f"Which colour has the lamp of room{number}?", frozenset({EVERYONE}))
        return [event async for event in knowledge.answer(question)][-1]

    async def all_of_them() -> list[object]:
        tasks = [asyncio.create_task(ask(number)) for number in range(20)]
        await asyncio.to_thread(lambda: [asked.acquire() for _ in range(10)] and server.kill())
        return await asyncio.gather(*tasks)

    events = asyncio.run(all_of_them())
    assert len(events) == 20
    for event in events:
        assert isinstance(event, Failed | Finished)
    server.start()
    wait_until_found(knowledge)
    assert whole(knowledge, tmp_path)
    knowledge.close()


def test_a_server_that_hangs_is_not_waited_for_for_ever(server: LiteServer, tmp_path: Path) -> None:
    """A search that gets no answer ends when its time is up, and the next ones work when the server goes on."""
    fill(tmp_path / "docs", PAGES)
    knowledge = librarian(tmp_path, server.options(seconds=1.0))
    knowledge.refresh()
    server.freeze(stopped=True)
    try:
        assert reason_of(knowledge) in ("timeout", "down")
    finally:
        server.freeze(stopped=False)
    wait_until_found(knowledge)
    assert whole(knowledge, tmp_path)
    knowledge.close()


def test_what_a_killed_librarian_left_behind_is_cleared_away(server: LiteServer, tmp_path: Path) -> None:
    """Rows that were written and never became live, or are live no more, are gone after the next start."""
    fill(tmp_path / "docs", PAGES)
    killed = librarian(tmp_path, server.options())
    killed.refresh()
    fill(tmp_path / "docs", {name: text.replace("green", "blue") for name, text in PAGES.items()})

    def die(*_: object) -> None:
        raise MemoryError  # as good as a kill: nothing of what follows is done

    killed._library._index.remove = die
    with pytest.raises(MemoryError):
        killed.refresh()
    assert len(killed._library._index.rows()["words"]) == 2 * len(PAGES)
    knowledge = librarian(tmp_path, server.options())
    assert not knowledge.refresh().failed
    assert whole(knowledge, tmp_path)
    assert "blue" in next(iter(served(knowledge).values()))[0]
    knowledge.close()
    killed.close()


def test_a_server_that_lost_everything_is_filled_again(server: LiteServer, tmp_path: Path) -> None:
    """Whoever wiped the server under a running librarian is told what to do, and that makes it whole."""
    fill(tmp_path / "docs", PAGES)
    knowledge = librarian(tmp_path, server.options())
    knowledge.refresh()
    drop_everything(server)
    assert reason_of(knowledge) == "missing"
    knowledge.rebuild()
    assert whole(knowledge, tmp_path)
    drop_everything(server)
    assert not knowledge.check_index().is_sound
    assert knowledge.check_index(repair=True).is_sound
    assert whole(knowledge, tmp_path)
    knowledge.close()


def drop_everything(server: LiteServer) -> None:
    """As an operator would who deleted the server's volume."""
    other = Server(server.options())
    for name in other.call("list_collections"):
        other.call("drop_collection", name)
    other.close()


def test_a_rebuild_that_broke_off_hides_nothing(server: LiteServer, tmp_path: Path) -> None:
    """The old index is searched until the next change makes the new one whole; none is made on top of a part."""
    fill(tmp_path / "docs", PAGES)
    knowledge = librarian(tmp_path, server.options(seconds=1.0))
    knowledge.refresh()
    library = knowledge._library
    catch_up = library._index.catch_up

    def killed(live, generation, entries):
        def half(rows):
            yield from list(entries(rows[: len(rows) // 2]))
            server.kill()
            yield from entries(rows[len(rows) // 2 :])

        return catch_up(live, generation, half)

    library._index.catch_up = killed
    with pytest.raises(IndexUnavailable):
        knowledge.rebuild()
    library._index.catch_up = catch_up
    fill(tmp_path / "docs", {"30.md": "# Page 30\n\nThe lamp of room30 is green.\n"})
    with pytest.raises(IndexUnavailable):
        knowledge.refresh()
    server.start()
    wait_until_found(knowledge)
    assert len(by_word(knowledge, "lamp")) == len(PAGES)
    assert knowledge.refresh().added == 1
    assert len(by_word(knowledge, "lamp")) == len(PAGES) + 1
    assert knowledge.check_index().is_sound
    (tmp_path / "docs" / "30.md").unlink()
    knowledge.refresh()
    assert whole(knowledge, tmp_path)
    knowledge.close()


@pytest.mark.skipif(bool(no_disks()), reason=no_disks() or "it can")
def test_a_server_whose_disk_is_full_loses_nothing(tmp_path: Path) -> None:
    """The run ends in an error that says so, what is served stays, and the rest is made up for when there is room."""
    docs = tmp_path / "docs"
    fill(docs, dict(list(PAGES.items())[:3]))
    server = LiteServer(tmp_path / "server", kilobytes=160)
    try:
        server.start()
        knowledge = librarian(tmp_path, server.options(seconds=5.0))
        assert knowledge.refresh().added == 3
        before = served(knowledge)
        sentences = "".join(f"Word{number} is a word.\n\n" for number in range(100))
        large = {f"large {number}.md": f"# Large {number}\n\n{sentences}" for number in range(120)}
        fill(docs, PAGES | large)
        with pytest.raises(IndexUnavailable) as caught:
            knowledge.refresh()
        assert caught.value.parameters["reason"] == "full"
        assert set(before) <= set(served(knowledge))
        assert knowledge.retrieve("lamp", EVERYBODY).candidates
        server.give_room()
        knowledge.refresh()
        assert knowledge.check_index().is_sound
        for name in large:
            (docs / name).unlink()
        knowledge.refresh(believe_removals=True)
        assert whole(knowledge, tmp_path)
        knowledge.close()
    finally:
        server.close()
