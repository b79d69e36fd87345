"""How long a route takes: trading days at a share of the daily volume, through the calendar and around closed periods (spec/deal 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from crosshold.deal.days import calendar_note, calendar_of
from crosshold.deal.draft import Draft
from crosshold.deal.exact import Number, number
from crosshold.deal.reading import MOST_DAYS
from crosshold.errors import Finding, RequestError
from crosshold.model.dates import interval
from crosshold.model.exchange import Calendar

Closed = tuple[date, date]


@dataclass(frozen=True)
class Duration:
    """``trading_days`` of trading, from ``first`` to ``last``; closed periods between them are waited out."""

    trading_days: int
    first: date
    last: date
    calendar: str

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        days = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {"trading_days": self.trading_days, **days, "calendar": self.calendar}


def duration(
    shares: int,
    adv: Number,
    participation: Number,
    *,
    start: date,
    calendar: Calendar | None = None,
    closed: Sequence[Closed] = (),
) -> Duration:
    """Trading ``shares`` at a ``participation`` in the daily volume ``adv``: Q / (participation * ADV) trading days, rounded up.

    ``closed``: first and last day of periods without trading by those who trade. ``E_VOLUME`` when it takes more than a hundred years.

    >>> found = duration(10_000_000, 8_000_000, "1/4", start=date(2020, 4, 27), calendar=Calendar("XJPX"))
    >>> found.trading_days, str(found.last)
    (5, '2020-05-07')
    """
    daily = number(participation) * number(adv)
    if daily <= 0 or shares < 0:
        message = "shares must be 0 or more, the daily volume and the share of it above 0."
        raise RequestError(Finding("E_NEG_QTY", message, "Check the arguments."))
    needed, days = max(1, ceil(shares / daily)), calendar or Calendar()
    if needed > MOST_DAYS:
        message = f"{shares:,} shares at {float(daily):,.0f} a day take {needed:,} trading days."
        raise RequestError(Finding("E_VOLUME", message, "Sell fewer, take a larger part of the volume, or sell a block."))
    trades, day = 0, start
    first = last = start
    while True:
        if days.is_trading(day) and not any(begin <= day <= end for begin, end in closed):
            trades, last = trades + 1, day
            first = day if trades == 1 else first
        if trades == needed or day == date.max:
            return Duration(needed, first, last, str(days))
        day += timedelta(1)


def timed(draft: Draft, issuer: str, trader: str, shares: int, participation: Fraction | None, *, at_once: bool = False) -> None:
    """Write into the record of a step how many days of volume it is and how long it takes; a block or a window (``at_once``) is a day."""
    adv = draft.state.market.get(issuer, {}).get("adv")
    if adv and shares:
        draft.record["days_of_volume"] = f"{float(Fraction(shares) / adv):.2f}"
    if at_once:
        draft.record["trading_days"] = 1
    if participation is None or not shares:
        return
    if not adv:
        message = f"a participation in the volume of {issuer} needs that volume."
        raise draft.refuse("E_UNPRICED", message, f"Give market: {{{issuer}: {{adv: ...}}}}.")
    if participation == 0:
        raise draft.refuse("E_VOLUME", "with a participation of 0 nothing is ever traded.", 'Write a share above 0, as "1/5".')
    draft.illustrative(f"market.{issuer}")
    calendar, _ = calendar_of(draft.state, issuer)
    found = duration(
        shares, adv, participation, start=draft.on, calendar=calendar, closed=_closed(draft, issuer, trader)
    )  # fmt: skip
    tell_calendar(draft, issuer, found.last)
    draft.record |= {
        "participation": str(participation), "trading_days": found.trading_days, "last_day": found.last.isoformat(),
        "calendar": found.calendar,
    }  # fmt: skip


def tell_calendar(draft: Draft, issuer: str, last: date) -> None:
    """``N_CALENDAR``: by which calendar days were counted up to ``last``, unless the case says it."""
    if note := calendar_note(issuer, *calendar_of(draft.state, issuer), last):
        draft.warn("N_CALENDAR", *note)


def _closed(draft: Draft, issuer: str, trader: str) -> list[Closed]:
    """Blackouts of the case that bind the one who trades."""
    rows = [c for c in draft.state.contracts if c.get("kind") == "blackout" and c.get("issuer") == issuer]
    found = []
    for row in rows:
        if row.get("holder") in (None, trader):
            begin, end = row.get("from"), row.get("until")
            found.append((interval(str(begin))[0] if begin else date.min, interval(str(end))[1] if end else date.max))
    return found
