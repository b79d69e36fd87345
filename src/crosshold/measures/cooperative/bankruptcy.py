"""Dividing too little: an estate smaller than the claims on it.

Sources: O'Neill, "A problem of rights arbitration from the Talmud", Mathematical Social Sciences 2 (1982); Aumann and Maschler, "Game
theoretic analysis of a bankruptcy problem from the Talmud", J. Economic Theory 36 (1985); the rules side by side in Thomson,
Mathematical Social Sciences 45 (2003).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Findings, did_you_mean
from crosshold.measures.cooperative.game import Number, number, refused, sums
from crosshold.model.result import Result

RULES = ("constrained-equal-awards", "constrained-equal-losses", "proportional", "talmud")


class AwardRow(NamedTuple):
    """Money of one claimant."""

    claimant: str
    claim: Fraction
    award: Fraction
    loss: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class Bankruptcy(Result):
    """``awards`` by claimant, exact; they add up to the estate, and nobody gets less than nothing or more than he claims."""

    awards: Mapping[str, Fraction]
    claims: Mapping[str, Fraction]

    row: ClassVar[Any] = AwardRow

    def _rows(self) -> list[AwardRow]:
        return [AwardRow(name, self.claims[name], x, self.claims[name] - x) for name, x in self.awards.items()]


def bankruptcy(estate: Number, claims: Mapping[str, Number] | Sequence[Number], *, rule: str = "talmud") -> Bankruptcy:
    """The division of an estate among claims of equal rank that together are at least as large.

    ``talmud``: equal awards up to half of each claim, from there on equal losses; that is the nucleolus of the bankruptcy game (Aumann and
    Maschler). ``constrained-equal-awards``: all the same, nobody more than his claim. ``constrained-equal-losses``: all lose the same,
    nobody more than his claim. ``proportional``: to the claims. Claims of a list are named 1, 2, ...

    Errors: E_VALUE, E_NEGATIVE, E_ESTATE (above the claims: there is nothing to ration), E_RULE.
    """
    whole, owed = _amounts(estate, claims)
    if rule not in RULES:
        raise refused("E_RULE", f"{rule!r} is no rule of division.", did_you_mean(rule, RULES), "rule")
    due, total = list(owed.values()), sum(owed.values(), Fraction(0))
    if rule == "proportional":
        awards = [claim * whole / total if total else claim for claim in due]
    elif rule == "constrained-equal-awards":
        awards = _equal(whole, due)
    elif rule == "constrained-equal-losses":
        awards = [claim - loss for claim, loss in zip(due, _equal(total - whole, due), strict=True)]
    else:
        half = [claim / 2 for claim in due]
        if 2 * whole <= total:
            awards = _equal(whole, half)
        else:
            awards = [claim - loss for claim, loss in zip(due, _equal(total - whole, half), strict=True)]
    settings = {"rule": rule, "estate": whole, "method": "exact"}
    return Bankruptcy(awards=dict(zip(owed, awards, strict=True)), claims=owed, settings=settings)


def bankruptcy_game(estate: Number, claims: Mapping[str, Number] | Sequence[Number]) -> dict[tuple[str, ...], Fraction]:
    """What coalitions of claimants can be sure of: what is left of the estate when all others are paid in full, or nothing."""
    whole, owed = _amounts(estate, claims)
    names, total = list(owed), sum(owed.values(), Fraction(0))
    values = {}
    for mask, inside in enumerate(sums(list(owed.values()))):
        members = tuple(name for k, name in enumerate(names) if mask >> k & 1)
        values[members] = max(Fraction(0), whole - (total - inside))
    return values


def _amounts(estate: Number, claims: Mapping[str, Number] | Sequence[Number]) -> tuple[Fraction, dict[str, Fraction]]:
    faults = Findings()
    given = claims.items() if isinstance(claims, Mapping) else ((str(k + 1), claim) for k, claim in enumerate(claims))
    whole = number(estate, "estate", faults)
    owed = {str(name): number(claim, f"claim of {name}", faults) for name, claim in given}
    for name, claim in owed.items():
        if claim < 0:
            faults.add("E_NEGATIVE", f"{name} claims {claim}.", "Claims are 0 or more.", name)
    if whole < 0:
        faults.add("E_NEGATIVE", f"an estate of {whole} is less than nothing.", "Give what is there.", "estate")
    elif whole > sum(owed.values()):
        message = f"an estate of {whole} is above the claims of {sum(owed.values())}: there is nothing to ration."
        faults.add("E_ESTATE", message, "Pay the claims in full and name the owner of the rest.", "estate")
    faults.raise_errors()
    return whole, owed


def _equal(amount: Fraction, most: Sequence[Fraction]) -> list[Fraction]:
    """``amount`` in equal parts, nobody more than his ``most``: the smallest are filled first."""
    left, awards = amount, [Fraction(0)] * len(most)
    for place, i in enumerate(sorted(range(len(most)), key=most.__getitem__)):
        awards[i] = min(most[i], left / (len(most) - place))
        left -= awards[i]
    return awards
