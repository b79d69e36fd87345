"""Goals on stakes, on the balance of two, on the path and on the law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from crosshold.deal.design.target import Row, Target, Test
from crosshold.deal.keys import Basis, Issuer, Kind, Parties, Party, Ratio, Words
from crosshold.deal.outcome import Outcome
from crosshold.deal.partners import over, parent
from crosshold.deal.viability import balance
from crosshold.formats.fields import Fields
from crosshold.law.near import near_lines
from crosshold.model.share import BASES

if TYPE_CHECKING:
    from crosshold.deal.design.setting import Setting

ONE = Fraction(1)
WatchName = Annotated[str, Kind(lambda f, key: f.text(key), "watch")]


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
