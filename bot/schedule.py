"""The schedule of refreshes, by APScheduler: one at a time, what is missed is made up once."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.timing import interval_seconds

_JITTER_SECONDS = 5
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class Schedule:
    """Runs a job by REFRESH_SCHEDULE: five fields of cron, an interval such as `15m`, or `off`."""

    def __init__(self, setting: str, job: Callable[[], Awaitable[None]]) -> None:
        self._setting = setting
        self._job = job
        self._scheduler = AsyncIOScheduler()

    def start(self) -> None:
        """Begin, in a running event loop; the first run is at once, for what changed in the meantime."""
        if self._setting == "off":
            return
        self._scheduler.add_job(
            self._job,
            self._trigger(),
            next_run_time=datetime.now().astimezone(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """End; a job that is running is not waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _trigger(self) -> CronTrigger | IntervalTrigger:
        interval = interval_seconds(self._setting)
        if interval is not None:
            return IntervalTrigger(seconds=interval, jitter=_JITTER_SECONDS)
        minute, hour, day, month, weekday = self._setting.split()
        return CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=_named_weekdays(weekday),
            jitter=_JITTER_SECONDS,
        )


def _named_weekdays(field: str) -> str:
    """Cron counts weekdays from Sunday (0 or 7), APScheduler from Monday; names mean the same to both."""
    days, slash, step = field.partition("/")
    return re.sub(r"\d", lambda digit: _WEEKDAYS[int(digit[0]) % 7], days) + slash + step
