"""What a row says of the size of a deal: how much a company may buy of itself in a day, keep, or cancel, how much a holder may sell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from crosshold.law import vocabulary as words


@dataclass(frozen=True, slots=True)
class Limit:
    """At most the greatest of ``most`` (shares of bases) may be ``what``: a day, or within ``months`` where it says so.

    ``averaged`` tells over what a volume is averaged, ``outside`` the venues that the row does not reach, ``holders_from`` the least
    stake of a holder it binds (of issued shares), ``part`` the weaker part by which it reaches a deal.
    """

    what: str
    most: tuple[tuple[Fraction, str], ...]
    months: int = 0
    averaged: str = ""
    outside: tuple[str, ...] = ()
    holders_from: Fraction = Fraction(0)
    part: str | None = None

    def shares(self, bases: Mapping[str, int | Fraction]) -> int | None:
        """Whole shares allowed, given what each base amounts to; ``None`` when one of them is not known.

        >>> Limit("bought", ((Fraction(1, 4), "daily_volume"),)).shares({"daily_volume": 10_001})
        2500
        """
        if any(base not in bases for _, base in self.most):
            return None
        return max(int(share * bases[base] // 1) for share, base in self.most)

    def said(self, deal: Mapping[str, int | str]) -> str:
        """What it says of a deal given as ``{bought: shares, venue: ..., daily_volume: ...}``: within, over, outside, or unknown."""
        if deal.get("venue") in self.outside or self.what not in deal:
            return "outside"
        most = self.shares({base: int(deal[base]) for base in words.LIMIT_OF if base in deal})
        return "unknown" if most is None else "over" if int(deal[self.what]) > most else "within"

    def __str__(self) -> str:
        parts = [f"{share} of {words.LIMIT_OF[base]}" for share, base in self.most]
        within = f" within {self.months} months" if self.months else ""
        over = f", averaged over {self.averaged}" if self.averaged else ""
        outside = f"; outside: {', '.join(self.outside)}" if self.outside else ""
        binds = f" by a holder of {self.holders_from} or more" if self.holders_from else ""
        return f"{self.what}{binds}{within}: at most {' or '.join(parts)}{' (the greater)' * (len(parts) > 1)}{over}{outside}"
