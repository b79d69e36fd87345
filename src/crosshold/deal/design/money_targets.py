"""Goals on money: what comes in, what is booked, what stays in the purse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from crosshold.deal.design.target import Row, Sum, Target, Test
from crosshold.deal.keys import Flag, Kind, Party, Word
from crosshold.deal.outcome import Outcome

if TYPE_CHECKING:
    from crosshold.deal.design.setting import Setting

ONE = Fraction(1)
Plain = Annotated[Decimal, Kind(lambda f, key: f.money(key))]


@dataclass(frozen=True, kw_only=True)
class NetProceeds(Target):
    """What an entity gets for the shares it sells, less discount, impact and the fees it pays."""

    entity: Party
    at_least: Sum

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """Gross less costs of its own moves."""
        own = {v: m for v, m in enumerate(setting.moves) if m.lever.holder == self.entity and m.gross}
        costs = {v: -ONE for v, m in own.items() if m.lever.cost.paid_by == "seller"}
        yield Row(goal, {v: m.gross for v, m in own.items()}, setting.money(self.at_least), costs, setting.currency, ONE)

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """From the ledger: prices received less fees and taxes paid."""
        value = Fraction(0)
        for step in outcome.steps:
            for entry in step.entries:
                amount = setting.worth(entry.amount, entry.currency)
                if entry.payee == self.entity and entry.why == "price":
                    value += amount
                elif entry.payer == self.entity and entry.why in ("fee", "tax", "stamp"):
                    value -= amount
        return Test(value >= setting.money(self.at_least), value, setting.currency)


@dataclass(frozen=True, kw_only=True)
class BookLoss(Target):
    """The loss that an entity books on the stakes it sells: carrying value less net proceeds."""

    entity: Party
    at_most: Sum

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """(carrying - price) of every share sold, and its costs, at most the bound."""
        terms, costs = dict[int, Fraction](), dict[int, Fraction]()
        for v, move in enumerate(setting.moves):
            if move.lever.holder == self.entity and move.gross:
                terms[v] = move.gross - setting.carrying(move)
                if move.lever.cost.paid_by == "seller":
                    costs[v] = -ONE
        yield Row(goal, terms, -setting.money(self.at_most), costs, setting.currency, ONE)

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """From the bookings of the replay."""
        rows = [b for step in outcome.steps for b in step.bookings if b.holder == self.entity]
        value = -sum((setting.worth(b.gain, b.currency) for b in rows), Fraction(0))
        return Test(value <= setting.money(self.at_most), value, setting.currency)


@dataclass(frozen=True, kw_only=True)
class CashFloor(Target):
    """Cash that an entity never goes below, after any step."""

    entity: Party
    amount: Plain
    currency: Word | None = None

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """One row at the end of each period."""
        yield from setting.cash_rows(self.entity, goal, setting.worth(self.amount, self.currency or setting.currency))

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The lowest cash on the path, in the case's currency."""
        views = [outcome.start, *(step.view for step in outcome.steps)]
        values = [view.cash.get(self.entity, "0") for view in views]
        if any(value is None for value in values):
            return Test(False, None, setting.currency)
        least = min(Fraction(str(value)) for value in values)
        return Test(least >= setting.worth(self.amount, self.currency or setting.currency), least, setting.currency)


@dataclass(frozen=True, kw_only=True)
class GroupCash(Target):
    """What outsiders pay the group for shares, less costs and what the group pays outsiders (spec/deal 11)."""

    at_least: Sum

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """Sales of members to the market count, purchases of a member from a member do not."""
        yield setting.group_cash_row(goal, setting.money(self.at_least))

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The change of the group's cash in the replay."""
        value = None if outcome.group_cash is None else setting.worth(outcome.group_cash.change, outcome.group_cash.currency)
        return Test(value is not None and value >= setting.money(self.at_least), value, setting.currency)


@dataclass(frozen=True, kw_only=True)
class FundPaid(Target):
    """Whoever committed money to the joint fund can pay it from cash and net proceeds, without going below zero."""

    commitments_met: Flag = True

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """Nobody who committed ends below zero; who committed nothing needs no row."""
        for who in setting.promised:
            *_, last = setting.cash_rows(who, goal, Fraction(0))
            yield last

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """What those who committed lack at the end, all together."""
        cash = [Fraction(str(outcome.end.cash.get(who) or 0)) for who in setting.promised]
        missing = -sum((min(x, Fraction(0)) for x in cash), Fraction(0))
        return Test(missing == 0, missing, f"{setting.currency} missing")
