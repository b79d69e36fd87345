"""The parts of a case file that are no statements: prices, cash, financials, books, contracts, overlays, watch lines, facts, rules ...

Each becomes a record with the day from which it was known; law and deals read them in the words of the case file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from crosshold.errors import did_you_mean
from crosshold.formats.case_contracts import contract, known_party, overlay, parties
from crosshold.formats.case_financials import book, financials
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document
from crosshold.model.exchange import EXCHANGES
from crosshold.model.share import BASES
from crosshold.model.snapshot import Price, Rate, RuleChoice

MARKET = ("k", "floor", "y", "delta")
"""Coefficients of the price models that a case calibrates for one company, beside its volume and volatility."""
_EVIDENCE = ("source", "confidence", "known_on", "note", "illustrative")

Named = Callable[[str], dict[str, Fields]]
Dated = tuple[date | None, Any]


def record_maps(named: Named, currency: str, known: set[str], illustrative: set[str]) -> dict[str, dict[str, Dated]]:
    """Prices, rates, cash, market data, financials by entity, each with its ``known_on``; ``illustrative`` collects rows marked so."""
    found: dict[str, dict[str, Dated]] = {part: {} for part in ("prices", "fx", "cash", "market", "financials")}
    readers = {"prices": _price, "fx": _rate, "cash": _cash, "market": _market, "financials": financials}
    for part, reader in readers.items():
        for name, row in named(part).items():
            if part != "fx":
                known_party(row, name, known)
            elif len(name) != 6 or not name.isalpha() or not name.isupper():
                row.fault("C_BAD_VALUE", f"{name!r} is no currency pair.", "Write six capitals: EURJPY is JPY per EUR.")
            if row.flag("illustrative"):
                illustrative.add(f"{part}.{name}")
            value = reader(row, currency)
            if value is not None:
                found[part][name] = (row.day("known_on"), value)
    return found


def _price(row: Fields, currency: str) -> Price | None:
    row.only(("value", "currency", "date", *_EVIDENCE))
    value, day = _positive(row), row.day("date")
    if not row.require("value", "date") or value is None or day is None:
        return None
    return Price(value, row.text("currency", currency) or currency, day, row.text("source"), row.text("confidence"))


def _rate(row: Fields, currency: str) -> Rate | None:
    row.only(("value", "date", *_EVIDENCE))
    value, day = _positive(row), row.day("date")
    if not row.require("value", "date") or value is None or day is None:
        return None
    return Rate(value, day, row.text("source"), row.text("confidence"))


def _positive(row: Fields) -> Decimal | None:
    value = row.money("value")
    if value is not None and value <= 0:
        row.fault("C_BAD_NUMBER", f"{value} is not above 0.", "Prices and rates are above 0.", "value")
        return None
    return value


def _cash(row: Fields, currency: str) -> dict[str, Any] | None:
    row.only(("amount", "currency", *_EVIDENCE))
    amount = row.money("amount")
    row.require("amount")
    return None if amount is None else {row.text("currency", currency) or currency: amount}


def _market(row: Fields, currency: str) -> dict[str, Any]:
    row.only(("adv", "volatility", "calendar", *MARKET, *_EVIDENCE))
    values: dict[str, Any] = {"adv": row.whole("adv"), "calendar": row.choice("calendar", EXCHANGES)}
    for key in ("volatility", *MARKET):
        values[key] = row.ratio(key)
        if values[key] is not None and values[key] < 0:
            row.fault("C_BAD_NUMBER", f"{key}: {row.data[key]} is negative.", "Write 0 or more.", key)
    return {key: value for key, value in values.items() if value is not None}


def record_lists(top: Fields, known: set[str]) -> dict[str, list[Dated]]:
    """Books, contracts, overlays, watch lines and facts, each with its ``known_on``."""
    readers = {"books": _book, "contracts": contract, "overlays": overlay, "watch": _watch, "facts": _fact}
    found: dict[str, list[Dated]] = {}
    for part, reader in readers.items():
        seen: set[str] = set()
        found[part] = []
        for row in top.children(part):
            reader(row, known)
            label = row.text("id") or row.text("name")
            if label and label in seen:
                row.fault("C_DUPLICATE_ID", f"the id {label!r} stands twice under {part}.", "Give each its own id.", "id")
            seen.add(label or "")
            record = {key: value for key, value in row.data.items() if key != "known_on"}
            found[part].append((row.day("known_on"), record))
    return found


def _book(row: Fields, known: set[str]) -> None:
    book(row)
    parties(row, known, "holder", "issuer")


def _watch(row: Fields, known: set[str]) -> None:
    row.only(("name", "issuer", "holders", "basis", "op", "at", "note", "known_on"))
    row.require("name", "issuer", "holders", "op", "at")
    parties(row, known, "issuer")
    for name in row.names("holders"):
        if name not in known:  # a trustee or vehicle that a plan brings in later can be watched from the start
            message = f"the line {row.text('name')!r} watches {name!r}, who holds nothing yet."
            row.fault("W_WATCH_NEWCOMER", message, f"If that is a slip: {did_you_mean(name, known)}", "holders")
    if row.text("basis") not in BASES:
        row.fault(
            "E_BASIS_AMBIGUOUS", f"watch {row.text('name')}: a share of what?", f"Add 'basis': {', '.join(BASES)}.", "basis"
        )
    row.choice("op", (">", ">=", "<", "<="))
    for n, value in enumerate(row.items("at")):
        row.ratio_of(value, "at", n)


def _fact(row: Fields, known: set[str]) -> None:
    row.require("fact")
    row.partial_day("date")
    if str(row.data.get("fact")) in ("shares_cancelled", "shares_sold"):
        row.require("date", "shares"), row.whole("shares")


def rule_choice(row: Fields | None, beside: Document | None) -> RuleChoice:
    """Which rules the case runs; without the key, only those that stand ``beside`` the case file, its own rows."""
    if row is None:
        return RuleChoice(rows=beside)
    row.only(("packs", "only", "settings", "accept", "rows"))
    settings = row.child("settings")
    only = row.names("only") if row.data.get("only") is not None else None
    own = row.items("rows")
    if own and beside is not None:
        message = f"the case has rules of its own here and in {beside.name}."
        row.fault("C_DUPLICATE_KEY", message, "Keep them in one place.", "rows")
    rows = row.document.part(*row.path, "rows") if own else beside
    return RuleChoice(row.names("packs"), only, dict(settings.data) if settings else {}, row.names("accept"), rows)
