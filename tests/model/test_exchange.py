"""Trading days against the closures that the exchanges published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.model.exchange import EXCHANGES, Calendar, home

PUBLISHED = {
    # weekdays without trading, as the exchanges printed them for the year
    (
        "XJPX",
        2020,
    ): "01-01 01-02 01-03 01-13 02-11 02-24 03-20 04-29 05-04 05-05 05-06 07-23 07-24 08-10 09-21 09-22 11-03 11-23 12-31",
    ("XPAR", 2020): "01-01 04-10 04-13 05-01 12-25",
    ("XNYS", 2020): "01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25",
    ("XLON", 2020): "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
}


@pytest.mark.parametrize(("exchange", "year"), PUBLISHED)
def test_a_year_has_the_closures_that_the_exchange_printed(exchange: str, year: int) -> None:
    days = (date(year, 1, 1) + timedelta(n) for n in range(366 if year % 4 == 0 else 365))
    closed = [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not Calendar(exchange).is_trading(day)]
    assert closed == PUBLISHED[exchange, year].split()


def test_tokyo_rests_from_the_last_of_december_to_the_third_of_january() -> None:
    assert str(Calendar("XTKS").after(date(2019, 12, 30), 1)) == "2020-01-06"
    assert Calendar("XTKS").first(date(2019, 12, 31)) == Calendar("XJPX").first(date(2020, 1, 1)) == date(2020, 1, 6)


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_every_exchange_of_the_list_has_data_and_rests_at_new_year_or_says_why(exchange: str) -> None:
    calendar = Calendar(exchange)
    assert calendar.knows(date(2020, 1, 1)) and str(calendar).endswith(f"({exchange})")
    assert calendar.is_trading(date(2020, 1, 1)) == (exchange == "XBOM")  # Mumbai trades on that day
    assert not calendar.is_trading(date(2020, 1, 4))


def test_without_an_exchange_or_outside_its_years_every_weekday_counts() -> None:
    weekdays, paris = Calendar(), Calendar("XPAR")
    assert weekdays.after(date(2020, 4, 9), 1) == date(2020, 4, 10) and str(weekdays).startswith("Monday to Friday")
    assert not paris.knows(date(1990, 1, 1)) and paris.after(date(1989, 12, 29), 1) == date(1990, 1, 1)
    assert weekdays.after(date(9999, 12, 30), 5) == date.max


def test_a_jurisdiction_has_one_home_exchange_or_none() -> None:
    assert home("FR") == "XPAR" and home("UK") == home("GB") == "XLON" and home("US-DE") == "XNYS"
    assert home("XX") is None and home(None) is None
    homes = [country for exchange in EXCHANGES.values() for country in exchange.home]
    assert len(homes) == len(set(homes))


@given(st.dates(date(2019, 1, 1), date(2030, 1, 1)), st.integers(1, 60), st.sampled_from(["XJPX", "XETR", None]))
def test_counting_forward_and_counting_between_agree(day: date, count: int, exchange: str | None) -> None:
    calendar = Calendar(exchange)
    last = calendar.after(day, count)
    assert calendar.is_trading(last) and calendar.count(day + timedelta(1), last) == count
