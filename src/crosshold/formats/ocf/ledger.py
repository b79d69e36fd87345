"""The securities of a bundle through its events, in order of date and then of file: from when to when, and how many shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.formats.ocf.bundle import Item
from crosshold.model.exact import decimal

ISSUANCE, SPLIT, RETRACTION = "TX_STOCK_ISSUANCE", "TX_STOCK_CLASS_SPLIT", "TX_STOCK_RETRACTION"
CLOSING = ("TX_STOCK_TRANSFER", "TX_STOCK_CONVERSION", "TX_STOCK_REISSUANCE", "TX_STOCK_REPURCHASE", "TX_STOCK_CANCELLATION")
POTENTIAL = (
    "TX_EQUITY_COMPENSATION_ISSUANCE", "TX_PLAN_SECURITY_ISSUANCE", "TX_WARRANT_ISSUANCE", "TX_CONVERTIBLE_ISSUANCE",
)  # fmt: skip
Tell = Callable[[str, str, Item], None]


class Fault(Exception):
    """Why an event is rejected."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Security:
    """Shares of one class in one hand. ``spans``: from which day how many, until the next span or ``closed``."""

    id: str
    issued: Item
    holder: str
    share_class: str
    day: date
    quantity: Fraction
    spans: list[tuple[date, Fraction]] = field(default_factory=list)
    closed: date | None = None
    closed_by: Item | None = None
    retracted: bool = False
    balance: bool = False  # what was left of another security: nothing was acquired


