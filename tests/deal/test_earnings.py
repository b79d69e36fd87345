"""Earnings per share, loss on disposal, and the numbers of the finance pack's examples."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.deal import finance
from crosshold.deal.ledger import rounded
from crosshold.errors import RequestError


def test_the_example_of_sources_and_uses() -> None:
    shares = finance.exit_quantity(1_831_837_027, 4_220_715_112, "0.15").shares
    assert shares == 1_198_729_761
    gross = rounded(Fraction(5) * 1_198_729_761, "EUR")
    discount, fees = rounded(Fraction(gross) * 3 / 100, "EUR"), rounded(Fraction(gross) * 4 / 1000, "EUR")
    assert [round(float(x) / 1e6, 2) for x in (gross, discount, fees, gross - discount - fees)] == [
        5993.65,
        179.81,
        23.97,
        5789.86,
    ]
    carrying = Fraction(20_622_000_000, 1_831_837_027)
    assert round(float(carrying), 2) == 11.26
    assert round(float(carrying * 1_198_729_761 - Fraction(gross - discount - fees)) / 1e6, 1) == 7704.9


def test_the_example_of_a_buy_back_lifts_earnings_per_share_by_4_45_percent() -> None:
    found = finance.eps_after_buyback(700_000_000, 4_220_700_000, 200_000_000, 5, yield_on_cash="0.005", tax="0.30")
    assert round(float(found.after / found.before - 1) * 100, 2) == 4.45


@given(st.integers(1, 10**6), st.integers(2, 10**6), st.data(), st.fractions(0, 100), st.fractions(0, 1), st.fractions(0, 1))
def test_a_buy_back_is_accretive_when_the_earnings_yield_beats_the_cash_yield(
    earnings: int, shares: int, data: st.DataObject, price: Fraction, y: Fraction, t: Fraction
) -> None:
    bought = data.draw(st.integers(1, shares - 1))
    found = finance.eps_after_buyback(earnings, shares, bought, price, yield_on_cash=y, tax=t)
    assert found.accretive == (Fraction(earnings, shares) > y * (1 - t) * price)


def test_the_example_of_reciprocal_shares() -> None:
    found = finance.reciprocal_shares(295_722_000, 4_549_000, [("0.434", 44_358_000)])
    assert round(float(found) / 1e6, 2) == 271.92


def test_a_seller_sees_income_and_share_count_apart() -> None:
    found = finance.eps_after_sale(1000, 200, 210, equity_income_lost=100, net_cash=2000, yield_on_cash="0.01", tax="0.25")
    assert found.interest_gained == 15 and found.before == 5
    assert found.income == Fraction(915, 200) and found.share_count == Fraction(1000, 210) and found.after == Fraction(915, 210)
    assert not found.accretive
    with pytest.raises(RequestError, match="E_LAST_SHARE"):
        finance.eps_after_sale(1, 0, 1, equity_income_lost=0, net_cash=0, yield_on_cash=0, tax=0)


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.fractions(0, 10**9),
    st.fractions(0, 10**4),
)
def test_a_leak_uses_the_shares_bought_for_the_stake_and_the_shares_sold_for_the_cash(
    sold: int, kept: int, leak: int, rest: int, equity: Fraction, price: Fraction
) -> None:
    held, issued = sold + kept, sold + kept + leak + rest
    loss = finance.equity_method_loss(held, issued, sold, equity, price, bought=sold + leak)
    before, after = Fraction(held, issued), Fraction(kept, issued - sold - leak)
    assert loss.stake_after == after
    assert loss.with_cancellation == before * equity - after * (equity - price * (sold + leak)) - price * sold
    assert loss.without == sold * (equity / issued - price) and loss.given_back == loss.without - loss.with_cancellation
    if not leak:
        assert loss.with_cancellation == (1 - after) * loss.without


def test_shares_that_do_not_fit_are_refused() -> None:
    for bad in ({"bought": 4}, {"bought": 100}, {"sold": 50}, {"held": 100, "issued": 100, "sold": 5, "bought": 8}):
        with pytest.raises(RequestError, match="E_INSUFFICIENT"):
            finance.equity_method_loss(**{"held": 40, "issued": 100, "sold": 5, "equity": 1, "price": 1} | bad)


def test_leverage_understated_by_cross_holdings_shows_in_the_look_through() -> None:
    """Debt of a company held 40 % counts 40 %; nothing is lost or made in a ring: outsiders bear all of it."""
    debts = finance.look_through({"A": 10, "B": 30}, [["A", "B", "2/5"], ["B", "A", "1/5"]])
    assert debts.firm["A"] == (10 + Fraction(2, 5) * 30) / (1 - Fraction(2, 25)) and debts.outside_total == 40
    assert isclose(float(debts.firm["A"]), 23.913, abs_tol=1e-3)
