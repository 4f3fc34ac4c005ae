"""The schedule of refreshes, by APScheduler: one at a time, what is missed is made up once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.freshness.timing import interval_seconds

_JITTER_SECONDS = 5
_LOOK_SECONDS = 60.0  # between two looks at the clock
_JUMP_SECONDS = 30.0  # back at once; what the network's time corrects is less
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class Schedule:
    """Runs a job by REFRESH_SCHEDULE: five fields of cron, an interval such as `15m`, or `off`.

    APScheduler goes by the clock on the wall: where that was put back, it would wait until it shows the time
    of the next run after all, perhaps for days. So the next run is set anew then.
    """

    def __init__(
        self,
        setting: str,
        job: Callable[[], Awaitable[None]],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._setting = setting
        self._trigger = None if setting == "off" else trigger(setting)
        self._job = job
        self._scheduler = AsyncIOScheduler()
        self._idle = asyncio.Event()
        self._idle.set()
        self._wall = wall
        self._ahead = 0.0  # seconds by which the wall's clock is ahead of one that nobody sets
        self._next_look: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, in a running event loop; the first run is at once, for what changed in the meantime."""
        if self._trigger is None:
            return
        self._scheduler.add_job(
            self._run,
            self._trigger,
            next_run_time=datetime.now().astimezone(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()
        self._ahead = self._wall() - time.monotonic()
        self._look_later()

    async def stop(self) -> None:
        """End, after the job that is running."""
        if self._next_look is not None:
            self._next_look.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
            await self._idle.wait()
            self._scheduler.shutdown(wait=False)

    def look_at_the_clock(self) -> None:
        """Set the next run anew where the clock was put back."""
        ahead, before = self._wall() - time.monotonic(), self._ahead
        self._ahead = ahead
        if before - ahead > _JUMP_SECONDS and self._scheduler.running:
            for job in self._scheduler.get_jobs():
                job.reschedule(trigger(self._setting))  # an interval's trigger has kept when it was made

    def _look_later(self) -> None:
        def look() -> None:
            self.look_at_the_clock()
            self._look_later()

        self._next_look = asyncio.get_running_loop().call_later(_LOOK_SECONDS, look)

    async def _run(self) -> None:
        self._idle.clear()
        try:
            await self._job()
        finally:
            self._idle.set()


def trigger(setting: str) -> BaseTrigger:
    """When APScheduler is to run, by an interval or by five fields of cron, in local time.

    As in cron, where both the day of the month and the weekday are restricted, either is enough.
    """
    interval = interval_seconds(setting)
    if interval is not None:
        return IntervalTrigger(seconds=interval, jitter=_JITTER_SECONDS)
    minute, hour, day, month, weekday = setting.split()
    days = [(day, "*")] if weekday == "*" else [("*", _named_weekdays(weekday))]
    if day != "*" and weekday != "*":
        days.append((day, "*"))
    either = [
        CronTrigger(minute=minute, hour=hour, day=on, month=month, day_of_week=weekdays)
        for on, weekdays in days
    ]
    return OrTrigger(either, jitter=_JITTER_SECONDS)


def _named_weekdays(field: str) -> str:
    """The names of a field's weekdays: cron counts them from Sunday (0 or 7), APScheduler from Monday."""
    numbers = {number % 7 for part in field.split(",") for number in _numbers(part)}
    return ",".join(_WEEKDAYS[number] for number in sorted(numbers))


def _numbers(part: str) -> Iterator[int]:
    span, _, step = part.partition("/")
    first, dash, last = ("0", "-", "6") if span == "*" else span.partition("-")
    end = last if dash else "6" if step else first
    yield from range(_number(first), _number(end) + 1, int(step or 1))


def _number(day: str) -> int:
    return _WEEKDAYS.index(day) if day in _WEEKDAYS else int(day)
