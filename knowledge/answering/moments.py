"""Dates, times of day and days of the week in Korean and English text, in forms that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}\s*년\s*(?P<month>\d{{1,2}})\s*월\s*(?P<day>\d{{1,2}})\s*일",
        rf"(?<![\d.-]){_YEAR}\s?[./-]\s?(?P<month>\d{{1,2}})\s?[./-]\s?(?P<day>\d{{1,2}})(?![\d-])",
        rf"(?<!\d){_YEAR}\s*년\s*(?P<month>\d{{1,2}})\s*월",
        r"(?<!\d)(?P<month>\d{1,2})\s*월\s*(?P<day>\d{1,2})\s*일",
        rf"(?<![\d.-]){_YEAR}-(?P<month>0[1-9]|1[0-2])(?![\d-])",
        rf"\b{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?(?!\d)",
        rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?(?![\da-z])",
        rf"\b{_MONTH},?\s+{_YEAR}",
        rf"(?<!\d){_YEAR}\s*년(?!\s*[차간])",
        r"(?<!\d)(?P<month>1[0-2]|[1-9])\s*월(?![가-힣]*요일)",
        # "May" and "Mar" are words too: alone, a month's name counts when it is whole and no verb.
        r"\b(?P<name>january|february|march|april|june|july|august|september|october|november|december)\b",
    )
]
_LOOSE_DATE = re.compile(r"(?<![\d./-])(?P<month>\d{1,2})[./](?P<day>\d{1,2})(?![\d/.]|\s*%)")

_HOUR = r"(?P<hour>\d{1,2})"
_KOREAN_HALF = r"(?:(?P<half>오전|오후|낮|밤|저녁|아침|새벽)\s*)?"
_MERIDIEM = r"(?P<meridiem>[ap]\.?m\b\.?)"
_TIMES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_KOREAN_HALF}(?<!\d){_HOUR}\s*시(?!간|도|군|의|작|스)(?:\s*(?P<minute>\d{{1,2}})\s*분|\s*(?P<thirty>반))?",
        rf"{_KOREAN_HALF}(?<![\d:.]){_HOUR}:(?P<minute>\d{{2}})(?::\d{{2}})?(?![\d:])(?:\s*{_MERIDIEM})?",
        rf"(?<![\d:.]){_HOUR}(?:\.(?P<minute>\d{{2}}))?\s*{_MERIDIEM}",
        r"(?P<noon>정오|\bnoon\b)|(?P<midnight>자정|\bmidnight\b)",
    )
]
_AFTERNOON = frozenset({"오후", "낮", "밤", "저녁"})

_WEEK = "월화수목금토일"
_WEEKDAYS = re.compile(
    r"(?P<korean>[월화수목금토일])요일"
    r"|\b(?P<english>mon|tue(?:s)?|wed(?:nes)?|thu(?:r|rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b\.?",
    re.IGNORECASE,
)
_WEEKDAY_RANGE = re.compile(
    rf"(?P<first>[{_WEEK}])(?:요일)?\s*(?:[-~–～]|부터)\s*(?P<last>[{_WEEK}])(?:요일|(?![가-힣]))"
)
_ENGLISH_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH_RANGE = re.compile(
    r"\b(?P<first>mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s*(?:[-~–]|to|through|until)\s*"
    r"(?P<last>mon|tue|wed|thu|fri|sat|sun)",
    re.IGNORECASE,
)
_SINGLE = re.compile(rf"(?<![가-힣\d])[{_WEEK}](?:\s*[·,/]\s*[{_WEEK}])+(?![가-힣])")
_WORKDAYS = re.compile(r"평일|주중|\bweekdays?\b", re.IGNORECASE)
_WEEKEND = re.compile(r"주말|\bweekends?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, time or weekday, where it stands, and what it may be.

    `parts` are for a date (year, month, day), None where it has none; for a time the minutes after midnight
    that it may mean; for a weekday its numbers from Monday, 0.
    """

    kind: Literal["date", "time", "weekday"]
    start: int
    end: int
    parts: tuple[int | None, ...]


