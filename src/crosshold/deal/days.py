"""Days of the calendar, which has a last one, and trading days by the calendar of a company's exchange."""

from __future__ import annotations

from datetime import date, timedelta

from crosshold.model.exchange import Calendar, home
from crosshold.model.snapshot import Snapshot


def later(day: date, days: int) -> date:
    """So many days after a day, at most the last day that a date can name.

    >>> str(later(date(2020, 1, 31), 30)), str(later(date(9999, 12, 30), 30))
    ('2020-03-01', '9999-12-31')
    """
    return day + timedelta(days=min(days, (date.max - day).days))


def calendar_of(state: Snapshot, issuer: str | None) -> tuple[Calendar, str]:
    """The trading days of a company, and by what: the case (``market: {ID: {calendar: XJPX}}``), its jurisdiction, or nothing known."""
    stated = state.market.get(issuer or "", {}).get("calendar")
    if stated:
        return Calendar(str(stated)), "case"
    entity = state.entities.get(issuer or "")
    exchange = home(entity.jurisdiction) if entity else None
    return Calendar(exchange), "jurisdiction" if exchange else ""


def counted(state: Snapshot, issuer: str, day: date, count: int, clock: str = "days") -> date:
    """So many days after a day, or with the clock ``trading_days`` so many trading days of the company."""
    return later(day, count) if clock == "days" else calendar_of(state, issuer)[0].after(day, count)


def calendar_note(issuer: str | None, calendar: Calendar, by: str, last: date) -> tuple[str, str] | None:
    """Message and cure of ``N_CALENDAR``: which days were counted, unless the case says it and they are known."""
    cure = f"Give market: {{{issuer}: {{calendar: ...}}}}." if issuer else "Give the step a date."
    if not by:
        return "Trading days are counted Monday to Friday, without holidays.", cure
    if not calendar.knows(last):
        return f"The holidays of {calendar} are not known for {last.year}: Monday to Friday are counted.", "Count them yourself."
    if by == "jurisdiction":
        return f"Trading days of {issuer} are those of {calendar}, the exchange of its jurisdiction.", cure
    return None
