"""What a step means for books and distributable profits; numbers by hand or from the identity of spec/deal 10."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from crosshold.deal.finance import equity_method_loss
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import Outcome, simulate
from crosshold.errors import PlanError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, Snapshot

DAY = date(2020, 1, 28)
EUR = {"value": "5", "currency": "EUR"}
BOOK = {"holder": "R", "issuer": "N", "method": "equity", "carrying": "4000", "currency": "EUR", "date": "2019-12-31"}
BUY = {"id": "buy", "type": "buyback", "issuer": "N", "fills": {"R": 100, "~float": 50}, "price": EUR, "cancel": True}


def state(**parts: Any) -> Snapshot:
    base: dict[str, Any] = {
        "at": DAY,
        "entities": {name: Entity(name) for name in ("N", "R", "~float")},
        "issuers": {"N": Issuer("N", 1000)},
        "lots": Lots([Lot("r", "N", "R", 400), Lot("f", "N", "~float", 600, votes=600)]),
        "cash": {"N": {"EUR": Decimal(10_000)}},
        "fx": {"EURJPY": Rate(Decimal(120), DAY)},
        "prices": {"N": Price(Decimal(5), "EUR", DAY)},
    }
    return Snapshot(**(base | parts))


def run(*steps: dict[str, Any], **parts: Any) -> Outcome:
    return simulate(state(**parts), Plan.read({"steps": list(steps)}))


def test_a_buy_back_with_a_leak_books_both_terms_of_the_identity() -> None:
    outcome = run(BUY, books=(BOOK,))
    (booking,) = outcome.steps[0].bookings
    # carrying 10 a share, paid 5: 500 lost on what is sold; 300 of 850 keep their part of 150 shares bought 5 below carrying
    assert booking.gain == -500 and booking.given_back == Fraction(300, 850) * 150 * 5
    identity = equity_method_loss(400, 1000, 100, 10_000, 5, bought=150)
    assert booking.result == -identity.with_cancellation and booking.gain == -identity.without
    assert outcome.snapshot.books[0]["carrying"] == "3264.71"  # 3000 + 264.71
    row = booking.to_dict()
    assert (row["gain"], row["gain_per_share"], row["given_back"], row["result"]) == ("-500.00", "-5.00", "264.71", "-235.29")
    (finding,) = [f for f in outcome.findings if f.code == "W_BOOK_LOSS"]
    assert "500.00" in finding.message and "264.71" in finding.message and "-235.29" in finding.message


def test_shares_kept_in_the_treasury_give_nothing_back() -> None:
    outcome = run({**BUY, "cancel": False}, books=(BOOK,))
    assert outcome.steps[0].bookings[0].given_back == 0 and outcome.snapshot.books[0]["carrying"] == "3000.00"


def test_reserves_are_recycled_with_the_part_that_goes() -> None:
    sell = {"id": "s", "type": "sell", "issuer": "N", "holder": "R", "shares": 100, "price": EUR}
    outcome = run(sell, books=({**BOOK, "reserves": "-80"},))
    (booking,) = outcome.steps[0].bookings
    assert booking.recycled == -20 and booking.result == -520
    assert outcome.snapshot.books[0]["reserves"] == "-60.00"
    fair = run(sell, books=({**BOOK, "reserves": "-80", "method": "fair_value"},))
    assert fair.steps[0].bookings[0].recycled == 0


def figures(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"N": {"date": date(2019, 12, 31), "currency": currency, "distributable": Decimal(amount)}}


def test_a_buy_back_above_distributable_profits_is_refused_and_the_state_before_is_kept() -> None:
    with pytest.raises(PlanError) as caught:
        run({**BUY, "id": "first"}, {**BUY, "id": "second"}, financials=figures("1499"))
    (fault,) = [f for f in caught.value.findings if f.code == "E_DISTRIBUTABLE"]
    assert "EUR 750.00" in fault.message and "749.00" in fault.message and fault.where == "step second"
    assert [s.step.id for s in caught.value.outcome.steps] == ["first"]  # type: ignore[attr-defined]


def test_profits_that_suffice_are_used_up_to_the_last_cent_in_their_own_currency() -> None:
    outcome = run({**BUY, "id": "first"}, {**BUY, "id": "second"}, financials=figures("180000", "JPY"))  # 750 EUR are 90,000 JPY
    assert outcome.snapshot.financials["N"]["distributable"] == 0
    with pytest.raises(PlanError, match="E_DISTRIBUTABLE"):
        run({**BUY, "id": "first"}, {**BUY, "id": "second"}, financials=figures("179999", "JPY"))


def test_dividends_are_paid_from_the_same_profits() -> None:
    pay = {"id": "d", "type": "dividend", "issuer": "N", "per_share": {"value": "1", "currency": "EUR"}}
    assert run(pay, financials=figures("1000")).snapshot.financials["N"]["distributable"] == 0
    with pytest.raises(PlanError, match="E_DISTRIBUTABLE"):
        run(pay, financials=figures("999.99"))


def test_a_company_without_figures_is_not_held_back() -> None:
    assert run(BUY).steps and run(BUY, financials={"N": {"date": DAY, "currency": "EUR"}}).steps
