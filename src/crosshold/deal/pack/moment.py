"""One step with the states around it, and what could not be computed for want of an input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from crosshold.deal.ledger import rate, rounded, shown
from crosshold.deal.partners import over, parent
from crosshold.deal.view import View
from crosshold.errors import RequestError

if TYPE_CHECKING:
    from crosshold.deal.outcome import Executed


@dataclass(frozen=True, eq=False)
class Moment:
    """``path`` are the steps up to and with ``step``; ``members`` the plan's group.

    ``absent`` collects figures without an input, ``used`` the names of inputs.
    """

    start: View
    before: View
    step: Executed
    path: Sequence[Executed]
    members: Sequence[str] = ()
    absent: list[dict[str, str]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    @property
    def after(self) -> View:
        """The state after the step."""
        return self.step.view

    @property
    def touched(self) -> list[str]:
        """Companies in which any stake differs on any basis, also where no share moved."""
        old, new = self.before.stakes, self.after.stakes
        return [name for name in new if old.get(name) != new[name]]

    def lack(self, figure: str, who: str, reason: str) -> None:
        """Name a figure that is not there, and why."""
        row = {"figure": figure, "who": who, "reason": reason}
        if row not in self.absent:
            self.absent.append(row)

    def figures(self, figure: str, who: str, *keys: str) -> Mapping[str, Any] | None:
        """A company's row of ``financials`` when it has all ``keys``; else ``None``, and the figure is absent."""
        row = self.after.snapshot.financials.get(who)
        missing = [key for key in keys if row is None or row.get(key) is None]
        if row is None or missing:
            self.lack(figure, who, f"financials.{who} has no {', '.join(missing)}")
            return None
        self.used.add(f"financials.{who}")
        return row

    def convert(self, figure: str, who: str, amount: Fraction | Decimal, source: str, target: str) -> Fraction | None:
        """An amount at the case's rate of the day; without one the figure is absent."""
        state = self.after.snapshot
        try:
            return Fraction(amount) * rate(state.fx, source, target, state.at)
        except RequestError as error:
            self.lack(figure, who, error.findings[0].message)
            return None

    def unit(self, who: str) -> set[str]:
        """A company and those in which it has the majority of capital."""
        return {who, *(name for name in self.after.stakes if parent(self.after, name) == who)}


def share_of(view: View, holder: str, issuer: str) -> Fraction:
    """A party's share of issued with the companies that count for it; 0 without shares."""
    return over(view, holder, issuer, "issued") or Fraction(0)


def money(amount: Fraction | Decimal | None, currency: str) -> str | None:
    """An amount as text with the places of its currency."""
    return None if amount is None else shown(rounded(amount, currency), currency)


def day_of(row: Mapping[str, Any]) -> str:
    """The day of a row of figures."""
    return str(row["date"])
