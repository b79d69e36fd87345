"""Sources and uses, and the cash of a group (spec/deal 10, 11). Everything balances to the last minor unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.draft import Sale
from crosshold.deal.ledger import Entry, Ledger, rounded, shown
from crosshold.errors import RequestError
from crosshold.model.snapshot import Snapshot

PAID = {"price": "shares bought", "contribution": "paid into the fund", "investment": "invested", "return": "capital returned"}
GOT = {"price": "shares sold", "contribution": "contributions", "investment": "investment", "return": "capital returned"}
FRICTIONS = ("fee", "tax", "stamp")


@dataclass
class Sheet:
    """Sources and uses of one account."""

    sources: list[dict[str, str]] = field(default_factory=list)
    uses: list[dict[str, str]] = field(default_factory=list)
    net: dict[str, Decimal] = field(default_factory=dict)  # currency -> sources less uses

    def row(self, side: str, what: str, amount: Decimal, currency: str, step: str) -> None:
        """Add one line, if it is not 0."""
        if amount:
            line = {"what": what, "amount": shown(amount, currency), "currency": currency, "step": step}
            (self.sources if side == "source" else self.uses).append(line)
            signed = amount if side == "source" else -amount
            self.net[currency] = self.net.get(currency, Decimal(0)) + signed

    def close(self) -> dict[str, Any]:
        """The sheet with what was drawn from cash or kept, and its balance, which is 0 in every currency."""
        for currency, amount in sorted(self.net.items()):
            side, what = ("use", "cash kept") if amount > 0 else ("source", "cash used")
            self.row(side, what, abs(amount), currency, "end")
        balance = {currency: shown(amount, currency) for currency, amount in sorted(self.net.items())}
        assert not any(self.net.values()), "sources and uses do not balance"
        return {"sources": self.sources, "uses": self.uses, "balance": "0.00", "balance_by_currency": balance}


def sources_and_uses(
    path: Sequence[tuple[str, Sequence[Entry], Sequence[Sale]]], members: Collection[str] = (), group: str = ""
) -> dict[str, dict[str, Any]]:
    """One sheet for each account that is no sink. A sale is shown gross, its discount or impact as a use.

    With ``members``, they are one account called ``group``: what they pay each other is neither source nor use.
    """
    sheets: dict[str, Sheet] = {}

    def one(who: str) -> str:
        return group if who in members else who

    def sheet(who: str) -> Sheet:
        return sheets.setdefault(one(who), Sheet())

    for step, entries, sales in path:
        for sale in sales:
            if one(sale.payee) != one(sale.buyer):
                sheet(sale.payee).row("source", "shares sold, gross", sale.gross, sale.currency, step)
                sheet(sale.payee).row("use", "discount and impact", sale.gross - sale.net, sale.currency, step)
        for entry in entries:
            if one(entry.payer) == one(entry.payee):
                continue
            sheet(entry.payer).row("use", PAID.get(entry.why, entry.why), entry.amount, entry.currency, step)
            if not (entry.why == "price" and sales):
                sheet(entry.payee).row("source", GOT.get(entry.why, entry.why), entry.amount, entry.currency, step)
    return {who: sheet.close() for who, sheet in sorted(sheets.items()) if not who.startswith("@")}


@dataclass(frozen=True)
class GroupCash:
    """Cash of a declared group in one currency: what members paid each other for shares, what outsiders paid them, what it cost.

    ``change`` = external - frictions - payments to outsiders for shares; the money put into a fund is not counted.
    """

    currency: str
    internal: Fraction = Fraction(0)
    external: Fraction = Fraction(0)
    frictions: Fraction = Fraction(0)
    payments: Fraction = Fraction(0)

    @property
    def change(self) -> Fraction:
        """What the group has more than before."""
        return self.external - self.frictions - self.payments

    def __add__(self, other: GroupCash) -> GroupCash:
        """Both together."""
        names = ("internal", "external", "frictions", "payments")
        return GroupCash(self.currency, *(getattr(self, n) + getattr(other, n) for n in names))

    def to_dict(self) -> dict[str, str]:
        """JSON form: money as text."""
        names = ("internal", "external", "frictions", "payments", "change")
        money = {name: shown(rounded(getattr(self, name), self.currency), self.currency) for name in names}
        return {**money, "currency": self.currency}


def group_cash(entries: Sequence[Entry], members: Collection[str], ledger: Ledger, currency: str) -> GroupCash | None:
    """What the entries of one step mean for a group; ``None`` when a rate is missing."""
    sums = dict.fromkeys(("internal", "external", "frictions", "payments"), Fraction(0))
    try:
        for entry in entries:
            inside = (entry.payer in members, entry.payee in members)
            kind = {(True, True): "internal", (False, True): "external", (True, False): "payments"}.get(inside)
            if entry.why in FRICTIONS:
                kind = "frictions" if inside[0] else None
            if kind and entry.why in ("price", "net", *FRICTIONS):
                sums[kind] += ledger.convert(entry.amount, entry.currency, currency)
    except RequestError:
        return None
    return GroupCash(currency, **sums)


def cash_table(state: Snapshot) -> tuple[dict[str, str | None], dict[str, dict[str, str]]]:
    """Cash per account in the case's currency (``None`` without a rate), and per currency."""
    ledger = Ledger(state.cash, state.fx, state.at)
    total: dict[str, str | None] = {}
    by_currency: dict[str, dict[str, str]] = {}
    for who, held in sorted(state.cash.items()):
        by_currency[who] = {c: shown(a, c) for c, a in sorted(held.items())}
        try:
            total[who] = shown(ledger.worth(who, state.currency), state.currency)
        except RequestError:
            total[who] = None
    return total, by_currency


def undo(cash: Mapping[str, Mapping[str, Decimal]], entries: Sequence[Entry]) -> dict[str, dict[str, Decimal]]:
    """The accounts as if the entries had not been made."""
    accounts = {who: dict(held) for who, held in cash.items()}
    for entry in entries:
        for who, sign in ((entry.payer, 1), (entry.payee, -1)):
            held = accounts.setdefault(who, {})
            held[entry.currency] = held.get(entry.currency, Decimal(0)) + sign * entry.amount
    return accounts


def internal_message(cash: GroupCash, commitments: Fraction | None, external: Fraction) -> str:
    """One sentence on proceeds that stay inside the group, with both numbers."""
    inside, outside = (f"{rounded(x, cash.currency):,f}" for x in (cash.internal, cash.external))
    said = f"{cash.currency} {inside} of the proceeds come from the group's own purse and {outside} from outside"
    if commitments is None:
        return f"{said}: the first raise no cash for the group."
    word = "covers" if external >= commitments else "does not cover"
    total, need = f"{rounded(external, cash.currency):,f}", f"{rounded(commitments, cash.currency):,f}"
    return f"{said}; over the whole plan outside money after costs, {total}, {word} the fund's {need}."
