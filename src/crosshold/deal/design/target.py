"""The kinds of goal: each as exact linear rows over the shares moved, and as a test on the plan that was really replayed.

A threshold on one ratio is linear also when shares are cancelled: (h - m - b) / (n - B) <= t is m + b - t B >= h - t n (spec/deal 15).
What is not linear (two moving ratios against each other, votes that the law switches) is taken at the last replay and replayed again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from crosshold.deal.keys import Kind, kinds
from crosshold.deal.outcome import Outcome
from crosshold.deal.values import Amount
from crosshold.formats.fields import Fields

if TYPE_CHECKING:
    from crosshold.deal.design.forms import Form
    from crosshold.deal.design.setting import Setting


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
