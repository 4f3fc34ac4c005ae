"""Whether the schedule's runs come as they should."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.freshness.overdue import overdue_since
from bot.operations.parts import refresh_look
from bot.operations.readiness import READY
from knowledge.catalog import Catalog, notes
from knowledge.catalog.schema import runs
from knowledge.reports import RefreshReport

NOON = datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)
MARGIN = timedelta(minutes=1)  # a run is begun within seconds of its time, so that not all begin at once


@pytest.mark.parametrize(
    ("schedule", "late"),
    [
        ("15m", timedelta(minutes=15)),
        ("*/15 * * * *", timedelta(minutes=15)),
        ("0 3 * * *", timedelta(days=1)),
    ],
)
def test_a_run_is_missed_when_the_next_one_s_time_has_passed_too(schedule: str, late: timedelta) -> None:
    """A run that takes as long as the schedule gives it is none that is missed."""
    assert overdue_since(schedule, NOON, NOON + late - MARGIN) is None
    since = overdue_since(schedule, NOON, NOON + 2 * late + MARGIN)
    assert since is not None
    assert NOON < since <= NOON + late + MARGIN


def test_nothing_is_missed_before_the_first_run_or_without_a_schedule() -> None:
    """A first run may take hours."""
    assert overdue_since("15m", None, NOON) is None
    assert overdue_since("off", NOON, NOON + timedelta(days=400)) is None


def test_a_clock_that_went_back_makes_nothing_overdue() -> None:
    """A run of the future is no late one."""
    assert overdue_since("15m", NOON + timedelta(days=1), NOON) is None


def test_readiness_tells_of_it_and_keeps_no_question_waiting(tmp_path: Path) -> None:
    """Questions are answered from what is known, and an operator hears that it grows old."""
    catalog = Catalog.in_folder(tmp_path)
    catalog.prepare()
    look = refresh_look(catalog, "15m")
    assert asyncio.run(look()) == READY
    with catalog.write() as connection:
        notes.record_run(connection, RefreshReport(), whole=True)
        connection.execute(update(runs).values(finished_at=datetime.now(UTC) - timedelta(hours=2)))
        notes.record_run(connection, RefreshReport(), whole=False)
    condition = asyncio.run(look())
    assert condition.is_ready
    assert "No refresh of everything" in condition.why
    catalog.close()
