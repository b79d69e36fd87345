"""The money of a step on a sheet: sales as shares x price x (1 - discount), and every payment as a formula where its rule is known.

A formula is written only where it gives the ledger's own amount; any other amount is a decision of the step and typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.books import book_of
from crosshold.deal.draft import Sale
from crosshold.deal.ledger import Entry, digits, rate, rounded
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.step import Step
from crosshold.deal.values import Amount
from crosshold.errors import RequestError
from crosshold.report.sheet import Formula, Sheet, added, to_minor_unit
from crosshold.report.workbook_register import Places

_SALES = (("Company", "text"), ("Seller", "text"), ("Buyer", "text"), ("Shares", "count"), ("Price", "price"), ("Discount", "percent"),
          ("Gross, exact", "money"), ("Gross", "money"), ("Net, exact", "money"), ("Net", "money"), ("Currency", "text"))  # fmt: skip
_PAYMENTS = (("From", "text"), ("To", "text"), ("Why", "text"), ("Exact", "money"), ("Amount", "money"), ("Currency", "text"),
             ("How", "text"))  # fmt: skip
Cell = tuple[Any, ...]


@dataclass
class MoneyPlaces:
    """Where the money of one step stands: the cells of its sales and of its payments."""

    shares: list[str] = field(default_factory=list)
    gross: list[str] = field(default_factory=list)
    net: list[str] = field(default_factory=list)
    amounts: list[str] = field(default_factory=list)


@dataclass
class InputPlaces:
    """Where prices, rates, and carrying values are typed."""

    prices: dict[str, str] = field(default_factory=dict)
    fx: dict[str, str] = field(default_factory=dict)
    books: dict[tuple[str, str], str] = field(default_factory=dict)
    reserves: dict[tuple[str, str], str] = field(default_factory=dict)


def sales_ahead(sheet: Sheet, sales: Sequence[Sale], first: int) -> MoneyPlaces:
    """The addresses that :func:`sales_block` will fill when its first row is ``first``."""
    rows = range(first, first + len(sales))
    return MoneyPlaces(*([sheet.ref(row, column) for row in rows] for column in (3, 7, 9)))


def sales_block(sheet: Sheet, executed: Executed, outcome: Outcome, inputs: InputPlaces) -> None:
    """One row a sale: shares, price and discount are decided, gross and net follow."""
    sheet.part("Decided: sales", _SALES)
    for sale in executed.sales:
        at = sheet.next
        price, cut = sale_terms(sale, executed.compiled)
        label = (sale.issuer, sale.seller, sale.buyer, (sale.shares, "count", True))
        if price is None:
            sheet.row(*label, None, None, None, (sale.gross, "money", True), None, (sale.net, "money", True), sale.currency)
            continue
        known = outcome.start.snapshot.prices.get(sale.issuer)
        own = (
            getattr(executed.step, "price", None) is None
            and known is not None
            and (known.value, known.currency) == (price, sale.currency)
        )
        cell: Cell = (Formula(f"={inputs.prices[sale.issuer]}"), "price") if own else (price, "price", True)
        shares, each, less, exact_gross, exact_net = (sheet.ref(at, column) for column in (3, 4, 5, 6, 8))
        places = digits(sale.currency)
        sheet.row(
            *label, cell, (cut, "percent", True), (Formula(f"={shares}*{each}"), "money"), (to_minor_unit(exact_gross, places), "money"),
            (Formula(f"={shares}*{each}*(1-{less})"), "money"), (to_minor_unit(exact_net, places), "money"), sale.currency,
        )  # fmt: skip


def sale_terms(sale: Sale, compiled: Iterable[Step]) -> tuple[Decimal | None, Fraction]:
    """Price and discount of a sale, from the compiled step that gives its very amounts."""
    for part in compiled:
        amount = getattr(part, "price", None)
        if not isinstance(amount, Amount) or getattr(part, "issuer", sale.issuer) != sale.issuer:
            continue
        cuts = [cut for name in ("discount", "impact") if isinstance(cut := getattr(part, name, None), Fraction)]
        for cut in (*cuts, Fraction(0)):
            worth = sale.shares * Fraction(amount.value)
            if (rounded(worth, sale.currency), rounded(worth * (1 - cut), sale.currency)) == (sale.gross, sale.net):
                return amount.value, cut
    return None, Fraction(0)


class Payments:
    """The payments of one step, and how each amount comes about."""

    def __init__(
        self,
        sheet: Sheet,
        executed: Executed,
        outcome: Outcome,
        before: Places,
        inputs: InputPlaces,
        money: MoneyPlaces,
        state: Any,
    ) -> None:
        self.sheet, self.executed, self.outcome, self.before = sheet, executed, outcome, before
        self.inputs, self.money, self.state = inputs, money, state  # ``state`` is the Snapshot before the step
        self.entries = executed.entries

    def write(self) -> None:
        """One row a payment."""
        if not self.entries:
            return
        self.sheet.part("Payments", _PAYMENTS)
        first = self.sheet.next
        self.money.amounts = [self.sheet.ref(first + k, 4) for k in range(len(self.entries))]
        left = list(range(len(self.executed.sales)))
        for k, entry in enumerate(self.entries):
            exact, amount, how = self._amount(k, entry, left)
            self.sheet.row(entry.payer, entry.payee, entry.why, exact, amount, entry.currency, how)

    def _amount(self, k: int, entry: Entry, left: list[int]) -> tuple[Cell | None, Cell, str]:
        """What stands in the column before, the amount, and how it came about."""
        for place in left:
            sale = self.executed.sales[place]
            if entry.why == "price" and (sale.buyer, sale.payee, sale.net) == (entry.payer, entry.payee, entry.amount):
                left.remove(place)
                return None, (Formula(f"={self.money.net[place]}"), "money"), "net of the sale above"
        found = self._fee(entry) or self._dividend(entry) or self._exchange(k, entry)
        if found is None:
            return None, (entry.amount, "money", True), "decided"
        exact, how = found
        return (exact, "money"), (to_minor_unit(self.sheet.ref(self.sheet.next, 3), digits(entry.currency)), "money"), how

    def _fee(self, entry: Entry) -> tuple[Formula, str] | None:
        sales = self.executed.sales
        groups = ([k for k, s in enumerate(sales) if s.payee == entry.payer], list(range(len(sales))))
        steps = (self.executed.step, *self.executed.compiled)
        if entry.why == "fee":
            for fee in {s.fee for s in steps if isinstance(s.fee, Fraction)}:
                for group in groups:
                    if group and rounded(fee * Fraction(sum(sales[k].gross for k in group)), entry.currency) == entry.amount:
                        cells = added(self.money.gross[k] for k in group)
                        return Formula(f"=({cells})*{fee.numerator}/{fee.denominator}"), f"fee of {float(fee):.4%} on gross"
        if entry.why == "tax":
            slot = self.outcome.plan.options.terms.taxes.get(str(self.executed.step.tax), {})
            share = Fraction(str(slot.get("rate") or 0))
            group = groups[0]
            if group and rounded(share * Fraction(sum(sales[k].net for k in group)), entry.currency) == entry.amount:
                cells = added(self.money.net[k] for k in group)
                return Formula(f"=({cells})*{share.numerator}/{share.denominator}"), f"tax of {float(share):.4%} on net"
        return None

    def _dividend(self, entry: Entry) -> tuple[Formula, str] | None:
        each, issuer = getattr(self.executed.step, "per_share", None), getattr(self.executed.step, "issuer", "")
        if entry.why != "dividend" or not isinstance(each, Amount):
            return None
        market = entry.payee == "@market"
        holders = {r.holder for r in self.before.shares if r.issuer == issuer and r.holder != issuer}
        mine = [h for h in holders if (h.startswith("~") if market else h == entry.payee)]
        held = sum(self.state.held(h, issuer) for h in mine)
        if rounded(held * Fraction(each.value), entry.currency) != entry.amount:
            return None
        cells = added(cell for h in sorted(mine) for cell in self.before.held(issuer, h))
        return Formula(f"=({cells})*{each.value:f}"), f"shares before x {each.value:f}"

    def _exchange(self, k: int, entry: Entry) -> tuple[Formula, str] | None:
        """Money changed at the rate of the case: cost = wanted x rate; wanted = the next payment less what is there in that currency."""
        if entry.why != "fx":
            return None
        if entry.payer == "@fx":
            return self._lack(k, entry)
        other = next((e for e in self.entries[k + 1 :] if e.why == "fx" and (e.payer, e.payee) == ("@fx", entry.payer)), None)
        if other is None:
            return None
        try:
            exact = Fraction(other.amount) * rate(self.state.fx, other.currency, entry.currency, self.executed.day)
        except RequestError:
            return None
        if rounded(exact, entry.currency) != entry.amount:
            return None
        pair, inverse = other.currency + entry.currency, entry.currency + other.currency
        operation = f"*{self.inputs.fx[pair]}" if pair in self.inputs.fx else f"/{self.inputs.fx[inverse]}"
        return Formula(f"={self.money.amounts[self.entries.index(other)]}{operation}"), "at the rate of the case"

    def _lack(self, k: int, entry: Entry) -> tuple[Formula, str] | None:
        due = next(
            (n for n, e in enumerate(self.entries) if n > k and (e.payer, e.currency) == (entry.payee, entry.currency)), None
        )
        if due is None:
            return None
        balance = self.state.cash.get(entry.payee, {}).get(entry.currency, Decimal(0))
        terms = [self.before.cash.get((entry.payee, entry.currency), "0")]
        for cell, earlier in zip(self.money.amounts[:k], self.entries[:k], strict=True):
            for who, sign in ((earlier.payer, "-"), (earlier.payee, "+")):
                if (who, earlier.currency) == (entry.payee, entry.currency):
                    balance += earlier.amount if sign == "+" else -earlier.amount
                    terms.append(f"{sign}{cell}")
        if self.entries[due].amount - balance != entry.amount:
            return None
        return Formula(f"={self.money.amounts[due]}-({''.join(_joined(terms))})"), "what the payment below lacks"


def _joined(terms: Sequence[str]) -> Iterable[str]:
    return (term if place == 0 or term[0] in "+-" else f"+{term}" for place, term in enumerate(terms))


def cash_block(
    sheet: Sheet,
    before: Places,
    places: Places,
    entries: Sequence[Entry],
    amounts: Sequence[str],
    keys: Sequence[tuple[str, str]],
) -> None:
    """Every account after the step."""
    heads = (
        ("Account", "text"),
        ("Currency", "text"),
        ("", "text"),
        ("Before", "money"),
        ("In", "money"),
        ("Out", "money"),
        ("After", "money"),
    )
    sheet.part("Cash", heads)
    for who, currency in keys:
        at = sheet.next
        got = [cell for cell, e in zip(amounts, entries, strict=True) if (e.payee, e.currency) == (who, currency)]
        gave = [cell for cell, e in zip(amounts, entries, strict=True) if (e.payer, e.currency) == (who, currency)]
        total = Formula(f"={sheet.ref(at, 3)}+{sheet.ref(at, 4)}-{sheet.ref(at, 5)}")
        old = before.cash.get((who, currency))
        sheet.row(
            who, currency, "", (Formula(f"={old}") if old else 0, "money"), (Formula(f"={added(got)}"), "money"),
            (Formula(f"={added(gave)}"), "money"), (total, "money"),
        )  # fmt: skip
        places.cash[who, currency] = sheet.ref(at, 6)


def accounts(outcome: Outcome) -> list[tuple[str, str]]:
    """Every account and currency on the path."""
    keys = {
        (who, c): None
        for v in (outcome.start, *(s.view for s in outcome.steps))
        for who, sums in v.snapshot.cash.items()
        for c in sums
    }
    keys |= {(who, e.currency): None for s in outcome.steps for e in s.entries for who in (e.payer, e.payee)}
    return sorted(keys, key=lambda key: (key[0].startswith("@"), key))


def typed_money(sheet: Sheet, outcome: Outcome, issuers: Iterable[str], places: Places) -> InputPlaces:
    """Prices, rates, cash and carrying values of the start, typed."""
    state, inputs = outcome.start.snapshot, InputPlaces()
    head = (("", "text"), ("", "text"), ("", "text"))
    sheet.part("Prices", (("Company", "text"), *head[1:], ("Price", "price"), ("Currency", "text"), ("Day", "text")))
    for issuer, price in state.prices.items():
        at = sheet.row(issuer, "", state.name(issuer), (price.value, "price", True), price.currency, price.date.isoformat())
        inputs.prices[issuer] = sheet.ref(at, 3)
    sheet.part("Exchange rates", (("Pair", "text"), *head[1:], ("Rate", "price"), ("", "text"), ("Day", "text")))
    for pair, quoted in state.fx.items():
        at = sheet.row(pair, "", f"{pair[3:]} for one {pair[:3]}", (quoted.value, "price", True), "", quoted.date.isoformat())
        inputs.fx[pair] = sheet.ref(at, 3)
    sheet.part("Cash at the start", (("Account", "text"), ("Currency", "text"), ("", "text"), ("Amount", "money")))
    for who, currency in accounts(outcome):
        if who.startswith("@") and not state.cash.get(who, {}).get(currency):
            continue
        at = sheet.row(who, currency, state.name(who), (state.cash.get(who, {}).get(currency, Decimal(0)), "money", True))
        places.cash[who, currency] = sheet.ref(at, 3)
    booked = {(b.holder, b.issuer) for s in outcome.steps for b in s.bookings}
    if booked:
        heads = (("Holder", "text"), ("Company", "text"), ("", "text"), ("Carrying", "money"), ("Reserves", "money"),
                 ("Currency", "text"), ("Day", "text"))  # fmt: skip
        sheet.part("Carrying values", heads)
    for holder, issuer in sorted(booked):
        book = book_of(state, holder, issuer)
        if book is None:
            continue
        reserves = book.get("reserves")
        more = (Decimal(str(reserves)), "money", True) if reserves is not None else None
        carrying = (Decimal(str(book["carrying"])), "money", True)
        at = sheet.row(holder, issuer, "", carrying, more, str(book["currency"]), str(book.get("date", "")))
        inputs.books[holder, issuer] = sheet.ref(at, 3)
        if reserves is not None:
            inputs.reserves[holder, issuer] = sheet.ref(at, 4)
    return inputs
