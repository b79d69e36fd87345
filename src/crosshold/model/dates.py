"""Days, and dates known only to the month or the year."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@lru_cache(50_000)  # a register says the same days in every row
def interval(text: str) -> tuple[date, date]:
    """First and last day of an ISO date of any precision (``2016``, ``2016-10``, ``2016-10-20``); ``ValueError`` if it is none.

    >>> interval("2016-02")
    (datetime.date(2016, 2, 1), datetime.date(2016, 2, 29))
    """
    match = _PARTIAL.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a date")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


@lru_cache(50_000)
def day_of(text: str | None) -> date | None:
    """The day of a date or a time, as written where it was made (no zone is applied); ``None`` when it is none.

    >>> day_of("2015-01-01T00:00:00+01:00")
    datetime.date(2015, 1, 1)
    """
    if not isinstance(text, str) or (len(text) > 10 and text[10] not in "T "):
        return None
    try:
        return date.fromisoformat(text[:10]) if _PARTIAL.fullmatch(text[:10]) else None
    except ValueError:
        return None


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later, clamped to the end of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def whole_months(start: date, end: date) -> int:
    """Complete months from ``start`` to ``end``: a month is complete on the same day of the month (or the month's last day)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1
