"""Refreshes come when REFRESH_SCHEDULE says, one at a time, whatever became of the last one."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from bot.freshness import schedule as schedule_module
from bot.freshness.schedule import Schedule, trigger
from bot.freshness.timing import is_schedule
from bot.ownership import is_owned
from bot.settings import Settings
from knowledge import vectors
from knowledge.errors import AlreadyRunning, StorageFull
from tests.librarian import QuickEmbedder, assert_nothing_is_left_over, fill, open_knowledge, parts_for

SUNDAY = datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Seoul"))
WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@pytest.fixture(autouse=True)
def _without_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_module, "_JITTER_SECONDS", None)


@pytest.fixture(autouse=True)
def _in_seoul(monkeypatch: pytest.MonkeyPatch) -> None:
    from apscheduler.triggers import cron

    monkeypatch.setattr(cron, "get_localzone", lambda: ZoneInfo("Asia/Seoul"))


def days(setting: str, count: int = 7) -> list[datetime]:
    """The days, of so many from a Sunday that is the first of a month, on which there is a run."""
    found = []
    for number in range(count):
        midnight = SUNDAY + timedelta(days=number)
        at = trigger(setting).get_next_fire_time(None, midnight)
        if at is not None and at.date() == midnight.date():
            found.append(at)
    return found


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1", "mon"),
        ("6", "sat"),
        ("1-5", "mon tue wed thu fri"),
        ("0-6", "sun mon tue wed thu fri sat"),
        ("0-3", "sun mon tue wed"),
        ("5-7", "sun fri sat"),
        ("0,6", "sun sat"),
        ("sun", "sun"),
        ("sun-tue", "sun mon tue"),
        ("mon,wed-fri", "mon wed thu fri"),
        ("*/2", "sun tue thu sat"),
        ("1-5/2", "mon wed fri"),
        ("1-3/2,5", "mon wed fri"),
        ("4/2", "thu sat"),
        ("*", "sun mon tue wed thu fri sat"),
    ],
)
def test_weekdays_mean_what_cron_says(field: str, expected: str) -> None:
    """0 and 7 are Sunday, 1 is Monday; ranges, lists, steps and names as in a crontab."""
    setting = f"30 9 * * {field}"
    assert is_schedule(setting)
    found = days(setting)
    assert [WEEK[(at.weekday() + 1) % 7] for at in found] == expected.split()
    assert {(at.hour, at.minute) for at in found} <= {(9, 30)}


def test_either_day_is_enough_where_both_are_given() -> None:
    """`1,15 * 1` is the first, the fifteenth, and every Monday."""
    found = [at.day for at in days("0 9 1,15 * 1", 30)]
    assert found == [1, 2, 9, 15, 16, 23, 30]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("0 9 2-4 * *", [2, 3, 4]),
        ("0 9 * 12 *", []),
        ("0 9 * nov 0", [1, 8, 15, 22, 29]),
        ("0 9 */10 * *", [1, 11, 21]),
    ],
)
def test_days_and_months(setting: str, expected: list[int]) -> None:
    """The other fields are cron's as they stand."""
    assert [at.day for at in days(setting, 30)] == expected


def test_an_interval_runs_from_one_to_the_next() -> None:
    """`15m` is a quarter of an hour after the last run."""
    found = trigger("15m").get_next_fire_time(SUNDAY, SUNDAY)
    assert found == SUNDAY + timedelta(minutes=15)


async def _first_runs(setting: str, job: Callable[[], Awaitable[None]], until: asyncio.Event) -> None:
    schedule = Schedule(setting, job)
    schedule.start()
    try:
        await asyncio.wait_for(until.wait(), 30)
    finally:
        await schedule.stop()


def test_the_first_run_is_at_once_and_failures_end_nothing() -> None:
    """A run starts with the program, and one that raises is followed by the next."""

    async def scenario() -> int:
        runs, done = 0, asyncio.Event()

        async def job() -> None:
            nonlocal runs
            runs += 1
            if runs == 1:
                raise RuntimeError
            done.set()

        await _first_runs("1s", job, done)
        return runs

    assert asyncio.run(scenario()) == 2


