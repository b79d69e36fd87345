"""The money side of a case file: a company's yearly figures, and the value at which a holder carries a stake (spec/deal 1.1, 10)."""

from __future__ import annotations

from typing import Any

from crosshold.formats.fields import Fields

MONEY = ("earnings", "ebitda", "net_debt", "net_assets", "distributable", "dividend_per_share")
"""Amounts of one company in its currency; earnings, EBITDA and the dividend are of the year that ends on ``date``."""
RATIOS = ("cash_yield", "tax_rate", "return_on_equity")
FLAGS = ("covenant_counts_dividends", "plan_disclosed")
NOT_NEGATIVE = ("distributable", "dividend_per_share")
_EVIDENCE = ("source", "confidence", "known_on", "note", "illustrative")
_POLICY_MONEY = ("listed", "unlisted", "deemed", "retained")
POLICY = (*_POLICY_MONEY, "issues", "growth", "tax_rate", "years", "names")
NAME = ("value", "cost", "limit", "from_year", "needs")
BOOK = ("reserves", "policy", "influence", "board_seat_lost_on", "fair_value")


def financials(row: Fields, currency: str) -> dict[str, Any] | None:
    """One company's figures as exact numbers; what is not said is not there."""
    row.only(("date", "currency", *MONEY, *RATIOS, *FLAGS, "policy", *_EVIDENCE))
    day = row.day("date")
    if not row.require("date") or day is None:
        return None
    found: dict[str, Any] = {"date": day, "currency": row.text("currency", currency) or currency}
    found |= {key: row.money(key) for key in MONEY}
    found |= {key: row.ratio(key) for key in RATIOS}
    found |= {key: row.flag(key) for key in FLAGS}
    found |= {key: row.text(key) for key in ("source", "confidence")}
    for key in NOT_NEGATIVE:
        if found[key] is not None and found[key] < 0:
            row.fault("E_NEG_QTY", f"{key}: {found[key]} is negative.", "Write 0 when there is nothing.", key)
    if (inner := row.child("policy")) is not None:
        found["policy"] = _policy(inner)
    return {key: value for key, value in found.items() if value is not None}


def _policy(row: Fields) -> dict[str, Any]:
    """Policy shareholdings at the year-end, and what a path to less of them needs."""
    row.only(POLICY)
    row.require("listed")
    found: dict[str, Any] = {key: row.money(key) for key in _POLICY_MONEY}
    found |= {"issues": row.whole("issues"), "years": row.whole("years")}
    found |= {key: row.ratio(key) for key in ("growth", "tax_rate")}
    names = row.named("names")
    for label, name in names.items():
        name.only(NAME)
        name.require("value", "cost")
        if name.text("needs") is not None and name.text("needs") not in names:
            name.fault(
                "C_UNKNOWN_ENTITY", f"{label} waits for {name.text('needs')!r}, which is not listed.", "Check it.", "needs"
            )
    if names:
        found["names"] = {label: _name(name) for label, name in names.items()}
    return {key: value for key, value in found.items() if value is not None}


def _name(row: Fields) -> dict[str, Any]:
    found = {"value": row.money("value"), "cost": row.ratio("cost"), "limit": row.money("limit")}
    found |= {"from_year": row.whole("from_year"), "needs": row.text("needs")}  # type: ignore[dict-item]
    return {key: value for key, value in found.items() if value is not None}


def book(row: Fields) -> None:
    """A stake in the books of its holder: method, carrying value, reserves to recycle, and what was judged about influence."""
    row.only(("holder", "issuer", "method", "carrying", "currency", "date", *BOOK, *_EVIDENCE))
    row.require("holder", "issuer", "method", "carrying", "currency", "date")
    row.choice("method", ("equity", "fair_value", "cost", "consolidated"))
    row.choice("influence", ("kept", "lost")), row.choice("fair_value", ("oci", "profit"))
    row.money("carrying"), row.money("reserves"), row.flag("policy")
    row.day("date"), row.day("board_seat_lost_on")
