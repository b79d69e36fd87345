"""Cash in and book loss side by side (spec/deal 10): what a sale means for the carrying value of the stake."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.draft import Draft, Sale
from crosshold.deal.ledger import rounded, shown
from crosshold.errors import RequestError
from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True)
class Booking:
    """A stake sold by ``holder``: what it was carried at, what came in, the gain (negative: loss), all in the book's currency.

    An equity-method stake has two further terms: ``recycled`` reserves, and what the cancellation of shares that the issuer bought below
    carrying value gives back to the holder for the shares that it keeps (``given_back``).
    """

    holder: str
    issuer: str
    method: str
    shares: int
    carrying: Fraction
    proceeds: Fraction
    currency: str
    as_of: str
    recycled: Fraction = Fraction(0)
    given_back: Fraction = Fraction(0)

    @property
    def gain(self) -> Fraction:
        """Proceeds less carrying value."""
        return self.proceeds - self.carrying

    @property
    def result(self) -> Fraction:
        """What goes through profit: the gain with both further terms."""
        return self.gain + self.recycled + self.given_back

    def to_dict(self) -> dict[str, Any]:
        """JSON form: money as text."""
        names = ("carrying", "proceeds", "gain", "recycled", "given_back", "result")
        money = {key: shown(rounded(getattr(self, key), self.currency), self.currency) for key in names}
        each = shown(rounded(self.gain / self.shares, self.currency), self.currency) if self.shares else None
        who = {"holder": self.holder, "issuer": self.issuer, "method": self.method, "shares": self.shares}
        return {**who, **money, "gain_per_share": each, "currency": self.currency, "as_of": self.as_of, "reason": None}


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
        recycled, back = _further(draft, book, sales)
        booking = Booking(
            payee, issuer, str(book["method"]), shares, cost, proceeds, currency, str(book.get("date", "")), recycled, back
        )
        if booking.gain < 0 and shares:
            loss, each = rounded(-booking.gain, currency), rounded(-booking.gain / shares, currency)
            message = (
                f"{payee} books a loss of {currency} {loss:,f} ({each:,f} a share) on {shares:,} shares of {issuer}: "
                f"{rounded(proceeds, currency):,f} comes in, {rounded(cost, currency):,f} was carried."
                f"{_terms(booking)}"
            )
            draft.warn("W_BOOK_LOSS", message, "Show cash in and book loss side by side.")
        found.append(booking)
    return tuple(found)


def _further(draft: Draft, book: Mapping[str, Any], sales: list[Sale]) -> tuple[Fraction, Fraction]:
    """Recycled reserves, and what a cancellation in the same step gives back: s1 (Q e - what the issuer paid for Q shares)."""
    if book["method"] != "equity":
        return Fraction(0), Fraction(0)
    payee, issuer, currency = sales[0].payee, sales[0].issuer, str(book["currency"])
    held, sold = economic(draft.state, payee, issuer), sum(sale.shares for sale in sales)
    recycled = Fraction(str(book.get("reserves") or 0)) * sold / held
    bought = [sale for sale in draft.sales if sale.issuer == sale.buyer == issuer]
    count, there = sum(sale.shares for sale in bought), draft.issuers[issuer].issued
    if not count or draft.state.issuers[issuer].issued - there != count:
        return recycled, Fraction(0)
    paid = sum((draft.ledger.convert(sale.gross, sale.currency, currency) for sale in bought), Fraction(0))
    return recycled, Fraction(held - sold, there) * (count * Fraction(str(book["carrying"])) / held - paid)


def _terms(booking: Booking) -> str:
    """The further terms in words, if there are any."""
    terms = {"of reserves recycled": booking.recycled, "given back by the cancellation": booking.given_back}
    said = [f"{rounded(amount, booking.currency):,f} {what}" for what, amount in terms.items() if amount]
    return f" With {' and '.join(said)} the result is {rounded(booking.result, booking.currency):,f}." if said else ""


def carried_forward(draft: Draft, rows: tuple[Booking, ...]) -> tuple[Mapping[str, Any], ...]:
    """The books after the step: carrying value and reserves of a sold stake fall in proportion; what was given back is carried."""
    books = []
    for book in draft.state.books:
        row = next((b for b in rows if (b.holder, b.issuer) == (book.get("holder"), book.get("issuer"))), None)
        held = economic(draft.state, row.holder, row.issuer) if row else 0
        if row and held and "carrying" in book:
            left, currency = Fraction(held - row.shares, held), str(book["currency"])
            kept = {"carrying": Fraction(str(book["carrying"])) * left + row.given_back}
            if book.get("reserves") is not None:
                kept["reserves"] = Fraction(str(book["reserves"])) * left
            book = {**book, **{key: shown(rounded(value, currency), currency) for key, value in kept.items()}}
        books.append(book)
    return tuple(books)


def exchanged(draft: Draft, firms: Collection[str], new: str) -> tuple[Mapping[str, Any], ...]:
    """The books when shares of ``firms`` have become shares of ``new``: what was carried is carried on.

    Several stakes of one holder are added up; where method or currency differ what they are carried at together is unknown
    (``W_BOOK_UNKNOWN``).
    """
    kept = [book for book in draft.books if book.get("issuer") not in firms]
    for holder in dict.fromkeys(book.get("holder") for book in draft.books if book.get("issuer") in firms):
        latest = [book_of(draft.state, str(holder), firm) for firm in firms]
        rows = [book for book in latest if book is not None]
        if len({(row.get("method"), row.get("currency")) for row in rows}) > 1:
            message = (
                f"{holder} carried its stakes in {', '.join(firms)} by different methods or currencies; that in {new} is unknown."
            )
            draft.warn("W_BOOK_UNKNOWN", message, "Give the case one method and one currency.")
        elif rows:
            sums = {key: sum(Decimal(str(row.get(key) or 0)) for row in rows) for key in ("carrying", "reserves")}
            newest = max(rows, key=lambda row: str(row.get("date", "")))
            kept.append({**newest, "issuer": new, **{key: f"{value:f}" for key, value in sums.items()}})
    return tuple(kept)