def moments(text: str, *, generously: bool = False) -> list[Moment]:
    """The moments in an NFKC text, in its order, without overlaps.

    `generously`: also what only may be one ("3/1", "월·수").
    """
    found: list[Moment] = []
    taken: list[tuple[int, int]] = []

    def add(more: Iterator[Moment]) -> None:
        for moment in more:
            if not any(moment.start < end and start < moment.end for start, end in taken):
                found.append(moment)
                taken.append((moment.start, moment.end))

    for pattern in _DATES:
        add(_dates(pattern, text))
    for pattern in _TIMES:
        add(_times(pattern, text))
    if generously:
        add(_dates(_LOOSE_DATE, text))
        found += _more_weekdays(text)
    found += _weekdays(text)
    return sorted(found, key=lambda moment: moment.start)


def is_known(moment: Moment, known: Sequence[Moment], years: frozenset[int]) -> bool:
    """Whether a moment is one of those known; `years` are any that the known text names."""
    return any(_same(moment, other, years) for other in known if other.kind == moment.kind)


def _same(moment: Moment, other: Moment, years: frozenset[int]) -> bool:
    if moment.kind != "date":
        return not set(moment.parts).isdisjoint(other.parts)
    year, month, day = moment.parts
    other_year, other_month, other_day = other.parts
    fits_year = year is None or year == other_year or (other_year is None and year in years)
    return fits_year and month in (None, other_month) and day in (None, other_day)


def _dates(pattern: re.Pattern[str], text: str) -> Iterator[Moment]:
    for found in pattern.finditer(text):
        groups = found.groupdict()
        name = groups.get("name")
        month = _MONTHS.index(name[:3].lower()) // 3 + 1 if name else _number(groups.get("month"))
        day = _number(groups.get("day"))
        if (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= 31):
            parts = (_number(groups.get("year")), month, day)
            yield Moment("date", found.start(), found.end(), parts)


def _times(pattern: re.Pattern[str], text: str) -> Iterator[Moment]:
    for found in pattern.finditer(text):
        groups = found.groupdict()
        if groups.get("noon") or groups.get("midnight"):
            yield Moment("time", found.start(), found.end(), (720,) if groups.get("noon") else (0, 1440))
            continue
        hour = int(groups["hour"])
        minute = 30 if groups.get("thirty") else _number(groups.get("minute")) or 0
        if hour > 24 or minute > 59:
            continue
        half = groups.get("half") or ""
        meridiem = (groups.get("meridiem") or "")[:1].lower()
        if half in _AFTERNOON or meridiem == "p":
            hours: tuple[int, ...] = (hour % 12 + 12,)
        elif half or meridiem == "a":
            hours = (hour % 12,)
        else:
            hours = (hour, hour + 12) if hour <= 12 else (hour,)
        yield Moment("time", found.start(), found.end(), tuple(each * 60 + minute for each in hours))


def _weekdays(text: str) -> Iterator[Moment]:
    for found in _WEEKDAYS.finditer(text):
        if korean := found["korean"]:
            number = _WEEK.index(korean)
        elif found[0].lower() in ("sun", "sat", "wed", "mon") and not found[0][0].isupper():
            continue  # "sun" shines, "sat" is sitting
        else:
            number = _ENGLISH_WEEK.index(found["english"][:3].lower())
        yield Moment("weekday", found.start(), found.end(), (number,))


def _more_weekdays(text: str) -> Iterator[Moment]:
    for pattern, week in ((_WEEKDAY_RANGE, tuple(_WEEK)), (_ENGLISH_RANGE, _ENGLISH_WEEK)):
        for found in pattern.finditer(text):
            first, last = week.index(found["first"].lower()), week.index(found["last"].lower())
            days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
            yield Moment("weekday", found.start(), found.end(), tuple(days))
    for found in _SINGLE.finditer(text):
        days = [_WEEK.index(character) for character in found[0] if character in _WEEK]
        yield Moment("weekday", found.start(), found.end(), tuple(days))
    for pattern, days in ((_WORKDAYS, range(5)), (_WEEKEND, range(5, 7))):
        for found in pattern.finditer(text):
            yield Moment("weekday", found.start(), found.end(), tuple(days))


def _number(text: str | None) -> int | None:
    return int(text) if text else None
