"""Partial dates and month counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.model.dates import add_months, interval, whole_months


@pytest.mark.parametrize("text", ["2020-13-01", "2020-02-30", "20200128", "28.1.2020", "2020-1-2", "", "0000"])
def test_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        interval(text)


def test_precision() -> None:
    assert interval("2016") == (date(2016, 1, 1), date(2016, 12, 31))
    assert interval("2018-11") == (date(2018, 11, 1), date(2018, 11, 30))


def test_two_years_are_complete_on_the_same_day() -> None:
    # scenario S11: 24 months from 2018-05-01 are complete on 2020-05-01, not the day before
    assert whole_months(date(2018, 5, 1), date(2020, 4, 30)) == 23
    assert whole_months(date(2018, 5, 1), date(2020, 5, 1)) == 24


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 300))
def test_months_added_are_months_counted(start: date, months: int) -> None:
    end = add_months(start, months)
    assert whole_months(start, end) == months
    assert whole_months(start, end - timedelta(days=1)) == months - 1
