"""One step in the making: shares and money moved on a copy of the state, which itself is never touched.

Every step type moves shares with :meth:`Draft.take` and :meth:`Draft.give` and money with :meth:`Draft.pay`, so what must hold for
all of them (no more than held, locks, pledges, lots reset on transfer, double entry) is written once, here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from crosshold.deal.ledger import Ledger, rounded
from crosshold.deal.lots import Part, choose, expanded, remainder
from crosshold.deal.values import Amount
from crosshold.deal.votes import Votes
from crosshold.errors import Finding, Findings, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Snapshot

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


@dataclass(frozen=True, slots=True)
class Move:
    """Shares that went from one holder to another, whatever for."""

    issuer: str
    giver: str
    receiver: str
    shares: int


Gross = Callable[[Lot], int]
Count = Callable[[Snapshot], Votes]


class Draft:
    """The state during one step. ``gross`` gives the votes of a lot before the step, ``where`` is what findings call the place,
    ``count`` counts the votes of a state for steps that must ask the law."""

    def __init__(self, state: Snapshot, step: str, on: date, gross: Gross, terms: Terms, count: Count | None = None) -> None:
        self.state, self.step, self.on, self.terms, self.count = state, step, on, terms, count
        self.where = f"step {step}"
        self.ledger = Ledger(state.cash, state.fx, on, self.where)
        self.findings = Findings()
        self.record: dict[str, Any] = {}
        self.sales: list[Sale] = []
        self.costs: list[tuple[str, str, Decimal, str]] = []  # payer, fee or tax, amount, currency
        self.must_cover: set[str] = set()
        self.moves: list[Move] = []
        self.cancelled: dict[str, int] = {}  # issuer -> shares
        self.due: list[Step] = []  # what the step leaves for a later day
        self.issuers = dict(state.issuers)
        self.entities = dict(state.entities)
        self.prices = dict(state.prices)
        self.overlays: list[Mapping[str, Any]] = list(state.overlays)
        self.contracts: list[Mapping[str, Any]] = list(state.contracts)
        self._lots = {lot.id: lot for lot in state.lots}
        self._votes = {lot.id: gross(lot) for lot in state.lots}

    # -- what is there -------------------------------------------------------------------------------------------------------
    def lots(self, issuer: str, holder: str) -> list[Lot]:
        """The lots of a holder as they stand, in register order."""
        return [lot for lot in self._lots.values() if lot.issuer == issuer and lot.holder == holder]

    def held(self, holder: str, issuer: str) -> int:
        """Shares of an issuer that a holder has now."""
        return sum(lot.shares for lot in self.lots(issuer, holder))

    def gross(self, lot: Lot) -> int:
        """Gross votes of a lot: as the law counted them before the step; those of new pieces as stated, else base votes."""
        if lot.id in self._votes:
            return self._votes[lot.id]
        return self.state.gross_votes(lot)

    def refuse(self, code: str, message: str, cure: str) -> RequestError:
        """An error of this step."""
        return RequestError(Finding(code, message, cure, self.where))

    def warn(self, code: str, message: str, cure: str = "") -> None:
        """A warning or note of this step."""
        self.findings.add(code, message, cure, self.where)

    # -- shares --------------------------------------------------------------------------------------------------------------
    def take(
        self, issuer: str, holder: str, shares: int, order: str | Sequence[str] = "fewest_votes_first", bond: str | None = None
    ) -> list[Part]:
        """Remove shares from a holder's lots; with ``bond``, from those pledged to it.

        ``E_INSUFFICIENT``, ``E_LOCKUP``, ``E_PLEDGED``, ``E_VOTES_AGGREGATE``.
        """
        if shares == 0:
            return []
        own = [lot for lot in self.lots(issuer, holder) if bond is None or lot.pledged_to == bond]
        held = sum(lot.shares for lot in own)
        if shares > held:
            cure = "Lower the number, or check the order of the steps."
            raise self.refuse("E_INSUFFICIENT", f"{holder} has {held:,} shares of {issuer} and needs {shares:,}.", cure)
        free = [lot for lot in own if not self._bound(lot, bond)]
        short = shares - sum(lot.shares for lot in free)
        if short > 0:
            bound, (code, why) = next((lot, told) for lot in own if (told := self._bound(lot, bond)))
            message = f"{holder} lacks {short:,} free shares of {issuer}: lot {bound.id} is {why}."
            raise self.refuse(code, message, "Wait, or sell fewer.")
        whole = {lot.id for lot in free} if shares == held and isinstance(order, str) else set()
        pieces = free if whole else self._expand(issuer, free)
        parts = choose(pieces, shares, order, self.gross, self.where)
        for part in parts:
            rest = remainder(part, self.where)
            self._votes[part.lot.id] = self.gross(part.lot) - int(part.votes)
            if rest is None:
                del self._lots[part.lot.id]
            else:
                self._lots[rest.id] = rest
        return parts

    def _bound(self, lot: Lot, bond: str | None) -> tuple[str, str] | None:
        if lot.pledged_to and lot.pledged_to != bond:
            return "E_PLEDGED", f"pledged or lent for {lot.pledged_to}"
        if lot.locked_until and lot.locked_until >= self.on.isoformat():
            return "E_LOCKUP", f"locked until {lot.locked_until}"
        return None

    def _expand(self, issuer: str, lots: Sequence[Lot]) -> list[Lot]:
        """Split aggregates in place, so that loyal and plain shares can be told apart."""
        try:
            pieces = expanded(lots, self.issuers[issuer])
        except RequestError as error:
            raise self.refuse("E_VOTES_AGGREGATE", error.findings[0].message, error.findings[0].cure) from None
        if len(pieces) != len(lots):
            rows: dict[str, Lot] = {}
            for lot in self._lots.values():
                halves = [p for p in pieces if p.id in (f"{lot.id}.plain", f"{lot.id}.loyal")]
                rows |= {p.id: p for p in halves or [lot]}
                bound = [o for o in self.overlays if halves and o.get("lot") == lot.id]
                self.overlays += [{**o, "lot": p.id} for o in bound for p in halves]
            self._lots = rows
        return pieces

    def give(self, issuer: str, giver: str, holder: str, shares: int, share_class: str | None, **attributes: Any) -> Lot | None:
        """Add a lot with the class's base votes, held since today; dispersed holders are nobody who could hold for two years."""
        if shares == 0:
            return None
        if giver == holder:
            message = f"{holder} would give shares of {issuer} to itself."
            raise self.refuse("C_BAD_VALUE", message, "Name another holder on one side.")
        self.moves.append(Move(issuer, giver, holder, shares))
        name = self._free_name(f"{self.step}.{issuer}.{holder}")
        base = shares * self.issuers[issuer].votes_per_share(share_class)
        nobody = self.dispersed(holder)
        votes, since = (base, None) if nobody else (None, self.on.isoformat())
        lot = Lot(name, issuer, holder, shares, share_class, votes, since, **attributes)
        self._lots[name] = lot
        self._votes[name] = 0 if holder == issuer else base
        return lot

    def _free_name(self, wanted: str) -> str:
        name, n = wanted, 1
        while name in self._lots or name in self._votes:
            n += 1
            name = f"{wanted}.{n}"
        return name

    def pledge(
        self, issuer: str, holder: str, shares: int, to: str | None, *, order: str | Sequence[str] = "fewest_votes_first",
        bond: str | None = None,
    ) -> list[str]:  # fmt: skip
        """Pledge shares ``to`` a bond, or free those of ``bond``; holder, votes, dates and overlays stay. The ids of the new lots."""
        made = []
        for part in self.take(issuer, holder, shares, order, bond):
            old = part.lot
            votes = None if old.votes is None else int(part.votes)
            lot = replace(
                old, id=self._free_name(f"{old.id}.{to or 'free'}"), shares=part.shares, votes=votes, low=None, high=None,
                high_open=False, pledged_to=to,
            )  # fmt: skip
            self._lots[lot.id], self._votes[lot.id] = lot, int(part.votes)
            self.overlays += [{**o, "lot": lot.id} for o in self.overlays if o.get("lot") == old.id]
            made.append(lot.id)
        return made

    def widen(self, issuer: str, holder: str, fewer: int, more: int) -> None:
        """A holder may have so many fewer or more than its lots say: the bounds of its largest lot take that up."""
        own = self.lots(issuer, holder)
        if not own:
            own = [Lot(self._free_name(f"{self.step}.{issuer}.{holder}.rest"), issuer, holder, 0, since=self.on.isoformat())]
        lot = max(own, key=lambda lot: lot.shares)
        low, high = lot.bounds
        self._lots[lot.id] = replace(lot, low=max(0, low - fewer), high=high + more)

    def transfer(
        self, issuer: str, seller: str, buyer: str, shares: int, order: str | Sequence[str], bond: str | None = None,
        **attributes: Any,
    ) -> tuple[list[Part], list[str]]:  # fmt: skip
        """Move shares, with ``bond`` those pledged to it; the parts that went and the ids of the buyer's new lots.

        Loyalty votes that end are ``W_LOYALTY_LOST``.
        """
        parts = self.take(issuer, seller, shares, order, bond)
        classes: dict[str | None, int] = {}
        for part in parts:
            classes[part.lot.share_class] = classes.get(part.lot.share_class, 0) + part.shares
        given = [self.give(issuer, seller, buyer, count, share_class, **attributes) for share_class, count in classes.items()]
        self.loyalty(issuer, seller, parts)
        return parts, [lot.id for lot in given if lot]

    def loyalty(self, issuer: str, seller: str, parts: Sequence[Part]) -> int:
        """Votes above the base ones that the parts lose; warned of when there are any."""
        base = sum(part.shares * self.issuers[issuer].votes_per_share(part.lot.share_class) for part in parts)
        lost = int(sum((part.votes for part in parts), Fraction(0))) - base
        if lost > 0 and seller != issuer:
            self.warn("W_LOYALTY_LOST", f"{lost:,} votes in {issuer} end with the transfer from {seller}.", "Votes start anew.")
        return lost

    def cancel(self, issuer: str, shares: int, order: str | Sequence[str]) -> None:
        """Cancel own shares, those that ``order`` names or puts first. ``E_TREASURY_SHORT``, ``E_LAST_SHARE``."""
        own, there = self.held(issuer, issuer), self.issuers[issuer]
        if shares > own:
            message = f"{issuer} has {own:,} own shares and would cancel {shares:,}."
            raise self.refuse("E_TREASURY_SHORT", message, "Buy them first, or cancel fewer.")
        if shares and shares >= there.issued:
            raise self.refuse("E_LAST_SHARE", f"nothing of {issuer} would remain issued.", "Cancel fewer.")
        for part in self.take(issuer, issuer, shares, order):
            self._resize(issuer, part.lot.share_class, -part.shares)
        if shares:
            self.cancelled[issuer] = self.cancelled.get(issuer, 0) + shares

    def issue(self, issuer: str, fills: Mapping[str, int], share_class: str | None = None, **attributes: Any) -> list[str]:
        """New shares of an issuer, or its first ones, into the hands of those who take them; the ids of their lots."""
        given = []
        for holder, shares in fills.items():
            self._resize(issuer, share_class, shares)
            given.append(self.give(issuer, issuer, holder, shares, share_class, **attributes))
        return [lot.id for lot in given if lot]

    def _resize(self, issuer: str, share_class: str | None, more: int) -> None:
        there = self.issuers[issuer]
        classes = tuple(replace(c, issued=c.issued + more) if c.name == share_class else c for c in there.classes)
        self.issuers[issuer] = replace(there, issued=there.issued + more, classes=classes)

    # -- money ---------------------------------------------------------------------------------------------------------------
    def dispersed(self, who: str) -> bool:
        """Whether a holder is nobody in particular."""
        return who.startswith("~") or (who in self.entities and self.entities[who].kind == "dispersed")

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
            payee = part.lot.beneficiary or seller
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

    # -- the end of the step --------------------------------------------------------------------------------------------------
    def newcomer(self, who: str, kind: str, jurisdiction: str | None = None, form: str | None = None) -> None:
        """Make a party known that the case does not name."""
        self.entities.setdefault(who, Entity(who, kind=kind, jurisdiction=jurisdiction, form=form))

    def company(self, who: str, jurisdiction: str | None = None, form: str | None = None) -> None:
        """Make a company without shares; ``C_DUPLICATE_ID`` when there is one that has some."""
        if who in self.issuers and self.issuers[who].issued:
            message = f"{who} is a company already, with {self.issuers[who].issued:,} shares issued."
            raise self.refuse("C_DUPLICATE_ID", message, "Choose another id.")
        self.newcomer(who, "company", jurisdiction, form)
        self.issuers[who] = Issuer(who, 0)

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
            prices=self.prices, overlays=overlays, contracts=contracts,
        )  # fmt: skip

    def _counted(self, contract: Mapping[str, Any]) -> Mapping[str, Any]:
        """A right of first offer remembers how many of the notified shares went to others."""
        if contract.get("kind") != "rofo" or "shares" not in contract:
            return contract
        parties = (contract.get("issuer"), contract.get("holder"), contract.get("beneficiary"))
        sold = sum(m.shares for m in self.moves if (m.issuer, m.giver) == parties[:2] and m.receiver != parties[2])
        return {**contract, "sold": int(contract.get("sold", 0)) + sold} if sold else contract
