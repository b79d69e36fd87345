"""Trading days of exchanges, as data of the ``holidays`` package: past closures as they were, coming ones as the exchange's rules say.

Exchanges go by their market identifier code (ISO 10383). Half days are trading days. Closures that nobody could foresee are known
only as far as the package records them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple


class Exchange(NamedTuple):
    """An exchange: its ``name``, the jurisdictions whose listed companies are taken to trade there, its name in the data."""

    name: str
    home: tuple[str, ...] = ()
    data: str = ""


EXCHANGES: Mapping[str, Exchange] = {
    "BVMF": Exchange("B3, Sao Paulo", ("BR",)),
    "XAMS": Exchange("Euronext Amsterdam", ("NL",)),
    "XASX": Exchange("Australian Securities Exchange", ("AU",)),
    "XBOM": Exchange("BSE, Mumbai", ("IN",)),
    "XBRU": Exchange("Euronext Brussels", ("BE",)),
    "XDUB": Exchange("Euronext Dublin", ("IE",)),
    "XETR": Exchange("Xetra, Frankfurt", ("DE",)),
    "XHKG": Exchange("Hong Kong Exchanges", ("HK",)),
    "XJPX": Exchange("Japan Exchange Group", ("JP",)),
    "XKRX": Exchange("Korea Exchange", ("KR",)),
    "XLON": Exchange("London Stock Exchange", ("GB", "UK")),
    "XMAD": Exchange("Bolsa de Madrid", ("ES",)),
    "XMIL": Exchange("Borsa Italiana, Milan", ("IT",)),
    "XNAS": Exchange("Nasdaq"),
    "XNYS": Exchange("New York Stock Exchange", ("US",)),
    "XOSL": Exchange("Euronext Oslo", ("NO",)),
    "XPAR": Exchange("Euronext Paris", ("FR",)),
    "XSES": Exchange("Singapore Exchange", ("SG",)),
    "XSHE": Exchange("Shenzhen Stock Exchange"),
    "XSHG": Exchange("Shanghai Stock Exchange", ("CN",)),
    "XSWX": Exchange("SIX Swiss Exchange", ("CH",)),
    "XTAI": Exchange("Taiwan Stock Exchange", ("TW",)),
    "XTKS": Exchange("Tokyo Stock Exchange", (), "XJPX"),
    "XTSE": Exchange("Toronto Stock Exchange", ("CA",)),
    "XWAR": Exchange("Warsaw Stock Exchange", ("PL",)),
}
"""Exchanges whose trading days are known, by market identifier code."""


@dataclass(frozen=True)
class Calendar:
    """The trading days of an exchange; without one every day from Monday to Friday.

    >>> tokyo = Calendar("XJPX")
    >>> str(tokyo.after(date(2019, 12, 30), 1)), tokyo.count(date(2020, 1, 1), date(2020, 1, 31))
    ('2020-01-06', 19)
    """

    exchange: str | None = None

    def is_trading(self, day: date) -> bool:
        """Whether there is trading on a day; outside the years known (:meth:`knows`) Monday to Friday."""
        if self.knows(day):
            return bool(_days(EXCHANGES[self.exchange or ""].data or self.exchange).is_working_day(day))
        return day.weekday() < 5

    def knows(self, day: date) -> bool:
        """Whether holidays of that year are known."""
        if self.exchange is None:
            return False
        days = _days(EXCHANGES[self.exchange].data or self.exchange)
        return bool(days.start_year <= day.year <= days.end_year)

    def after(self, day: date, count: int) -> date:
        """The trading day that comes ``count`` trading days after a day; the last day a date can name where there is none."""
        while count and day < date.max:
            day += timedelta(1)
            count -= self.is_trading(day)
        return day

    def first(self, day: date) -> date:
        """The day itself when there is trading, else the next trading day."""
        return day if self.is_trading(day) else self.after(day, 1)

    def count(self, first: date, last: date) -> int:
        """Trading days from one day to another, both counted."""
        return sum(self.is_trading(first + timedelta(n)) for n in range((last - first).days + 1))

    def __str__(self) -> str:
        return f"{EXCHANGES[self.exchange].name} ({self.exchange})" if self.exchange else "Monday to Friday, without holidays"


def home(jurisdiction: str | None) -> str | None:
    """The exchange that a listed company of a jurisdiction (``JP``, ``US-DE``) is taken to trade on; ``None`` where none is known.

    >>> home("US-DE"), home("JP"), home("XX"), home(None)
    ('XNYS', 'XJPX', None, None)
    """
    country = (jurisdiction or "").partition("-")[0]
    return next((code for code, exchange in EXCHANGES.items() if country in exchange.home), None)


@cache
def _days(name: str) -> Any:
    import holidays  # takes a while, and most commands need no calendar

    return holidays.financial_holidays(name)
