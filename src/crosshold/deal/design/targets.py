"""The kinds of goal: each as exact linear rows over the shares moved, and as a test on the plan that was really replayed.

A threshold on one ratio is linear also when shares are cancelled: (h - m - b) / (n - B) <= t is m + b - t B >= h - t n (spec/deal 15).
What is not linear (two moving ratios against each other, votes that the law switches) is taken at the last replay and replayed again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from crosshold.deal.keys import Basis, Flag, Issuer, Kind, Parties, Party, Ratio, Word, Words, kinds
from crosshold.deal.outcome import Outcome
from crosshold.deal.partners import over, parent
from crosshold.deal.values import Amount
from crosshold.deal.viability import balance
from crosshold.formats.fields import Fields
from crosshold.law.near import near_lines
from crosshold.model.share import BASES

if TYPE_CHECKING:
    from crosshold.deal.design.forms import Form
    from crosshold.deal.design.setting import Setting

ONE = Fraction(1)
WatchName = Annotated[str, Kind(lambda f, key: f.text(key), "watch")]
Plain = Annotated[Decimal, Kind(lambda f, key: f.money(key))]


def _sum(f: Fields, key: str) -> Amount | None:
    """Money as ``{amount, currency}``, or a bare number in the case's currency."""
    inner = f.child(key) if isinstance(f.data.get(key), dict) else None
    if inner is not None:
        inner.only(("amount", "currency"))
        inner.require("amount")
    value = inner.money("amount") if inner else f.money(key)
    if value is not None and value < 0:
        f.fault("E_NEG_QTY", f"{key}: {value} is negative.", "Amounts are 0 or more.", key)
        return None
    return None if value is None else Amount(value, inner.text("currency") if inner else None)


Sum = Annotated[Amount, Kind(_sum)]


class Row(NamedTuple):
    """``sum of terms[v] * x[v] + sum of costs[v] * cost_v(x[v]) >= least``; ``unit`` and ``per`` say what one unit of slack means.

    A goal on one ratio names its ``form`` and ``threshold``. A goal that is missed by ``s`` of its own unit is a row that is short by
    ``s * per``. Multipliers of costs are never positive, so every row is a convex condition.
    """

    goal: str
    terms: Mapping[int, Fraction]
    least: Fraction
    costs: Mapping[int, Fraction]
    unit: str
    per: Fraction
    form: Form | None = None
    threshold: Fraction | None = None


class Test(NamedTuple):
    """Whether a goal holds in a replay, and the number that decided it."""

    met: bool
    value: Any
    unit: str


