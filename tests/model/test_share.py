"""Reading rules of rounded and hedged percentages (spec/evidence 2.1) and their turn into whole shares."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.model.share import HEDGES, Share, exact, parse, whole_shares

F = Fraction


@pytest.mark.parametrize(
    ("text", "hedge", "low", "high"),
    [
        ("0.38", None, "0.375", "0.385"),
        ("0.384", None, "0.3835", "0.3845"),
        ("0.0406", None, "0.04055", "0.04065"),
        ("0.43", "about", "0.42", "0.44"),  # another whole number: one point
        ("0.15", "about", "0.125", "0.175"),  # a multiple of five: two and a half points
        ("0.434", "about", "0.433", "0.435"),  # a decimal: one unit of its last digit
        ("0.43", "約", "0.42", "0.44"),
        ("0.43", "just under", "0.42", "0.43"),
        ("0.43", "just over", "0.43", "0.44"),
        ("0.43", "more than", "0.43", "1"),
        ("0.43", "at most", "0", "0.43"),
        ("3/10", None, "0.3", "0.3"),
        ("1", None, "1", "1"),
    ],
)
def test_bounds_of_words(text: str, hedge: str | None, low: str, high: str) -> None:
    share = parse(text, hedge)
    assert (share.low, share.high) == (F(low), F(high))


def test_which_ends_are_open() -> None:
    assert parse("0.43", "more than").low_open
    assert not parse("0.43", "at least").low_open
    assert parse("0.43", "under").high_open
    assert parse("0.43", "just under").point is None
    assert parse("0.15").high_open  # rounding and hedges are half-open


@pytest.mark.parametrize("text", ["1.2", "-0.1", "nan", "inf", "1/0", "43 %", ""])
def test_no_share(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse(text)


def test_unknown_hedge() -> None:
    with pytest.raises(ValueError, match="no known hedge"):
        parse("0.4", "sort of")


@given(st.integers(0, 1000), st.sampled_from(sorted(HEDGES)))
def test_bounds_hold_the_printed_number_and_stay_in_range(thousandths: int, hedge: str) -> None:
    text = f"{thousandths / 1000:.3f}"
    share = parse(text, hedge)
    assert 0 <= share.low <= F(text) <= share.high <= 1


@given(st.integers(0, 100), st.integers(1, 10**13))
def test_whole_shares_keep_their_order(percent: int, whole: int) -> None:
    shares, low, high = whole_shares(parse(f"{percent / 100:.2f}", "about"), whole)
    assert 0 <= low <= shares <= high <= whole


def test_half_open_upper_bound_leaves_out_its_count() -> None:
    # 15 percent of 1,000 shares, printed: 145 up to but not including 155
    assert whole_shares(parse("0.15"), 1000) == (150, 145, 154)


def test_intervals_meet_at_a_point_only_when_both_ends_are_closed() -> None:
    closed = Share(None, F(1, 4), F(1, 2))
    assert closed.meets(exact(F(1, 2)))
    assert not closed.meets(Share(None, F(1, 2), F(1), low_open=True))


@given(
    st.lists(st.fractions(0, 1, max_denominator=60), min_size=3, max_size=3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 200),
)
def test_whole_shares_are_the_point_rounded_and_the_bounds_outward(
    ends: list[Fraction], low_open: bool, high_open: bool, known: bool, whole: int
) -> None:
    low, point, high = sorted(ends)
    share = Share(point if known else None, low, high, low_open, high_open)
    shares, lowest, highest = whole_shares(share, whole)
    inside = [n for n in range(whole + 1) if low * whole <= n <= high * whole]
    inside = [n for n in inside if not (low_open and n == low * whole) and not (high_open and n == high * whole)]
    assert all(lowest <= n <= highest for n in inside)  # no count that was said to be possible is lost
    assert lowest - low * whole <= 1 and high * whole - highest <= 1
    middle = round((point if known else (low + high) / 2) * whole)  # half to even
    assert shares == min(max(middle, lowest), highest)
