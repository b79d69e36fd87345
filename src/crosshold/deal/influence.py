"""The end of the equity method when influence ends: IAS 28.22, then IFRS 9 (spec/deal 10). Influence is judged, so the end is possible
unless the case says what was judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.deal.books import Booking, book_of, economic
from crosshold.deal.finance import fair_value_switch
from crosshold.deal.ledger import rounded, shown
from crosshold.deal.partners import over, price_of
from crosshold.deal.stress import CERTAIN, IMPOSSIBLE, POSSIBLE
from crosshold.deal.view import View
from crosshold.model.dates import interval
from crosshold.model.snapshot import Record, Snapshot

LINE = Fraction(1, 5)  # of exercisable votes: IAS 28.5 and the Japanese standard presume influence from here on
CITE = "IAS 28.5, 28.22; rules ACC-IFRS10, ACC-JGAAP"
_JUDGED = {"kept": IMPOSSIBLE, "lost": CERTAIN, None: POSSIBLE}


@dataclass(frozen=True)
class Switch:
    """A stake that may leave the equity method in a step. ``gain`` includes the step's sale and moves no cash; ``None`` without a price.

    ``triggers``: votes below a fifth, or the seat on the board lost; ``votes`` are of exercisable votes, before and after.
    """

    holder: str
    issuer: str
    triggers: tuple[str, ...]
    votes: tuple[Fraction | None, Fraction | None]
    certainty: str
    retained: int
    fair_value: Fraction | None
    carrying: Fraction
    proceeds: Fraction
    recycled: Fraction
    currency: str
    through: str | None

    @property
    def gain(self) -> Fraction | None:
        """Fair value of what is kept + proceeds - carrying value + recycled reserves."""
        if self.fair_value is None:
            return None
        return fair_value_switch(1, self.fair_value, self.carrying, proceeds=self.proceeds, recycled=self.recycled).gain

    def to_dict(self) -> dict[str, Any]:
        """JSON form: money as text, votes as fractions; ``reason`` says what is missing for a gain, or for certainty."""
        money = {name: getattr(self, name) for name in ("fair_value", "carrying", "proceeds", "recycled", "gain")}
        reasons = [f"no price of {self.issuer} in {self.currency}"] if self.fair_value is None else []
        reasons += ["books do not say whether influence was kept or lost"] if self.certainty == POSSIBLE else []
        return {
            "holder": self.holder, "issuer": self.issuer, "triggers": list(self.triggers), "certainty": self.certainty,
            "votes": {"before": self.votes[0], "after": self.votes[1], "basis": "exercisable_votes"}, "retained": self.retained,
            **{name: None if x is None else shown(rounded(x, self.currency), self.currency) for name, x in money.items()},
            "currency": self.currency, "changes_through": self.through or "oci or profit: not said", "cite": CITE,
            "reason": "; ".join(reasons) or None,
        }  # fmt: skip


def switches(before: View, after: View, bookings: Sequence[Booking]) -> tuple[Switch, ...]:
    """Every equity-method stake for which a trigger fires between two states."""
    old, found = before.snapshot, []
    pairs = dict.fromkeys(
        (str(b["holder"]), str(b["issuer"])) for b in old.books if b.get("method") == "equity" and "carrying" in b
    )
    for holder, issuer in pairs:
        book = book_of(old, holder, issuer)
        if book is None or book.get("method") != "equity" or issuer not in after.stakes or issuer not in before.stakes:
            continue
        if book_of(after.snapshot, holder, issuer) is None:  # exchanged for shares of another company, and carried on there
            continue
        votes = over(before, holder, issuer, "exercisable_votes"), over(after, holder, issuer, "exercisable_votes")
        triggers = _triggers(book, votes, old.at, after.snapshot.at)
        if triggers:
            found.append(_switch(after.snapshot, book, votes, triggers, bookings))
    return tuple(found)


def _triggers(book: Record, votes: tuple[Fraction | None, Fraction | None], then: date, now: date) -> tuple[str, ...]:
    found = []
    if votes[0] is not None and votes[1] is not None and votes[0] >= LINE > votes[1]:
        found.append("below 20 % of votes")
    seat = book.get("board_seat_lost_on")
    if seat is not None and then < interval(str(seat))[0] <= now:
        found.append("board seat lost")
    return tuple(found)


def _switch(
    state: Snapshot,
    book: Record,
    votes: tuple[Fraction | None, Fraction | None],
    triggers: tuple[str, ...],
    sold: Sequence[Booking],
) -> Switch:
    holder, issuer, currency = str(book["holder"]), str(book["issuer"]), str(book["currency"])
    retained, price = economic(state, holder, issuer), price_of(state, issuer, currency)
    proceeds = sum((b.proceeds for b in sold if (b.holder, b.issuer) == (holder, issuer)), Fraction(0))
    return Switch(
        holder, issuer, triggers, votes, _JUDGED[book.get("influence")], retained, None if price is None else retained * price,
        Fraction(str(book["carrying"])), proceeds, Fraction(str(book.get("reserves") or 0)), currency, book.get("fair_value"),
    )  # fmt: skip


def booked(state: Snapshot, found: Sequence[Switch]) -> Snapshot:
    """The state in which stakes that certainly left the equity method are carried at fair value from now on."""
    certain = {(s.holder, s.issuer): s for s in found if s.certainty == CERTAIN and s.fair_value is not None}
    if not certain:
        return state
    books: list[Mapping[str, Any]] = []
    for book in state.books:
        switch = certain.get((str(book["holder"]), str(book["issuer"])))
        if switch is not None and switch.fair_value is not None and book.get("method") == "equity":
            value = shown(rounded(switch.fair_value, switch.currency), switch.currency)
            book = {**book, "method": "fair_value", "carrying": value, "reserves": "0", "currency": switch.currency}
        books.append(book)
    return state.evolve(books=tuple(books))
