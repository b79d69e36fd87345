"""The parts of a case file that are no statements: prices, cash, financials, books, contracts, overlays, watch lines, facts, rules ...

Each becomes a record with the day from which it was known; law and deals read them in the words of the case file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from crosshold.errors import did_you_mean
from crosshold.formats.case_financials import book, financials
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document
from crosshold.model.share import BASES
from crosshold.model.snapshot import Price, Rate, RuleChoice

_COMMON = ("id", "kind", "issuer", "holder", "from", "until", "source", "confidence", "note", "lapses_if", "known_on")
CONTRACTS: dict[str, tuple[str, ...]] = {
    # kind of contract: its own keys
    "blackout": (),
    "lock_up": ("floor", "basis"),
    "no_sale_to": ("parties",),
    "right_to_buy": ("opens_on", "window_months"),
    "rofo": ("beneficiary", "window_days", "tail_days"),
    "standstill": ("cap", "basis", "passive"),
    "voting_agreement": ("parties", "follow"),
    "voting_cap": ("share", "share_high_quorum", "of", "surplus", "ordinary", "special", "meetings", "except"),
}
LAPSES = ("bid_for", "contract_changed", "contract_event", "crosses", "votes_released")
OVERLAYS = ("abstain", "cap", "directed", "neutral", "removed")
_OVERLAY_KEYS = ("lot", "share", "of", "ordinary", "special", "matters", "surplus")
_RATIOS = ("share", "share_high_quorum", "cap", "floor", "ordinary", "special")
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
                _known(row, name, known)
            elif len(name) != 6 or not name.isalpha() or not name.isupper():
                row.fault("C_BAD_VALUE", f"{name!r} is no currency pair.", "Write six capitals: EURJPY is JPY per EUR.")
            if row.flag("illustrative"):
                illustrative.add(f"{part}.{name}")
            value = reader(row, currency)
            if value is not None:
                found[part][name] = (row.day("known_on"), value)
    return found


def _known(row: Fields, name: str, known: set[str], *key: str) -> None:
    if name not in known:
        row.fault("C_UNKNOWN_ENTITY", f"{name!r} is nowhere in this case.", did_you_mean(name, known), *key)


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
    row.only(("adv", "volatility", "calendar", *_EVIDENCE))
    values = {"adv": row.whole("adv"), "volatility": row.ratio("volatility"), "calendar": row.text("calendar")}
    return {key: value for key, value in values.items() if value is not None}


def record_lists(top: Fields, known: set[str]) -> dict[str, list[Dated]]:
    """Books, contracts, overlays, watch lines and facts, each with its ``known_on``."""
    readers = {"books": _book, "contracts": _contract, "overlays": _overlay, "watch": _watch, "facts": _fact}
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


def _parties(row: Fields, known: set[str], *keys: str) -> None:
    for key in keys:
        for name in [row.data[key]] if isinstance(row.data.get(key), str) else row.names(key):
            _known(row, name, known, key)


def _ratios(row: Fields) -> None:
    for key in _RATIOS:
        value = row.ratio(key)
        if value is not None and not 0 <= value <= 1:
            row.fault(
                "C_BAD_NUMBER", f"{key}: {row.data[key]} is not between 0 and 1.", 'Write a fraction of one, as "0.179".', key
            )


def _book(row: Fields, known: set[str]) -> None:
    book(row)
    _parties(row, known, "holder", "issuer")
    row.choice("method", ("equity", "fair_value", "cost", "consolidated"))
    row.money("carrying"), row.day("date")


def _contract(row: Fields, known: set[str]) -> None:
    kind = row.choice("kind", CONTRACTS)
    if not row.require("kind") or kind is None:
        return
    row.only((*_COMMON, *CONTRACTS[kind]))
    row.require("id", "issuer", *(() if kind in ("blackout", "voting_agreement") else ("holder",)))
    _parties(row, known, "issuer", "holder", "beneficiary", "parties")
    _ratios(row)
    row.partial_day("from"), row.partial_day("until")
    for key in ("window_months", "window_days", "tail_days"):
        row.whole(key)
    for lapse in row.children("lapses_if"):
        lapse.only(LAPSES)
        if len(lapse.data) != 1:
            lapse.fault("C_BAD_VALUE", "each entry names one event.", "As {bid_for: ID}.")
        for event, needed in (("crosses", ("issuer", "share")), ("votes_released", ("issuer", "holder"))):
            if (inner := lapse.child(event)) is not None:
                inner.only((*needed, "by"))
                inner.require(*needed)
                inner.ratio("share")
    if kind in ("lock_up", "standstill") and row.text("basis") not in BASES:
        row.fault("E_BASIS_AMBIGUOUS", f"{kind}: a share of what?", f"Add 'basis': {', '.join(BASES)}.", "basis")
    if kind == "voting_cap":
        row.require("share")
        row.choice("of", ("before", "after")), row.choice("surplus", ("not_cast", "neutral"))


def _overlay(row: Fields, known: set[str]) -> None:
    row.only((*_COMMON, *_OVERLAY_KEYS))
    row.require("kind")
    kind = row.choice("kind", OVERLAYS)
    _parties(row, known, "issuer", "holder")
    _ratios(row)
    if row.text("lot") is None and not (row.text("issuer") and row.text("holder")):
        row.fault("C_MISSING_KEY", "an overlay is on a 'lot', or on an 'issuer' and a 'holder'.", "Name them.")
    if kind == "cap":
        row.require("share")
    if kind == "directed":
        row.require("matters")
    if kind == "neutral":
        neutral_terms(row)
    if isinstance(row.data.get("matters"), dict):
        for matter in row.data["matters"]:
            Fields(row.document, (*row.path, "matters"), row.data["matters"], row.faults).text(matter)
    elif row.data.get("matters") is not None:
        row.names("matters")
    row.partial_day("from"), row.partial_day("until")


def neutral_terms(row: Fields) -> None:
    """A neutral trust must say how it votes: nobody else can."""
    if row.data.get("ordinary") is None or row.data.get("special") is None:
        cure = "Add 'ordinary' and 'special', \"1/2\" and \"2/3\" for example."
        row.fault("C_MISSING_KEY", "a neutral trust without terms: which part of its votes is cast for?", cure)


def _watch(row: Fields, known: set[str]) -> None:
    row.only(("name", "issuer", "holders", "basis", "op", "at", "note", "known_on"))
    row.require("name", "issuer", "holders", "op", "at")
    _parties(row, known, "issuer")
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
