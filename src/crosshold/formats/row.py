"""What readers of records have in common: the fault that stops a row, and its dates."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from crosshold.model.dates import interval


class Fault(Exception):
    """The row gives nothing: a code of spec/evidence 4 and a sentence without its full stop."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@lru_cache(2**16)
def partial(text: Any) -> str:
    """A date of any precision; the time of day is left off. ``Fault`` E_DATE."""
    try:
        plain = str(text).strip()[:10]
        interval(plain)
        return plain
    except ValueError:
        raise Fault("E_DATE", f"{str(text)[:40]!r} is not a date") from None


@lru_cache(2**16)
def day(text: Any) -> date:
    """The last day of a date: then at the latest it was so. ``Fault`` E_DATE."""
    return interval(partial(text))[1]


def exclusive(text: str) -> str:
    """The first day, month or year after an end that still counts.

    >>> exclusive("2019-12-31"), exclusive("2019-12"), exclusive("2019")
    ('2020-01-01', '2020-01', '2020')
    """
    last = interval(text)[1]
    return "9999-12-31"[: len(text)] if last == date.max else (last + timedelta(1)).isoformat()[: len(text)]


def inclusive(text: str) -> str:
    """The last day, month or year before an end that does not count; undoes :func:`exclusive`."""
    first = interval(text)[0]
    return text if first == date.min else (first - timedelta(1)).isoformat()[: len(text)]