class Target(ABC):
    """One kind of goal."""

    @abstractmethod
    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """The goal as rows, linearised where needed at the setting's point."""

    @abstractmethod
    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The goal on a replay, exactly."""

    def review(self, source: Fields) -> None:  # noqa: B027
        """Collect what is wrong between keys; nothing by default."""

    def names(self) -> list[tuple[str, str]]:
        """``(role, name)`` of what the goal names: issuer, party, watch."""
        found: list[tuple[str, str]] = []
        for field_ in fields(self):  # type: ignore[arg-type]
            kind, value = kinds(type(self)).get(field_.name), getattr(self, field_.name)
            if kind is None or value is None:
                continue
            if kind.role in ("issuer", "party", "watch"):
                found.append((kind.role, value))
            elif kind.role == "parties":
                found += [("party", name) for name in value]
        return found


@dataclass(frozen=True, kw_only=True)
class Stake(Target):
    """The share of ``holders`` (or one ``holder``) in ``issuer`` on a basis, at the end of the plan."""

    issuer: Issuer
    basis: Basis
    holders: Parties = ()
    holder: Party | None = None
    at_most: Ratio | None = None
    at_least: Ratio | None = None

    @property
    def group(self) -> tuple[str, ...]:
        """Everybody whose stake is added up."""
        return (*self.holders, *([self.holder] if self.holder else []))

    def review(self, source: Fields) -> None:
        """Somebody's stake, and a bound."""
        if not self.group:
            source.fault("C_MISSING_KEY", "nobody is named whose stake it is.", "Add 'holders: [..]'.")
        if self.at_most is None and self.at_least is None:
            source.fault("C_MISSING_KEY", "neither 'at_most' nor 'at_least' is given.", "Add one of them.")

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """One row for each bound."""
        form = setting.form(self.issuer, self.group, self.basis)
        unit = f"of {self.basis}"
        if self.at_most is not None:
            yield form.row(goal, "<=", self.at_most, unit)
        if self.at_least is not None:
            yield form.row(goal, ">=", self.at_least, unit)

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The stake at the end."""
        table = outcome.end.stakes[self.issuer]
        values = [table[who].on(self.basis) for who in self.group if who in table]
        if any(value is None for value in values):
            return Test(False, None, f"of {self.basis}")
        value = sum((v for v in values if v is not None), Fraction(0))
        met = (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)
        return Test(met, value, f"of {self.basis}")


@dataclass(frozen=True, kw_only=True)
class Balance(Target):
    """1 - |a - b| / (a + b) of what two companies have in each other on a basis; subsidiaries count for their parent."""

    between: Parties
    basis: Basis
    at_least: Ratio

    def review(self, source: Fields) -> None:
        """Two of them."""
        if len(self.between) != 2 or len(set(self.between)) != 2:
            source.fault("C_BAD_VALUE", "a balance is between two companies.", "Write 'between: [A, B]'.", "between")

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """B >= beta iff (2 - beta) a >= beta b and (2 - beta) b >= beta a; the two denominators are those of the last replay."""
        view, (one, other) = setting.view(), self.between
        forms = []
        for issuer, owner in ((other, one), (one, other)):
            group = tuple(h for h in view.stakes[issuer] if h != issuer and parent(view, h) == owner)
            forms.append(setting.form(issuer, group, self.basis))
        for a, b in (forms, forms[::-1]):
            yield a.against(b, goal, self.at_least)

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The balance at the end; ``None`` is no mutual power, which meets no goal."""
        a, b = (over(outcome.end, holder, issuer, self.basis) for holder, issuer in (self.between, self.between[::-1]))
        value = None if a is None or b is None else balance(a, b)
        return Test(value is not None and value >= self.at_least, value, f"balance of {self.basis}")


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
class Peak(Target):
    """The highest value of a watched stake on the whole path."""

    watch: WatchName
    at_most: Ratio

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """One row at the end of each period."""
        line = next(w for w in setting.snapshot.watch if str(w["name"]) == self.watch)
        group = tuple(str(h) for h in line["holders"])
        for period in range(setting.periods):
            form = setting.form(str(line["issuer"]), group, str(line["basis"]), period)
            yield form.row(goal, "<=", self.at_most, f"of {line['basis']}")

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The peak of the replay, start included."""
        best = outcome.peak.get(self.watch)
        value = None if best is None else best["value"]
        return Test(value is not None and value <= self.at_most, value, "at its highest")


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


@dataclass(frozen=True, kw_only=True)
class NoEvent(Target):
    """None of these rules may be met or lost by anybody on the path."""

    rules: Words

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """Every line of the rules stays on the side where it is, at the end of each period; what a lever cannot reach needs no row."""
        seen = set()
        for outcome in setting.start.votes.ballot.outcomes[:1]:
            for line in near_lines(outcome, ONE):
                key = (line.issuer, line.holder, line.basis, line.op, line.threshold)
                if line.rule not in self.rules or line.basis not in BASES or key in seen:
                    continue
                seen.add(key)
                for period in range(setting.periods):
                    form = setting.form(line.issuer, line.holder, line.basis, period)
                    if form.moves:
                        op = line.op if line.met else {">": "<=", ">=": "<", "<": ">=", "<=": ">"}[line.op]
                        yield form.row(goal, op, line.threshold, f"of {line.basis}")

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The forbidden events of the replay."""
        found = sorted({str(e["rule"]) for e in outcome.events if e["rule"] in self.rules})
        return Test(not found, ", ".join(found) or "none", "events")


@dataclass(frozen=True, kw_only=True)
class Deadline(Target):
    """No step after this day; periods that are later are left out."""

    last: date

    def rows(self, setting: Setting, goal: str) -> Iterator[Row]:
        """The later moves are 0."""
        for v, move in enumerate(setting.moves):
            if move.day > self.last:
                yield Row(goal, {v: -ONE}, Fraction(0), {}, "shares", ONE)

    def test(self, setting: Setting, outcome: Outcome) -> Test:
        """The day of the last step."""
        last = outcome.steps[-1].day if outcome.steps else outcome.start.snapshot.at
        return Test(last <= self.last, last.isoformat(), "last day")


TARGETS: Mapping[str, type[Any]] = {
    "balance": Balance, "book_loss": BookLoss, "cash_floor": CashFloor, "deadline": Deadline, "fund": FundPaid,
    "group_cash": GroupCash, "net_proceeds": NetProceeds, "no_event": NoEvent, "peak": Peak, "share": Stake, "stake": Stake,
}  # fmt: skip
"""The words of a goals file."""