def test_a_clock_that_is_put_back_keeps_no_run_waiting() -> None:
    """The next run is an interval from now, and not when the clock shows again what it has shown."""

    async def scenario() -> None:
        started, three_days, wall = asyncio.Event(), timedelta(days=3), [0.0]

        async def job() -> None:
            started.set()

        schedule = Schedule("15m", job, wall=lambda: time.time() + wall[0])
        wall[0] = three_days.total_seconds()
        schedule.start()
        await started.wait()
        (planned,) = schedule._scheduler.get_jobs()
        as_planned = planned.next_run_time + three_days  # as the clock of those days had it
        planned.modify(next_run_time=as_planned)
        schedule.look_at_the_clock()
        assert planned.next_run_time == as_planned
        wall[0] = 0.0
        schedule.look_at_the_clock()
        assert planned.next_run_time <= datetime.now().astimezone() + timedelta(minutes=15)
        await schedule.stop()

    asyncio.run(scenario())


def test_off_means_never() -> None:
    """With `off` nothing is scheduled, and stopping it is fine."""

    async def scenario() -> None:
        schedule = Schedule("off", None)
        schedule.start()
        await schedule.stop()

    asyncio.run(scenario())


# In the app


def settings_for(place: Path, schedule: str) -> Settings:
    return Settings(
        data_dir=place / "data",
        refresh_schedule=schedule,
        watch_folders="off",
        embeddings_provider="none",
    )


def test_a_refresh_that_fails_is_logged_and_the_next_one_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The librarian goes on with what it knows, the log says what was wrong, and the next run may succeed."""
    fill(tmp_path / "docs", {"kiwi.md": "# Kiwi\n\nAll about kiwi.\n"})
    app = App(settings_for(tmp_path, "1s"), parts_for(tmp_path / "data", tmp_path / "docs"))
    real, failures = app.knowledge.refresh, [ZeroDivisionError("a fault of ours"), StorageFull(path="/disk")]

    async def scenario() -> None:
        done = threading.Event()

        def refresh(**options):
            if failures:
                raise failures.pop()
            report = real(**options)
            done.set()
            return report

        app.knowledge.refresh = refresh
        async with app:
            assert await asyncio.to_thread(done.wait, 30)
            assert len(app.knowledge.documents()) == 1

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    assert "refresh failed: path=/disk" in caplog.text
    assert "a fault of ours" in caplog.text


class Waiting(QuickEmbedder):
    """Embeds nothing until it may."""

    def __init__(self, may: threading.Event) -> None:
        super().__init__()
        self.begun, self.ended, self.may = threading.Event(), threading.Event(), may

    def embed_documents(self, texts):
        self.begun.set()
        assert self.may.wait(30)
        self.ended.set()
        return super().embed_documents(texts)


def test_stopping_waits_for_the_run_that_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder isn't given up while a run still writes to it; the run stops soon, and loses nothing."""
    monkeypatch.setattr(vectors, "_EMBED_AT_ONCE", 64)
    docs, data = tmp_path / "docs", tmp_path / "data"
    fill(docs, {f"{n}.md": f"# Note {n}\n\nAll about {n}.\n" for n in range(200)})
    embedder = Waiting(threading.Event())
    app = App(settings_for(tmp_path, "1d"), parts_for(data, docs, embedder=embedder))
    embedder.may = app._stopping

    async def scenario() -> None:
        async with app:
            assert await asyncio.to_thread(embedder.begun.wait, 30)
            assert is_owned(data)
        assert embedder.ended.is_set()
        assert not is_owned(data)

    asyncio.run(scenario())
    assert len(embedder.calls) == 1
    knowledge = open_knowledge(data, docs, embedder=QuickEmbedder())
    assert knowledge.refresh().added == 200
    assert_nothing_is_left_over(knowledge)
    knowledge.close()


def test_a_start_that_fails_gives_the_folder_back(tmp_path: Path) -> None:
    """When something keeps the app from starting, nothing stays locked or running."""
    settings = settings_for(tmp_path, "1d").model_copy(
        update={"refresh_schedule": "no schedule at all, is it"}
    )

    async def scenario() -> None:
        with pytest.raises(ValueError, match="expected 5"):
            async with App(settings, parts_for(tmp_path / "data")):
                pass
        async with App(settings_for(tmp_path, "off"), parts_for(tmp_path / "data")):
            with pytest.raises(AlreadyRunning):
                async with App(settings_for(tmp_path, "off"), parts_for(tmp_path / "data")):
                    pass
            assert is_owned(tmp_path / "data")

    asyncio.run(asyncio.wait_for(scenario(), 60))
