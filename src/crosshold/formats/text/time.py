"""When: explicit dates, months, years, weekdays and "last year", as dates of the precision that was said (spec/evidence 9.1.7).

Relative days need the day of publication; without it they stay unresolved.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from crosshold.formats.text.cues import Table, Token
from crosshold.model.dates import add_months

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class When:
    """A time that was said: its role (in, until, since, by, as_of or none), its date, and whether it was relative or named a weekday."""

    role: str
    day: str | None
    relative: bool = False
    weekday: bool = False


def firsts(cues: Table) -> frozenset[str]:
    """Every word that a time can begin with, digits aside."""
    lists = [word for name in ("months", "weekdays", "days", "spans", "years") for word in cues.data.get(name, ())]
    return cues.lists["times"].firsts | {word if cues.language != "ja" else word[0] for word in lists}


def at(row: list[Token], place: int, cues: Table, published: date | None) -> tuple[When, int] | None:
    """The time that is said from here on, with its preposition."""
    if cues.language == "ja":
        return _japanese(row, place, cues, published)
    lead = cues.lists["times"].at(row, place)
    role, start, last = (lead[0]["role"], lead[1], lead[0].get("end", False)) if lead else ("", place, False)
    while start < len(row) and row[start].low in ("the", "le", "l'", "fiscal", "financial", "early", "late", "mid", "-"):
        start += 1
    if start >= len(row):
        return None
    ahead = role == "by"
    found = _calendar(row, start, cues, published, ahead, bare=not lead) or _relative(row, start, cues, published, ahead)
    if found is None:
        return None
    day, end, relative, weekday = found
    if last and day and len(day) < 10:
        day = _last_day(day)
    if role == "until" and day is None and not relative:
        return None
    return When(role, day, relative, weekday), end


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _last_day(text: str) -> str:
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return f"{year:04}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


Read = tuple[str | None, int, bool, bool]


def _calendar(row: list[Token], place: int, cues: Table, published: date | None, ahead: bool, bare: bool) -> Read | None:
    """3 March 2017, March 3, 2017, March 2017, 2017, 2017-03-03; without a year the nearest one."""
    months = cues.data["months"]
    first = row[place]
    if len(first.text) == 4 and _digits(first.text) and 1800 <= int(first.text) <= 2200:
        iso = "".join(t.text for t in row[place : place + 5])
        if _ISO.fullmatch(iso) and _day(*(int(part) for part in iso.split("-"))):
            return iso, place + 5, False, False
        counted = place + 1 < len(row) and (row[place + 1].low in _COUNTED or row[place + 1].text == "%")
        return None if counted else (first.text, place + 1, False, False)
    number, month, end = None, months.get(first.low), place + 1
    if month and bare and first.low in ("may", "march", "mars") and not (end < len(row) and _digits(row[end].text)):
        return None
    if month and not first.text[0].isupper() and cues.language == "en":
        return None
    if month is None and _digits(first.text) and len(first.text) <= 2 and place + 1 < len(row):
        skip = 1 if row[place + 1].low in ("st", "nd", "rd", "th", "er", "of") else 0
        month = months.get(row[place + 1 + skip].low) if place + 1 + skip < len(row) else None
        number, end = int(first.text), place + 2 + skip
    if month is None:
        return None
    if end < len(row) and row[end].text == ".":
        end += 1
    if (
        number is None
        and end < len(row)
        and _digits(row[end].text)
        and len(row[end].text) <= 2
        and not _percent(row, end + 1, cues)
    ):
        number, end = int(row[end].text), end + 1
        end += end < len(row) and row[end].low in ("st", "nd", "rd", "th")
    after = end + (end < len(row) and row[end].text == ",")
    if after < len(row) and re.fullmatch(r"(18|19|20|21)[0-9][0-9]", row[after].text):
        return _written(int(row[after].text), month, number), after + 1, False, False
    if published is None:
        return None, end, True, False
    return _written(_year(month, number, published, ahead), month, number), end, True, False


_COUNTED = frozenset(
    [
        "shares",
        "share",
        "percent",
        "per",
        "votes",
        "people",
        "workers",
        "jobs",
        "stores",
        "cars",
        "trucks",
        "employees",
        "million",
        "billion",
        "yen",
        "euros",
        "dollars",
        "pct",
    ]
)


def _percent(row: list[Token], place: int, cues: Table) -> bool:
    return place < len(row) and cues.lists["percent"].at(row, place) is not None


def _written(year: int, month: int, number: int | None) -> str | None:
    if number is None:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{number:02}" if _day(year, month, number) else None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _year(month: int, number: int | None, published: date, ahead: bool) -> int:
    """The year of a month that was named without one: the next that comes for what lies ahead, else the last that came."""
    here = (published.month, published.day if number is not None else 1)
    asked = (month, number or 1)
    if ahead:
        return published.year + (month < published.month)
    return published.year - (asked > here)


def _relative(row: list[Token], place: int, cues: Table, published: date | None, ahead: bool) -> Read | None:
    low = row[place].low
    weekdays, days, spans, units = (cues.data.get(name, {}) for name in ("weekdays", "days", "spans", "units"))
    if low in weekdays:
        if published is None:
            return None, place + 1, True, True
        back = (published.weekday() - weekdays[low]) % 7
        on = published + timedelta(days=(-published.weekday() + weekdays[low]) % 7) if ahead else published - timedelta(days=back)
        return on.isoformat(), place + 1, True, True
    if low in days:
        on_day = (published + timedelta(days=int(days[low]))).isoformat() if published else None
        return on_day, place + 1, True, False
    if low not in spans or place + 1 >= len(row):
        return None
    step, unit = int(spans[low]), row[place + 1].low
    if unit in units:
        return _shifted(units[unit], step, published), place + 2, True, False
    if unit in weekdays and step < 0:
        return _relative(row, place + 1, cues, published, ahead=False)
    month = cues.data["months"].get(unit)
    if month and published:
        return f"{published.year + (step if step > 0 else -(month >= published.month)):04}-{month:02}", place + 2, True, False
    return None


def _shifted(unit: str, step: int, published: date | None) -> str | None:
    if published is None:
        return None
    if unit == "year":
        return f"{published.year + step:04}"
    if unit == "month":
        return add_months(published.replace(day=1), step).isoformat()[:7]
    return None  # a week has no date of its own precision


_DATE = re.compile(r"(?:([0-9]{4})年)?(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?")


def _japanese(row: list[Token], place: int, cues: Table, published: date | None) -> tuple[When, int] | None:
    """2019年3月31日, 2016年, 3月31日, 昨年; what follows tells its role."""
    text = "".join(t.text for t in row[place : place + 6])
    word = next((w for w in cues.data["years"] if text.startswith(w)), None)
    if word:
        day = f"{published.year + int(cues.data['years'][word]):04}" if published else None
        return _role(row, place + len(word), day, cues, relative=True)
    if not "0" <= row[place].text[0] <= "9":
        return None
    found = _DATE.match(text)
    if not found or not found[0] or (found[1] is None and found[2] is None):
        return None
    year, month, number = (int(g) if g else None for g in found.groups())
    if month is not None and not 1 <= month <= 12:
        return None
    relative = year is None
    if year is None and published is not None and month is not None:
        year = _year(month, number, published, ahead=False)
    day = None if year is None else f"{year:04}" if month is None else _written(year, month, number)
    return _role(row, place + 2 * sum(g is not None for g in found.groups()), day, cues, relative)


def _role(row: list[Token], place: int, day: str | None, cues: Table, relative: bool) -> tuple[When, int]:
    text = "".join(t.text for t in row[place : place + 4])
    word = max((w for w in cues.data["after"] if text.startswith(w)), key=len, default="")
    return When(cues.data["after"].get(word, ""), day, relative), place + len(word)
