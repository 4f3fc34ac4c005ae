"""Sources that are older than their folder's documents should be."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from knowledge.sources.options import Folder
from knowledge.staleness import Staleness
from knowledge.types import Answer, Finished, Found, Question, Source, Status
from tests.librarian import EVERYBODY, fill, open_knowledge

NOW = datetime(2026, 5, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def source(uri: str, days: float) -> Source:
    """A source that was changed so many days ago."""
    return Source(1, "Title", uri, "", None, None, "", 1.0, NOW - days * DAY)


def stale(limits: Staleness, *sources: Source) -> list[bool]:
    """Which are marked."""
    event = limits.marked(Found(sources))
    assert isinstance(event, Found)
    return [each.is_stale for each in event.sources]


def test_each_folder_has_its_own_age() -> None:
    """The innermost folder around a document decides; one that doesn't say has the usual age, perhaps none."""
    folders = [
        Folder(Path("/docs"), stale_after=100),
        Folder(Path("/docs/menu"), stale_after=7),
        Folder(Path("/old")),
    ]
    found = [
        source("/docs/a", 50),
        source("/docs/menu/a", 50),
        source("/old/a", 9999),
        source("/docs2/a", 9999),
    ]
    assert stale(Staleness(folders, None, NOW), *found) == [False, True, False, False]
    assert stale(Staleness(folders, 30, NOW), *found) == [False, True, True, False]


def test_the_day_itself_isn_t_too_old() -> None:
    """More than so many days."""
    limits = Staleness([Folder(Path("/d"), stale_after=10)], None, NOW)
    assert stale(limits, source("/d/a", 10), source("/d/a", 10.01), source("/d/a", -5)) == [
        False,
        True,
        False,
    ]


def test_answers_are_marked_and_other_events_stay() -> None:
    """The finished answer's sources are marked as those that were found."""
    limits = Staleness([Folder(Path("/d"), stale_after=1)], None, NOW)
    event = limits.marked(Finished(Answer("a", "en", "model", (source("/d/a", 5),))))
    assert isinstance(event, Finished)
    assert event.answer.sources[0].is_stale
    assert limits.marked(Status("searching")) == Status("searching")


def test_a_question_s_sources_are_marked(tmp_path: Path) -> None:
    """Through the one door: first as they are found, then with the answer."""
    fill(tmp_path / "docs", {"vacation.md": "# Vacation\n\nEverybody has fifteen days of vacation."})
    os.utime(tmp_path / "docs" / "vacation.md", (1, 1))
    knowledge = open_knowledge(tmp_path / "data", replace(Folder(tmp_path / "docs"), stale_after=365))
    knowledge.refresh()

    async def events():
        return [event async for event in knowledge.answer(Question("How many days of vacation?", EVERYBODY))]

    sources = [each for event in asyncio.run(events()) if isinstance(event, Found) for each in event.sources]
    assert sources
    assert all(each.is_stale for each in sources)
    knowledge.close()
