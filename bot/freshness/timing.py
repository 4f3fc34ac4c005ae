"""When to refresh, as a person writes it: `15m`, `2h`, `off`, or a crontab line of five fields."""

from __future__ import annotations

import re

_INTERVAL = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[int, int, list[str]], ...] = (
    (0, 59, []),
    (0, 23, []),
    (1, 31, []),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)


def interval_seconds(text: str) -> int | None:
    """The seconds of an interval such as `90s`, `15m`, `2h` or `1d`, or None when it is none (or zero)."""
    found = _INTERVAL.fullmatch(text.strip().lower())
    return (int(found[1]) * _SECONDS[found[2]] or None) if found else None


def is_schedule(text: str) -> bool:
    """Whether this is `off`, an interval, or a crontab line of five fields whose every number is in range."""
    text = text.strip().lower()
    if text == "off" or interval_seconds(text):
        return True
    fields = text.split()
    return len(fields) == len(_FIELDS) and all(
        _is_cron_field(field, *limits) for field, limits in zip(fields, _FIELDS, strict=True)
    )


def _is_cron_field(field: str, low: int, high: int, names: list[str]) -> bool:
    def value(text: str) -> int | None:
        if text in names:
            return names.index(text) + (1 if low else 0)
        return int(text) if re.fullmatch(r"\d{1,2}", text) else None

    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and not re.fullmatch(r"[1-9]\d?", step):
            return False
        if span == "*":
            continue
        first, dash, last = span.partition("-")
        bounds = [value(first), value(last)] if dash else [value(first)]
        numbers = [number for number in bounds if number is not None and low <= number <= high]
        if len(numbers) != len(bounds) or numbers != sorted(numbers):
            return False
    return True
