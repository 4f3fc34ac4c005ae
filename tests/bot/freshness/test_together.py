"""Who asks for a refresh at the same time shares one."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from bot.freshness.together import Together
from knowledge.errors import StorageFull
from knowledge.sources.options import Folder

WAIT = 60.0
A, B = Folder(Path("/a")), Folder(Path("/b"))


class Runs:
    """A knowledge whose first refresh lasts until it may end, and fails if a test wants it to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.runs: list[list[Folder]] = []
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.error = error

    def refresh(self, folders: list[Folder], *, urgent: bool) -> None:
        assert urgent
        self.runs.append(folders)
        if len(self.runs) == 1:
            self.begun.set()
            assert self.may_end.wait(WAIT)
            if self.error:
                raise self.error


async def _first_and_others(runs: Runs) -> list[BaseException | None]:
    """One asks for A, and while that runs three more ask for A, B and B."""
    together = Together(runs)
    first = asyncio.ensure_future(together.refresh(A))
    assert await asyncio.to_thread(runs.begun.wait, WAIT)
    others = [asyncio.ensure_future(together.refresh(folder)) for folder in (A, B, B)]
    await asyncio.sleep(0)  # each has asked
    runs.may_end.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_a_crowd_costs_two_runs() -> None:
    """What is asked for during a run may have come too late for it, so all of them share the next one."""
    runs = Runs()
    assert asyncio.run(_first_and_others(runs)) == [None] * 4
    assert runs.runs == [[A], [A, B]]


def test_a_run_that_fails_is_told_to_its_own_asker_alone() -> None:
    """The others' folders are refreshed by the next run, the failed one's with them."""
    runs = Runs(StorageFull(path="/disk"))
    failed, *others = asyncio.run(_first_and_others(runs))
    assert isinstance(failed, StorageFull)
    assert others == [None] * 3
    assert runs.runs == [[A], [A, B]]


def test_a_shared_run_that_fails_is_tried_for_each() -> None:
    """Nobody is told that a folder was refreshed which wasn't."""

    class Full:
        def refresh(self, folders: list[Folder], *, urgent: bool) -> None:
            assert folders == [A]
            raise StorageFull(path="/disk")

    async def scenario() -> None:
        together = Together(Full())
        for found in await asyncio.gather(*(together.refresh(A) for _ in range(3)), return_exceptions=True):
            with pytest.raises(StorageFull):
                raise found

    asyncio.run(scenario())
