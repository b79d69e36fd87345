"""Contracts and overlays of a case file: every key read and checked, in the words of spec/law 10 and spec/deal 3 and 6."""

from __future__ import annotations

from crosshold.errors import did_you_mean
from crosshold.formats.fields import Fields
from crosshold.model.dates import interval
from crosshold.model.share import BASES

_COMMON = ("id", "kind", "issuer", "holder", "from", "until", "source", "confidence", "note", "lapses_if", "known_on")
CONTRACTS: dict[str, tuple[str, ...]] = {
    # kind of contract: its own keys
    "blackout": (),
    "lock_up": ("floor", "basis"),
    "no_sale_to": ("parties",),
    "right_to_buy": ("opens_on", "window_months"),
    "rofo": ("beneficiary", "window_days", "tail_days", "clock", "shares", "taken", "sold", "answered"),
    "standstill": ("cap", "basis", "passive"),
    "voting_agreement": ("parties", "follow"),
    "voting_cap": ("share", "share_high_quorum", "of", "surplus", "ordinary", "special", "meetings", "except"),
}
_NEEDED: dict[str, tuple[str, ...]] = {
    # kind of contract: what it must say besides id and issuer
    "blackout": (),
    "lock_up": ("holder",),
    "no_sale_to": ("holder", "parties"),
    "right_to_buy": ("holder", "opens_on"),
    "rofo": ("holder", "beneficiary", "window_days"),
    "standstill": ("holder", "cap"),
    "voting_agreement": ("parties",),
    "voting_cap": ("holder", "share"),
}
CLOCKS = ("days", "trading_days")
"""How the days of a first-offer window or a lock-up are counted: all of them, or those on which the exchange trades."""
LAPSES = ("bid_for", "contract_changed", "contract_event", "crosses", "votes_released")
"""What may end a contract (``lapses_if``); each is also the name under which a ``contract_event`` fact can report it."""
OVERLAYS = ("abstain", "cap", "directed", "neutral", "removed")
_OVERLAY_KEYS = ("lot", "share", "of", "ordinary", "special", "matters", "surplus")
_RATIOS = ("share", "share_high_quorum", "cap", "floor", "ordinary", "special")
_COUNTS = ("window_months", "window_days", "tail_days", "shares", "taken", "sold")


def known_party(row: Fields, name: str, known: set[str], *key: str) -> None:
    """A party must be somewhere in the case."""
    if name not in known:
        row.fault("C_UNKNOWN_ENTITY", f"{name!r} is nowhere in this case.", did_you_mean(name, known), *key)


def parties(row: Fields, known: set[str] | None, *keys: str) -> None:
    """The same for every party under some keys, alone or in a list; without ``known``, only that they are names."""
    for key in keys:
        for name in [row.data[key]] if isinstance(row.data.get(key), str) else row.names(key):
            if known is not None:
                known_party(row, name, known, key)


def contract(row: Fields, known: set[str]) -> None:
    """Check one contract; faults are collected."""
    kind = row.choice("kind", CONTRACTS)
    if not row.require("kind") or kind is None:
        return
    row.only((*_COMMON, *CONTRACTS[kind]))
    row.require("id", "issuer", *_NEEDED[kind])
    parties(row, known, "issuer", "holder", "beneficiary", "parties", "follow")
    _common(row, known)
    for key in _COUNTS:
        row.whole(key)
    row.day("answered")
    for key in ("parties", "meetings", "except"):
        row.names(key)
    if not isinstance(row.data.get("opens_on"), str):
        row.names("opens_on")
    row.choice("passive", ("exempt", "counts")), row.choice("clock", CLOCKS)
    line = kind == "standstill" or row.data.get("floor") is not None
    if (line or row.data.get("basis") is not None) and row.text("basis") not in BASES:
        row.fault("E_BASIS_AMBIGUOUS", f"{kind}: a share of what?", f"Add 'basis': {', '.join(BASES)}.", "basis")
    if kind == "voting_agreement" and 0 < len(row.names("parties")) < 2:
        row.fault("C_BAD_VALUE", "an agreement is between two parties or more.", "Name them all.", "parties")


def overlay(row: Fields, known: set[str]) -> None:
    """Check one overlay; faults are collected."""
    row.only((*_COMMON, *_OVERLAY_KEYS))
    parties(row, known, "issuer", "holder")
    if row.text("lot") is None and not (row.text("issuer") and row.text("holder")):
        row.fault("C_MISSING_KEY", "an overlay is on a 'lot', or on an 'issuer' and a 'holder'.", "Name them.")
    overlay_terms(row, known)


def overlay_terms(row: Fields, known: set[str] | None = None) -> None:
    """What every overlay must say, in a case or in a plan; without ``known`` no name is looked up."""
    row.require("kind")
    kind = row.choice("kind", OVERLAYS)
    _common(row, known)
    if kind == "cap":
        row.require("share")
    if kind == "directed" and not isinstance(row.data.get("matters"), dict):
        row.fault("C_MISSING_KEY", "a directed overlay needs its table.", "Add 'matters: {ordinary: ID}'.")
    if kind == "neutral" and (row.data.get("ordinary") is None or row.data.get("special") is None):
        cure = "Add 'ordinary' and 'special', \"1/2\" and \"2/3\" for example."
        row.fault("C_MISSING_KEY", "a neutral trust without terms: which part of its votes is cast for?", cure)
    if isinstance(row.data.get("matters"), dict):
        for matter in row.data["matters"]:
            Fields(row.document, (*row.path, "matters"), row.data["matters"], row.faults).text(matter)
    elif row.data.get("matters") is not None:
        row.names("matters")


def _common(row: Fields, known: set[str] | None) -> None:
    """Ratios, days, what ends it, how a cap counts."""
    for key in _RATIOS:
        row.part(key)
    start, end = row.partial_day("from"), row.partial_day("until")
    if start and end and interval(end)[1] < interval(start)[0]:
        row.fault("C_BAD_DATE", f"it would end on {end}, before it begins on {start}.", "Swap them, or correct one.", "until")
    row.choice("of", ("before", "after")), row.choice("surplus", ("not_cast", "neutral"))
    for trigger in row.children("lapses_if"):
        _trigger(trigger, known)


def _trigger(row: Fields, known: set[str] | None) -> None:
    """One event that ends a contract. Its company is in the case; who crosses or gets votes back may be a party that comes later."""
    row.only(LAPSES)
    if len(row.data) != 1:
        row.fault("C_BAD_VALUE", "each entry names one event.", "As {bid_for: ID}.")
    for event, needed in (("crosses", ("issuer", "share")), ("votes_released", ("issuer", "holder"))):
        if event in row.data and (inner := row.child(event)) is not None:
            inner.only((*needed, "by") if event == "crosses" else needed)
            inner.require(*needed)
            parties(inner, known, "issuer")
            inner.part("share")
    for event in ("bid_for", "contract_changed", "contract_event"):
        row.text(event)
    parties(row, known, *(["bid_for"] if isinstance(row.data.get("bid_for"), str) else []))
