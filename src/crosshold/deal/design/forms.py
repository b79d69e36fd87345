"""A share of a whole while shares move: numerator and denominator as exact linear functions of the numbers moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosshold.deal.design.target import Row

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Form:
    """``(num + sum up[v] (x[v] - point[v])) / (den + sum down[v] (x[v] - point[v]))``.

    ``num`` and ``den`` are those of the state at ``point``. On shares issued or outstanding the form is exact everywhere, on votes as long
    as the law treats the lots as it does at the point.
    """

    num: Fraction
    den: Fraction
    up: Mapping[int, Fraction]
    down: Mapping[int, Fraction]
    point: Mapping[int, int]

    @property
    def moves(self) -> frozenset[int]:
        """The moves that change the share."""
        return frozenset(v for side in (self.up, self.down) for v, x in side.items() if x)

    def at(self, x: Mapping[int, int]) -> Fraction | None:
        """The share when ``x`` moved; ``None`` of nothing."""
        whole = self.whole(x)
        return (self.num + self._change(self.up, x)) / whole if whole else None

    def whole(self, x: Mapping[int, int]) -> Fraction:
        """The denominator when ``x`` moved."""
        return self.den + self._change(self.down, x)

    def _change(self, side: Mapping[int, Fraction], x: Mapping[int, int]) -> Fraction:
        return sum((c * (x.get(v, 0) - self.point.get(v, 0)) for v, c in side.items()), ZERO)

    def row(self, goal: str, op: str, threshold: Fraction, unit: str) -> Row:
        """The share is ``op`` the threshold; a strict one keeps a gap of one share or vote."""
        sign = -1 if op in ("<=", "<") else 1
        terms = {v: sign * (self.up.get(v, ZERO) - threshold * self.down.get(v, ZERO)) for v in self.moves}
        now = sign * (self.num - threshold * self.den)
        moved = sum((c * self.point.get(v, 0) for v, c in terms.items()), ZERO)
        gap = Fraction(1, threshold.denominator) if op in ("<", ">") else ZERO
        return Row(goal, terms, gap - now + moved, {}, unit, max(self.den, ONE), self, threshold)

    def against(self, other: Form, goal: str, beta: Fraction) -> Row:
        """``(2 - beta) * this share >= beta * the other``; how the two change is taken at the point, to first order."""
        slope: dict[int, Fraction] = {}
        for form, factor in ((self, 2 - beta), (other, -beta)):
            for v in form.moves:  # d(n / D) = (dn - n / D dD) / D
                change = (form.up.get(v, ZERO) - form.share * form.down.get(v, ZERO)) / max(form.den, ONE)
                slope[v] = slope.get(v, ZERO) + factor * change
        point = {**self.point, **other.point}
        moved = sum((c * point.get(v, 0) for v, c in slope.items()), ZERO)
        return Row(goal, slope, moved - (2 - beta) * self.share + beta * other.share, {}, "of balance", ONE)

    @property
    def share(self) -> Fraction:
        """The share at the point; 0 of nothing."""
        return self.num / self.den if self.den else ZERO
