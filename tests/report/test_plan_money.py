"""What a reader of ``simulate`` sees of the money: the numbers of the finance pack, and what is missing."""

from __future__ import annotations

import pytest

from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import read
from crosshold.report.planning import outcome as lines

CASE = """\
crosshold: case/1
at: 2020-01-28
groups: {pair: [N, R]}
issuers: {N: {issued: 1000}, R: {issued: 1000}}
lots:
  - {id: r, issuer: N, holder: R, shares: 400}
  - {id: n, issuer: R, holder: N, shares: 150}
prices: {N: {value: "5", date: 2020-01-28}, R: {value: "10", date: 2020-01-28}}
cash: {N: {amount: "2000"}}
financials:
  N: {date: 2019-12-31, earnings: "1000", cash_yield: "0.01", tax_rate: "0.25"}
  R: {date: 2019-12-31, net_debt: "1000", ebitda: "500", net_assets: "20000", policy: {listed: "5000"}}
books: [{holder: R, issuer: N, method: equity, carrying: "4000", policy: true, currency: EUR, date: 2019-12-31}]
"""
BUY = {"id": "b", "type": "buyback", "issuer": "N", "fills": {"R": 250}, "cancel": True}


@pytest.fixture(scope="module")
def told() -> str:
    snapshot = from_document(read(CASE, "case.yaml")).at()
    result = simulate(snapshot, Plan.read({"steps": [BUY], "group": "pair"}))
    return " ".join(" ".join(lines(result, snapshot)).split())


@pytest.mark.parametrize(
    "said",
    [
        "cash in: R 1,250.00 EUR before tax, which is unknown (gross 1,250.00)",
        "earnings per share of N: 1.0000 to 1.3208 EUR (+32.08 %), figures of 2019-12-31",  # 1000 - 9.375 over 750
        "net debt of R since the start: 1,000.00 to -250.00 EUR, -0.50 times EBITDA",
        "free float of N: 80.00 % of issued, 80.00 % of exercisable votes (strategic-5)",  # R keeps 150 of 750
        "power in N: dispersed holders (~float) +",
        "b R in N 1,250.00 2,500.00 -1,250.00 250.00 -1,000.00 EUR",  # a fifth of 250 shares bought 5 below carrying comes back
        "Cash of the group: 0.00 EUR (from outside 0.00, paid out for shares 0.00, costs 0.00); 1,250.00 EUR went round inside",
        "leverage (N)",
    ],
)
def test_the_money_is_told_in_plain_lines(told: str, said: str) -> None:
    assert said in told


def test_nothing_is_said_of_money_where_none_moves() -> None:
    snapshot = from_document(read(CASE, "case.yaml")).at()
    plain = "\n".join(lines(simulate(snapshot, Plan.read({"steps": []})), snapshot))
    assert "book value" not in plain and "Not computed" not in plain


def test_the_end_of_the_equity_method_and_the_policy_ratio_are_told() -> None:
    snapshot = from_document(read(CASE, "case.yaml")).at()
    sell = {"id": "s", "type": "sell", "issuer": "N", "holder": "R", "shares": 210, "impact": "0.02", "date": "2024-01-01"}
    text = " ".join(" ".join(lines(simulate(snapshot, Plan.read({"steps": [sell]})), snapshot)).split())
    # 190 kept at 5, 1029 came in, 4000 was carried
    assert "equity method ends: POSSIBLE for R in N (below 20 % of votes); gain -2,021.00 EUR" in text
    assert "(gross 1,050.00 - impact 21.00)" in text
    assert "policy shareholdings of R: 25.00 % to" in text and "ISS-JP" in text