class Ledger:
    """All securities. ``tell`` hears of what is kept and needs a look; faults of an event are raised."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.securities: dict[str, Security] = {}
        self.order: list[Item] = []

    def run(self, events: Iterable[Item]) -> dict[str, Fault]:
        """Take every event; those with a fault by their place."""
        faults: dict[str, Fault] = {}
        dated: list[tuple[date, int, Item]] = []
        events = list(events)
        for n, item in enumerate(events):
            try:
                dated.append((day_of(item), n, item))
            except Fault as fault:
                faults[item.where] = fault
        self.balances = {str(i.data["balance_security_id"]) for i in events if i.data.get("balance_security_id")}
        dated.sort(key=lambda row: row[:2])
        self.issuances = {i.data.get("security_id"): i for _, _, i in dated if i.type == ISSUANCE}
        for day, _, item in dated:
            try:
                self._take(day, item)
            except Fault as fault:
                faults[item.where] = fault
        return faults

    def _take(self, day: date, item: Item) -> None:
        if item.type == ISSUANCE:
            self._issue(day, item)
        elif item.type == SPLIT:
            self._split(day, item)
        elif item.type == RETRACTION:
            self._close(day, item).retracted = True
        elif item.type in CLOSING:
            self._checked_close(day, item)

    def _issue(self, day: date, item: Item) -> None:
        name = text_of(item, "security_id")
        if name in self.securities:
            raise Fault("E_ROW", f"the security {name!r} is issued a second time.")
        quantity = quantity_of(item, "quantity")
        holder, share_class = text_of(item, "stakeholder_id", "E_PARTY"), text_of(item, "stock_class_id")
        made = Security(name, item, holder, share_class, day, quantity, [(day, quantity)], balance=name in self.balances)
        self.securities[name] = made

    def _close(self, day: date, item: Item) -> Security:
        name = text_of(item, "security_id")
        security = self.securities.get(name)
        if security is None:
            later = self.issuances.get(name)
            if later is not None:
                raise Fault("E_ROW", f"it is dated {day}, before the issuance of {name!r}.")
            raise Fault("E_ROW", f"no issuance opens the security {name!r}.")
        if security.closed_by is not None:
            raise Fault("E_ROW", f"the security {name!r} was closed already by {security.closed_by.data['id']}.")
        security.closed, security.closed_by = day, item
        return security

    def _checked_close(self, day: date, item: Item) -> None:
        """Close a security and compare what it had with what follows it."""
        security = self._close(day, item)
        has = security.spans[-1][1]
        balance, missing = item.data.get("balance_security_id"), []
        rest = Fraction(0)
        if balance:
            rest, gone = self._sum([str(balance)])
            missing += gone
        results = item.data.get("resulting_security_ids") or []
        given, gone = self._sum([str(name) for name in results] if isinstance(results, list) else [])
        missing += gone
        for name in missing:
            self.tell("W_DANGLING", f"{name!r} follows {security.id!r}, and no issuance opens it: its shares are missing.", item)
        word = "quantity_converted" if "quantity_converted" in item.data else "quantity"
        moved = quantity_of(item, word) if item.data.get(word) is not None else has - rest
        if missing:
            return
        if moved + rest != has:
            self.tell(
                "W_ARITHMETIC",
                f"{security.id!r} has {_n(has)} shares, and {_n(moved)} with a balance of {_n(rest)} follow.",
                item,
            )
        elif item.type == "TX_STOCK_TRANSFER" and given != moved:
            self.tell(
                "W_ARITHMETIC", f"{_n(moved)} shares are transferred, and the securities that result have {_n(given)}.", item
            )

    def _sum(self, names: list[str]) -> tuple[Fraction, list[str]]:
        total, missing = Fraction(0), []
        for name in names:
            item = self.issuances.get(name)
            if item is None:
                missing.append(name)
            else:
                try:
                    total += quantity_of(item, "quantity")
                except Fault:
                    missing.append(name)
        return total, missing

    def _split(self, day: date, item: Item) -> None:
        share_class, ratio = text_of(item, "stock_class_id"), ratio_of(item)
        for security in self.securities.values():
            if security.share_class == share_class and security.closed_by is None:
                quantity = security.spans[-1][1] * ratio
                if quantity.denominator != 1:
                    text = f"after the split {security.id!r} has {float(quantity):,.4f} shares; the part of one is left out."
                    self.tell("W_FRACTION_SHARE", text, item)
                security.spans.append((day, quantity))


def _n(quantity: Fraction) -> str:
    return f"{int(quantity):,}" if quantity.denominator == 1 else f"{float(quantity):,.4f}"


def text_of(item: Item, key: str, code: str = "E_ROW") -> str:
    """A text of an event. ``Fault`` when it is not there."""
    value = item.data.get(key)
    if not isinstance(value, str) or not value:
        raise Fault(code, f"it has no {key}.")
    return value


def day_of(item: Item) -> date:
    """The day of an event. ``Fault``."""
    try:
        return date.fromisoformat(str(item.data.get("date"))[:10])
    except ValueError:
        raise Fault("E_DATE", f"its date is {str(item.data.get('date'))[:40]!r}, which is none.") from None


def number_of(data: Mapping[str, Any], key: str) -> Decimal:
    """A number, written as text or not. ``Fault``."""
    value = data.get(key)
    try:
        if isinstance(value, bool):
            raise ValueError
        return decimal(str(value))
    except ValueError:
        raise Fault("E_NUMBER", f"its {key} is {str(value)[:40]!r}, which is no number.") from None


def quantity_of(item: Item, key: str) -> Fraction:
    """A number of shares; parts of one are kept until a lot is made. ``Fault``."""
    value = number_of(item.data, key)
    if value < 0:
        raise Fault("E_SHARES_NEGATIVE", f"its {key} is {value}, less than none.")
    if value > 2**62:
        raise Fault("E_NUMBER", f"its {key} is more than any company has.")
    return Fraction(value)


def ratio_of(item: Item) -> Fraction:
    """New shares for an old one. ``Fault``."""
    ratio = item.data.get("split_ratio")
    if not isinstance(ratio, dict):
        raise Fault("E_ROW", "the split has no split_ratio.")
    above, below = number_of(ratio, "numerator"), number_of(ratio, "denominator")
    if above <= 0 or below <= 0:
        raise Fault("E_NUMBER", f"the split ratio is {above} to {below}.")
    return Fraction(above) / Fraction(below)
