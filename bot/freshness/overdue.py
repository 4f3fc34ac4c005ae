"""Whether the schedule's runs come as they should, told from those that the catalog knows."""

from __future__ import annotations

from datetime import datetime

from bot.freshness.schedule import trigger


def overdue_since(schedule: str, last: datetime | None, now: datetime) -> datetime | None:
    """When a run over everything should have ended, if that is missed; None while all is well.

    One may be late by as long as the schedule gives it: it is missed when the time of the next has passed
    too. Before the first there is nothing to miss.

    Args:
        schedule: REFRESH_SCHEDULE.
        last: when the last whole run ended; aware, as `now`.
        now: the time.
    """
    if schedule == "off" or last is None:
        return None
    times = trigger(schedule)
    due: datetime | None = times.get_next_fire_time(last, last)
    if due is None:
        return None
    after: datetime | None = times.get_next_fire_time(due, due)
    return due if after is not None and after < now else None
