"""Days of the calendar, which has a last one."""

from __future__ import annotations

from datetime import date, timedelta


def later(day: date, days: int) -> date:
    """So many days after a day, at most the last day that a date can name.

    >>> str(later(date(2020, 1, 31), 30)), str(later(date(9999, 12, 30), 30))
    ('2020-03-01', '9999-12-31')
    """
    return day + timedelta(days=min(days, (date.max - day).days))
