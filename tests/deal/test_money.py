"""Ledger, market, finance, viability, verdicts: small numbers checked by hand or by identity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.deal import finance, market, viability
from crosshold.deal.exact import number
from crosshold.deal.ledger import Ledger, largest_remainder, rate, rounded, shown, split_votes
from crosshold.deal.stress import verdict
from crosshold.errors import RequestError
from crosshold.model.snapshot import Rate

DAY = date(2020, 1, 28)
FX = {"EURJPY": Rate(Decimal("120.02"), DAY)}


def code(error: pytest.ExceptionInfo[RequestError]) -> str:
    return error.value.findings[0].code


@given(st.fractions(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_rounding_is_half_even_to_the_minor_unit(amount: Fraction, currency: str) -> None:
    unit = Fraction(1, 10 ** {"EUR": 2, "JPY": 0, "KWD": 3}[currency])
    result = rounded(amount, currency)
    assert abs(Fraction(result) - amount) <= unit / 2
    if abs(Fraction(result) - amount) == unit / 2:
        assert (Fraction(result) / unit) % 2 == 0
    assert "E" not in shown(result, currency)


@given(st.integers(0, 10**12), st.dictionaries(st.text("abc~", min_size=1), st.integers(0, 10**9), min_size=1))
def test_largest_remainder_shares_out_all_of_it(total: int, weights: dict[str, int]) -> None:
    parts = largest_remainder(total, weights)
    whole = sum(weights.values())
    assert sum(parts.values()) == (total if whole else 0)
    assert all(abs(parts[w] - Fraction(total * weights[w], whole)) < 1 for w in weights if whole)


def test_ties_of_the_largest_remainder_go_by_holder_id() -> None:
    assert largest_remainder(1, {"b": 1, "a": 1}) == {"b": 0, "a": 1}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10), st.integers(2, 5))
def test_splitting_an_aggregate_gives_back_its_shares_and_votes(loyal: int, plain: int, base: int, multiple: int) -> None:
    split = split_votes(loyal + plain, loyal * base * multiple + plain * base, base=base, multiple=multiple)
    assert (split.loyal, split.plain) == (loyal, plain)


def test_rates_are_quoted_pairs_or_their_inverse_and_never_of_a_later_day() -> None:
    assert rate(FX, "EUR", "JPY", DAY) == Fraction("120.02")
    assert rate(FX, "JPY", "EUR", DAY) == 1 / Fraction("120.02")
    with pytest.raises(RequestError) as missing:
        rate(FX, "EUR", "USD", DAY)
    assert code(missing) == "E_FX_MISSING"
    with pytest.raises(RequestError) as future:
        rate(FX, "EUR", "JPY", date(2020, 1, 27))
    assert code(future) == "E_FUTURE_DATA"


def test_a_payment_in_a_currency_that_is_lacking_is_changed_first_by_two_entries() -> None:
    ledger = Ledger({"N": {"JPY": Decimal(300)}}, FX, DAY)
    ledger.pay("N", "J", Decimal(2), "EUR", "contribution")
    assert [(e.payer, e.payee, str(e.amount), e.currency) for e in ledger.entries] == [
        ("N", "@fx", "240", "JPY"),
        ("@fx", "N", "2.00", "EUR"),
        ("N", "J", "2.00", "EUR"),
    ]
    assert ledger.balance("N", "JPY") == 60 and ledger.balance("N", "EUR") == 0
    ledger.pay("N", "J", Decimal(1), "EUR", "contribution")  # 60 JPY buy 0.50 EUR, the rest is overdrawn
    assert ledger.balance("N", "JPY") == 0 and ledger.balance("N", "EUR") == Decimal("-0.50")
    assert ledger.worth("J", "EUR") == Decimal("3.00")


def test_nothing_is_booked_for_zero_or_to_oneself() -> None:
    ledger = Ledger({}, FX, DAY)
    ledger.post("A", "A", Decimal(5), "EUR", "price")
    ledger.post("A", "B", Fraction(1, 1000), "EUR", "price")
    assert ledger.entries == [] and ledger.accounts() == {}


def test_the_examples_of_the_impact_models() -> None:
    found = market.impact(10, 1, 0.018)
    assert isclose(found.peak, 0.0398, abs_tol=5e-5) and isclose(found.average, 0.0266, abs_tol=5e-5)
    assert "speed" in found.to_dict()["note"]
    assert market.block_discount(1, 10**9) == 0.005
    assert isclose(market.block_discount(39, 1, k="0.0073", floor=0), 0.0456, abs_tol=1e-4)
    with pytest.raises(RequestError):
        market.block_discount(1, 0)
    table = market.tranches(100_000_000, 10_000_000, theta=0.1, volatility="0.25", lock_up_years=60 / 250, most=4)
    for k, percent in enumerate((2.309, 2.245, 2.246, 2.300), 1):
        assert isclose(table.table[k] * 100, percent, abs_tol=1e-3)
    assert isclose(table.closed_form, 3.3, abs_tol=0.05) and table.best == table.to_dict()["best"] == 2


def test_the_schedule_without_risk_aversion_has_equal_slices() -> None:
    flat = market.schedule(
        1000, horizon=5, periods=5, volatility=0.95, epsilon=0.06, gamma=2.5e-7, eta=2.5e-6, risk_aversion=0.0
    )  # fmt: skip
    assert flat.whole_trades == (200,) * 5 and isclose(flat.equal_slices_over_optimum, 1)
    assert flat.left[-1] == 0 and isclose(sum(flat.trades), 1000)
    for bad in ({"gamma": 1.0}, {"periods": 0}):
        with pytest.raises(RequestError):
            market.schedule(
                **{"shares": 1, "horizon": 5, "periods": 5, "volatility": 1.0, "epsilon": 0.0, "gamma": 0.0, "eta": 1e-6,
                   "risk_aversion": 0.0} | bad
            )  # fmt: skip


@given(st.integers(1, 10**9), st.integers(2, 10**9), st.fractions(0, Fraction(99, 100)))
def test_cancelling_takes_one_over_one_less_t_times_as_many_shares(held: int, rest: int, target: Fraction) -> None:
    issued = held + rest
    sold = finance.exit_quantity(held, issued, str(target), route="market")
    cancelled = finance.exit_quantity(held, issued, str(target), route="cancel")
    assert isinstance(sold.exact, Fraction) and isinstance(cancelled.exact, Fraction)
    assert cancelled.exact == sold.exact / (1 - target)
    assert isinstance(sold.shares, int) and isinstance(cancelled.shares, int)
    assert Fraction(held - sold.shares, issued) <= target or sold.shares == 0
    assert sold.shares == 0 or Fraction(held - sold.shares + 1, issued) > target  # one share fewer misses the target
    assert cancelled.shares == 0 or Fraction(held - cancelled.shares, issued - cancelled.shares) <= target


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 10**6), st.fractions(0, 10**9), st.fractions(0, 10**4))
def test_the_equity_method_identity(sold: int, kept: int, rest: int, equity: Fraction, price: Fraction) -> None:
    held, issued = sold + kept, sold + kept + rest
    loss = finance.equity_method_loss(held, issued, sold, equity, price)
    before, after = Fraction(held, issued), Fraction(held - sold, issued - sold)
    assert loss.with_cancellation == before * equity - after * (equity - price * sold) - price * sold
    assert loss.with_cancellation == (1 - after) * sold * (equity / issued - price)


@given(st.integers(2, 10**6), st.integers(1, 10**6), st.fractions(1, 10**9))
def test_a_buy_back_at_value_leaves_the_value_of_a_share(rest: int, bought: int, value: Fraction) -> None:
    """I6: (V - p q) / (n - q) = V / n iff p = V / n."""
    n = rest + bought
    assert (value - value / n * bought) / (n - bought) == value / n
    assert (value - (value / n + 1) * bought) / (n - bought) < value / n


def test_small_formulas_of_the_finance_pack() -> None:
    crossing = finance.passive_crossing(15, 100, "0.20")
    assert crossing.cancelled_exact == 25 and crossing.fraction == Fraction(1, 4)
    assert finance.passive_crossing(50, 100, "0.30").cancelled_exact == 0
    eps = finance.eps_after_buyback(700_000_000, 4_220_700_000, 200_000_000, 5, yield_on_cash="0.005", tax="0.30")
    assert isclose(eps.before, 0.16585, abs_tol=1e-5) and isclose(eps.after, 0.17323, abs_tol=1e-5) and eps.accretive
    assert finance.fair_value_switch(10, "5", 60, proceeds=20, recycled=-3).gain == 7
    prices = finance.share_prices({"A": 100, "B": 50}, {"A": 10, "B": 10}, [["A", "B", 5]])
    assert prices.value == {"A": 125, "B": 50} and prices.price["A"] == Fraction(25, 2)
    with pytest.raises(RequestError, match="E_SINGULAR"):
        finance.look_through({"A": 1, "B": 1}, [["A", "B", 1], ["B", "A", 1]])
    with pytest.raises(RequestError, match="C_UNKNOWN_ENTITY"):
        finance.circular_value({"A": 1}, [["A", "B", "1/2"]])
    for bad in ({"route": "air"}, {"target": 1}, {"target": "lots"}):
        with pytest.raises(RequestError):
            finance.exit_quantity(**{"held": 1, "issued": 2, "target": "1/2"} | bad)  # type: ignore[arg-type]


def test_which_base_finds_the_old_denominator() -> None:
    before = {"held": 1831837027, "issued": 4220715112, "treasury": 0}
    after = {"held": 1620837027, "issued": 4009715112, "treasury": 0}
    right = finance.which_base("0.4042", 2, before, after, "R", "N")
    assert {(m.numerator, m.denominator) for m in right.matches} == {("after", "after")} and not right.findings
    old = finance.which_base("0.3840", 2, before, after, "R", "N")
    assert [f.code for f in old.findings] == ["W_OLD_DENOMINATOR"] and "40.42 % of issued" in old.findings[0].message
    assert finance.which_base("0.99", 2, before, after, "R", "N").to_dict()["matches"] == []


def test_which_base_finds_votes_and_the_treasury() -> None:
    # 30 of 100 shares, 10 of them own; 60 of 120 votes, of which 40 of 80 can be exercised
    before = {"held": 35, "issued": 100, "treasury": 0}
    after = {"held": 30, "issued": 100, "treasury": 10, "gross_votes": [60, 120], "exercisable_votes": [30, 80]}
    found = {
        said: [m.basis for m in finance.which_base(said, 1, before, after, "R", "N").matches]
        for said in ("0.333", "0.5", "0.375")
    }
    assert found == {"0.333": ["outstanding"], "0.5": ["gross_votes"], "0.375": ["exercisable_votes"]}
    old = finance.which_base("0.300", 1, {**before, "issued": 100, "held": 31}, {**after, "issued": 90}, "R", "N")
    assert "37.5 % of exercisable_votes" in old.findings[0].message and "33.3 % of issued" in old.findings[0].message


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_balance_is_symmetric_and_none_without_mutual_power(a: Fraction, b: Fraction) -> None:
    value = viability.balance(a, b)
    assert value == viability.balance(b, a)
    assert (value is None) == (a == b == 0)
    assert value is None or 0 <= value <= 1


def test_viability_numbers() -> None:
    assert viability.balance("0.434", 0) == 0 and viability.balance("0.3", "0.1") == Fraction(1, 2)
    assert viability.hostage_balance(0, 0) is None and viability.hostage_balance(1, 4) == Fraction(1, 4)
    line = "0.25"  # at Q = 2/3 and u = 75 % the line is 25 % of all votes
    assert not viability.blocking(line, "0.75", "2/3") and viability.blocking(line, "0.75", "2/3", strict=True)
    assert viability.blocking("0.2500001", "0.75", "2/3")
    n = 4_220_715_112
    assert isclose(viability.takeover_cost(n, 5, threshold="0.30", premium="0.30", strict=False).cost, 8.23e9, rel_tol=1e-3)
    majority = viability.takeover_cost(n, 5, premium="0.30")
    assert majority.shares == n // 2 + 1 and isclose(majority.cost, 13.72e9, rel_tol=1e-3)
    assert viability.takeover_cost(100, 1, held=60).to_dict() == {"shares": 0, "cost": 0.0}
    assert isclose(viability.free_vote_bar(100, 20, "2/3", "1/2") or 0, 0.7083, abs_tol=1e-4)
    assert viability.free_vote_bar(100, 20, "1/2", 1) == Fraction(3, 8)
    assert viability.free_vote_bar(10, 10, "1/2") is None
    found = viability.independence({"A": "0.5", "B": "0.2"}, {"A": "0.4", "B": "0.2", "C": "0.1"}, turnout="0.9")
    assert (found.independence, found.strongest, found.holders_for_majority) == (Fraction(1, 2), "A", 2)
    assert found.to_dict()["independence"] == 0.5
    with pytest.raises(RequestError):
        viability.balance(-1, 1)
    with pytest.raises(RequestError):
        viability.blocking("0.3", 0)


@given(st.integers(0, 20), st.integers(0, 20), st.sampled_from([">", ">=", "<", "<="]), st.integers(0, 40), st.booleans())
def test_a_verdict_is_what_all_values_of_the_interval_say(low: int, width: int, op: str, line: int, closed: bool) -> None:
    high = low + width
    values = [Fraction(low) + Fraction(k, 8) for k in range(width * 8 + 1)]
    inside = values if closed or width == 0 else values[:-1]
    tests = [{">": v > line / 2, ">=": v >= line / 2, "<": v < line / 2, "<=": v <= line / 2}[op] for v in inside]
    expected = "CERTAIN" if all(tests) else "POSSIBLE" if any(tests) else "IMPOSSIBLE"
    assert verdict(low, high, op, Fraction(line, 2), closed_high=closed) == expected


def test_numbers_and_verdicts_that_make_no_sense_are_refused() -> None:
    assert number(0.1) == Fraction(1, 10)
    for call in (lambda: number("much"), lambda: verdict(2, 1, ">", 0), lambda: verdict(1, 2, "~", 0)):
        with pytest.raises(RequestError):
            call()
