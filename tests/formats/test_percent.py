"""Percentages in words and figures become shares with the bounds of spec/evidence 2.1."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.formats.percent import OutOfRange, read_percent


@pytest.mark.parametrize(
    ("text", "point", "low", "high", "ends"),
    [
        ("38.4%", "0.384", "0.3835", "0.3845", (False, True)),
        ("38,4 %", "0.384", "0.3835", "0.3845", (False, True)),
        ("0,5", "0.005", "0.0045", "0.0055", (False, True)),
        ("12", "0.12", "0.115", "0.125", (False, True)),
        ("100%", "1", "1", "1", (False, False)),
        ("about 38 percent", "0.38", "0.37", "0.39", (False, True)),
        ("roughly 15%", "0.15", "0.125", "0.175", (False, True)),
        ("約 12%", "0.12", "0.11", "0.13", (False, True)),
        ("１２％", "0.12", "0.115", "0.125", (False, True)),
        ("more than 25%", None, "0.25", "1", (True, False)),
        (">25", None, "0.25", "1", (True, False)),
        ("≥ 25 %", None, "0.25", "1", (False, False)),
        ("<5%", None, "0", "0.05", (False, True)),
        ("25+", None, "0.25", "1", (False, False)),
        ("just under 5%", None, "0.04", "0.05", (False, True)),
    ],
)
def test_a_number_has_the_bounds_of_its_last_digit_or_of_its_hedge(text: str, point: Any, low: str, high: str, ends: Any) -> None:
    share, _ = read_percent(text)
    assert share.point == (Fraction(point) if point else None)
    assert (share.low, share.high, (share.low_open, share.high_open)) == (Fraction(low), Fraction(high), ends)
    assert share.text == text


@pytest.mark.parametrize("dash", "-‐‑‒–—―−－〜")
def test_a_range_has_a_dash_of_any_kind(dash: str) -> None:
    share, hedge = read_percent(f"25{dash}50%")
    assert (share.point, share.low, share.high, share.low_open, share.high_open, hedge) == (
        None,
        Fraction(1, 4),
        Fraction(1, 2),
        False,
        False,
        None,
    )


@pytest.mark.parametrize("text", ["see note 4", "", "%", "about", "50-25", "1e1", "1.2.3", "-5", "n/a", "5" * 50])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_percent(text)


def test_more_than_the_whole_is_out_of_range() -> None:
    with pytest.raises(OutOfRange):
        read_percent("130 %")


@given(st.text(max_size=30))
def test_no_text_gives_anything_but_a_share_or_a_refusal(text: str) -> None:
    try:
        share, _ = read_percent(text)
    except ValueError:
        return
    assert 0 <= share.low <= share.high <= 1
