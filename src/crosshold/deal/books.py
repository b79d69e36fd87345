"""Cash in and book loss side by side (spec/deal 10): what a sale means for the carrying value of the stake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.deal.draft import Draft, Sale
from crosshold.deal.ledger import rounded, shown
from crosshold.errors import RequestError
from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True)
class Booking:
    """A stake sold by ``holder``: what it was carried at, what came in, the gain (negative: loss), all in the book's currency."""

    holder: str
    issuer: str
    method: str
    shares: int
    carrying: Fraction
    proceeds: Fraction
    currency: str
    as_of: str

    @property
    def gain(self) -> Fraction:
        """Proceeds less carrying value."""
        return self.proceeds - self.carrying

    def to_dict(self) -> dict[str, Any]:
        """JSON form: money as text."""
        money = {"carrying": self.carrying, "proceeds": self.proceeds, "gain": self.gain}
        shown_money = {key: shown(rounded(value, self.currency), self.currency) for key, value in money.items()}
        who = {"holder": self.holder, "issuer": self.issuer, "method": self.method, "shares": self.shares}
        return {**who, **shown_money, "currency": self.currency, "as_of": self.as_of}


def economic(state: Snapshot, who: str, issuer: str) -> int:
    """Shares held by or for a party: its own lots and those of its trustees."""
    return sum(lot.shares for lot in state.lots_of(issuer) if (lot.beneficiary or lot.holder) == who)


def book_of(state: Snapshot, holder: str, issuer: str) -> Mapping[str, Any] | None:
    """The latest book of a stake."""
    rows = [b for b in state.books if b.get("holder") == holder and b.get("issuer") == issuer and "carrying" in b]
    return max(rows, key=lambda b: str(b.get("date", "")), default=None)


def carrying(state: Snapshot, sales: list[Sale]) -> Fraction | None:
    """Carrying value of the shares sold by one payee in one issuer, in the book's currency; ``None`` without a book."""
    book = book_of(state, sales[0].payee, sales[0].issuer)
    held = economic(state, sales[0].payee, sales[0].issuer)
    if book is None or held == 0:
        return None
    return Fraction(str(book["carrying"])) * sum(sale.shares for sale in sales) / held


def bookings(draft: Draft) -> tuple[Booking, ...]:
    """One booking for each stake sold that has a book; losses are ``W_BOOK_LOSS``."""
    stakes: dict[tuple[str, str], list[Sale]] = {}
    for sale in draft.sales:
        stakes.setdefault((sale.payee, sale.issuer), []).append(sale)
    found = []
    for (payee, issuer), sales in stakes.items():
        cost, book = carrying(draft.state, sales), book_of(draft.state, payee, issuer)
        if cost is None or book is None:
            continue
        currency = str(book["currency"])
        try:
            fees = sum((draft.ledger.convert(a, c, currency) for who, _, a, c in draft.costs if who == payee), Fraction(0))
            proceeds = sum((draft.ledger.convert(s.net, s.currency, currency) for s in sales), Fraction(0)) - fees
        except RequestError as error:
            draft.findings.extend(error.findings)
            continue
        shares = sum(sale.shares for sale in sales)
        booking = Booking(payee, issuer, str(book["method"]), shares, cost, proceeds, currency, str(book.get("date", "")))
        if booking.gain < 0 and shares:
            loss, each = rounded(-booking.gain, currency), rounded(-booking.gain / shares, currency)
            message = (
                f"{payee} books a loss of {currency} {loss:,f} ({each:,f} a share) on {shares:,} shares of {issuer}: "
                f"{rounded(proceeds, currency):,f} comes in, {rounded(cost, currency):,f} was carried."
            )
            draft.warn("W_BOOK_LOSS", message, "Show cash in and book loss side by side.")
        found.append(booking)
    return tuple(found)


def carried_forward(draft: Draft, rows: tuple[Booking, ...]) -> tuple[Mapping[str, Any], ...]:
    """The books after the step: each sold stake's carrying value falls in proportion."""
    books = []
    for book in draft.state.books:
        row = next((b for b in rows if (b.holder, b.issuer) == (book.get("holder"), book.get("issuer"))), None)
        held = economic(draft.state, row.holder, row.issuer) if row else 0
        if row and held and "carrying" in book:
            left = Fraction(str(book["carrying"])) * (held - row.shares) / held
            book = {**book, "carrying": str(rounded(left, str(book["currency"])))}
        books.append(book)
    return tuple(books)
