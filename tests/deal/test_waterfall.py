"""The waterfall of a joint fund, by hand and by what must always hold."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.deal.fund import waterfall
from crosshold.errors import RequestError

PAID = {"A": 1200, "B": 600, "C": 200}
SPLIT = {"residual": {"A": "0.50", "B": "0.35", "C": "0.15"}}
TIERS: list[dict[str, Any]] = [{"return_capital": "pro_rata"}, {"preferred": "0.06"}, SPLIT]


def test_the_example_to_the_last_digit() -> None:
    found = waterfall(PAID, 3000, 3, TIERS)
    assert {who: str(round(float(x), 4)) for who, x in found.totals.items()} == {
        "A": "1738.2032",
        "B": "930.8984",
        "C": "330.8984",
    }
    assert [sum(tier["paid"].values()) for tier in found.tiers] == [2000, Fraction("382.032"), Fraction("617.968")]
    assert found.left == 0 and all(tier["in_full"] for tier in found.tiers)


def test_too_little_is_shared_in_proportion_and_the_next_tier_gets_nothing() -> None:
    short = waterfall(PAID, 1000, 3, TIERS)
    assert short.totals == {"A": 600, "B": 300, "C": 100}
    assert [tier["in_full"] for tier in short.tiers] == [False, False, True]
    preferred = waterfall(PAID, 2100, 3, TIERS)
    assert preferred.totals == {"A": 1260, "B": 630, "C": 210}


def test_a_catch_up_runs_until_its_part_of_all_profit() -> None:
    # capital 2000; preferred 200; C has 20 of it and shall get a fifth of the profit at full speed: x + 20 = (x + 200) / 5, x = 25
    tiers = [TIERS[0], {"preferred": "0.1"}, {"catch_up": {"to": "C", "share": 1, "until": "0.2"}}, {"residual": "pro_rata"}]
    found = waterfall(PAID, 2325, 1, tiers)
    assert found.tiers[2]["paid"] == {"C": 25, "A": 0, "B": 0}
    assert found.tiers[3]["paid"] == {"A": 60, "B": 30, "C": 10}
    half = waterfall(PAID, 10_000, 1, [*tiers[:2], {"catch_up": {"to": "C", "share": "1/2", "until": "1/5"}}])
    at_c = half.tiers[1]["paid"]["C"] + half.tiers[2]["paid"]["C"]
    assert at_c == Fraction(1, 5) * (200 + sum(half.tiers[2]["paid"].values()))
    assert half.left == 10_000 - 2000 - 200 - sum(half.tiers[2]["paid"].values())


@given(
    st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 1000), min_size=1),
    st.integers(0, 5000),
    st.integers(0, 9),
    st.fractions(0, 1),
)
def test_nothing_is_lost_and_a_split_by_capital_stays_one(paid: dict[str, int], back: int, years: int, rate: Fraction) -> None:
    found = waterfall(paid, back, years, [{"return_capital": "pro_rata"}, {"preferred": rate}, {"residual": "pro_rata"}])
    assert sum(found.totals.values()) + found.left == back and found.left == 0
    whole = sum(paid.values())
    assert all(found.totals[who] == Fraction(back * amount, whole) for who, amount in paid.items())


@pytest.mark.parametrize(
    ("tiers", "code"),
    [
        ([{"hurdle": 1}], "C_BAD_VALUE"),
        ([{"return_capital": "pro_rata", "preferred": 0}], "C_BAD_VALUE"),
        ([{"return_capital": "first"}], "C_BAD_VALUE"),
        ([{"preferred": "-0.1"}], "C_BAD_VALUE"),
        ([{"preferred": "much"}], "C_BAD_NUMBER"),
        ([{"residual": {"A": "0.5"}}], "C_BAD_VALUE"),
        ([{"residual": {"Z": "1"}}], "C_UNKNOWN_ENTITY"),
        ([{"catch_up": {"to": "A"}}], "C_BAD_VALUE"),
        ([{"catch_up": {"to": "A", "share": "0.2", "until": "0.2"}}], "C_BAD_VALUE"),
    ],
)
def test_tiers_that_cannot_be_read_are_refused(tiers: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        waterfall(PAID, 1, 1, tiers)
    assert caught.value.findings[0].code == code


def test_a_fund_that_nobody_paid_into_returns_nothing() -> None:
    for paid, back, years in (({}, 1, 1), ({"A": 0}, 1, 1), ({"A": -1}, 1, 1), (PAID, -1, 1), (PAID, 1, -1)):
        with pytest.raises(RequestError):
            waterfall(paid, back, years, TIERS)
