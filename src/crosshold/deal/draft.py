"""One step in the making: shares and money moved on a copy of the state, which itself is never touched.

Every step type moves shares with the methods of :class:`~crosshold.deal.shares.Shares` and money with :meth:`Draft.pay`, so that
double entry and what a company may spend on its own shares are written once, here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from crosshold.deal.ledger import Ledger, rounded
from crosshold.deal.lots import Part
from crosshold.deal.shares import Gross, Shares
from crosshold.deal.values import Amount
from crosshold.deal.votes import Votes
from crosshold.model.snapshot import Snapshot

if TYPE_CHECKING:
    from crosshold.deal.step import Step


@dataclass(frozen=True)
class Terms:
    """What a plan fixes for all its steps.

    ``taxes``: slot -> ``{rate, basis: proceeds|gain}``; ``cash_floor``: entity -> least cash of a company that buys its own shares.
    """

    taxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cash_floor: Mapping[str, Amount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sale:
    """Shares sold for money: ``gross`` at the price before discount, ``net`` what the buyer paid; ``payee`` got it."""

    issuer: str
    seller: str
    payee: str
    buyer: str
    shares: int
    gross: Decimal
    net: Decimal
    currency: str
    held: int  # the seller's shares before


Count = Callable[[Snapshot], Votes]


class Draft(Shares):
    """The state during one step. ``count`` counts the votes of a state for steps that must ask the law."""

    def __init__(self, state: Snapshot, step: str, on: date, gross: Gross, terms: Terms, count: Count | None = None) -> None:
        super().__init__(state, step, on, gross)
        self.terms, self.count = terms, count
        self.ledger = Ledger(state.cash, state.fx, on, self.where)
        self.record: dict[str, Any] = {}
        self.sales: list[Sale] = []
        self.costs: list[tuple[str, str, Decimal, str]] = []  # payer, fee or tax, amount, currency
        self.must_cover: set[str] = set()
        self.due: list[Step] = []  # what the step leaves for a later day
        self.prices = dict(state.prices)
        self.books: tuple[Mapping[str, Any], ...] = tuple(state.books)
        self.contracts: list[Mapping[str, Any]] = list(state.contracts)

    def account(self, who: str) -> str:
        """Whose account money comes from or goes to: dispersed holders are ``@market``."""
        return "@market" if self.dispersed(who) else who

    def pay(self, payer: str, payee: str, amount: Fraction | Decimal, currency: str, why: str) -> Decimal:
        """One payment between accounts, after changing money if the payer lacks the currency."""
        return self.ledger.pay(self.account(payer), self.account(payee), amount, currency, why)

    def money(self, amount: Amount, currency: str | None = None) -> Amount:
        """An amount with its currency filled in."""
        return Amount(amount.value, amount.currency or currency or self.state.currency)

    def price(self, issuer: str, given: Amount | None, currency: str | None = None) -> Amount:
        """The step's price, else the case's: ``E_UNPRICED`` when there is none, ``E_FUTURE_DATA`` when it is of a later day."""
        if given is not None:
            return self.money(given, currency)
        known = self.prices.get(issuer)
        if known is None:
            raise self.refuse("E_UNPRICED", f"there is no price of {issuer}.", "Give the step a price, or the case one.")
        if known.date > self.on:
            message = f"the price of {issuer} is of {known.date}, after {self.on}."
            raise self.refuse("E_FUTURE_DATA", message, "Use a price of that day or before.")
        self.illustrative(f"prices.{issuer}")
        return Amount(known.value, known.currency)

    def illustrative(self, name: str) -> None:
        """Warn when an input of the case is marked illustrative."""
        if name in self.state.illustrative:
            self.warn("W_ILLUSTRATIVE_INPUT", f"{name} is an illustrative number, not a fact.", "Put the real one into the case.")

    def trade(
        self,
        issuer: str,
        seller: str,
        buyer: str,
        shares: int,
        price: Amount,
        cut: Fraction = Fraction(0),
        order: str | Sequence[str] = "fewest_votes_first",
    ) -> list[str]:
        """Shares against money at ``price * (1 - cut)``; the buyer's new lots. A trustee's shares are paid to the beneficiary."""
        held = self.held(seller, issuer)
        parts, lots = self.transfer(issuer, seller, buyer, shares, order)
        self.settle(issuer, seller, buyer, parts, held, Fraction(price.value), price.currency or self.state.currency, cut)
        return lots

    def settle(
        self, issuer: str, seller: str, buyer: str, parts: Sequence[Part], held: int, each: Fraction, currency: str,
        cut: Fraction = Fraction(0),
    ) -> None:  # fmt: skip
        """Pay for shares that moved, ``each`` less ``cut``; the seller ``held`` so many before."""
        by_payee: dict[str, int] = {}
        for part in parts:
            payee = part.owner()
            by_payee[payee] = by_payee.get(payee, 0) + part.shares
        for payee, count in by_payee.items():
            if payee == buyer:
                message = f"{seller} holds these shares of {issuer} for {buyer}, which would buy what is its own."
                raise self.refuse("C_BAD_VALUE", message, "Use trust_out to take shares back from a trustee.")
            gross = rounded(count * each, currency)
            net = self.pay(buyer, payee, count * each * (1 - cut), currency, "price")
            self.sales.append(Sale(issuer, seller, self.account(payee), self.account(buyer), count, gross, net, currency, held))
        if buyer == issuer:
            self.must_cover.add(issuer)

    def charge(self, payer: str, fee: Amount | Fraction | None, gross: Decimal, currency: str, why: str = "fee") -> None:
        """A fee, as a fraction of ``gross`` or as an amount, or a tax; dispersed holders pay none that we could know."""
        if fee is None or self.dispersed(payer):
            return
        if isinstance(fee, Amount):
            amount, currency = Fraction(fee.value), self.money(fee, currency).currency or currency
        else:
            amount = fee * Fraction(gross)
        paid = self.pay(payer, "@tax" if why == "tax" else "@fees", amount, currency, why)
        if paid:
            self.costs.append((self.account(payer), why, paid, currency))

    def finish(self) -> Snapshot:
        """The new state. ``E_ISSUER_CASH`` when a company paid for its own shares with money it has not."""
        for issuer in sorted(self.must_cover):
            self.illustrative(f"cash.{issuer}")
            floor = self.terms.cash_floor.get(issuer)
            least = {floor.currency or self.state.currency: floor.value} if floor else {}
            for currency, amount in self.ledger.accounts().get(issuer, {}).items():
                if amount < least.get(currency, Decimal(0)):
                    had = self.state.cash.get(issuer, {}).get(currency, Decimal(0))
                    message = f"{issuer} has {currency} {had:,f} and would be left with {amount:,f} after buying its own shares."
                    raise self.refuse("E_ISSUER_CASH", message, "Buy fewer, or give it the cash first.")
        there = set(self._lots)
        contracts = tuple(self._counted(contract) for contract in self.contracts)
        overlays = tuple(o for o in self.overlays if o.get("lot") is None or o["lot"] in there)
        return self.state.evolve(
            at=self.on, lots=self._lots.values(), issuers=self.issuers, entities=self.entities, cash=self.ledger.accounts(),
            prices=self.prices, books=self.books, overlays=overlays, contracts=contracts,
        )  # fmt: skip

    def _counted(self, contract: Mapping[str, Any]) -> Mapping[str, Any]:
        """A right of first offer remembers how many of the notified shares went to others."""
        if contract.get("kind") != "rofo" or "shares" not in contract:
            return contract
        parties = (contract.get("issuer"), contract.get("holder"), contract.get("beneficiary"))
        sold = sum(m.shares for m in self.moves if (m.issuer, m.giver) == parties[:2] and m.receiver != parties[2])
        return {**contract, "sold": int(contract.get("sold", 0)) + sold} if sold else contract
