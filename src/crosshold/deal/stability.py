"""Whether a joint fund holds together: core slack, cost of stability, who gains by leaving, outside pressure (spec/deal 14, V1-V3, V6).

V3 and V6 are definitions of this product. V3: a coalition that is worth more apart than it is given may leave when the exit rule lets
it: always (free); with a majority of votes behind it; or with everybody's consent, which the rest gives when it does not lose either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding, RequestError


@dataclass(frozen=True)
class Leaver(Record):
    """A coalition, what it gains by leaving, and whether the exit rule lets it."""

    coalition: tuple[str, ...]
    gain: Fraction
    may_leave: bool


def leavers(
    worth: Mapping[str, Number], split: Mapping[str, Number], *, exit_rule: str, votes: Mapping[str, Number], majority: Number
) -> list[Leaver]:
    """Every coalition with v(S) > x(S), the largest gain first. ``votes`` count "at least ``majority``"; an unlisted S is worth 0."""
    values = {frozenset(part.strip() for part in key.split("+")): number(value) for key, value in worth.items()}
    given, weights, bar = {w: number(x) for w, x in split.items()}, {w: number(x) for w, x in votes.items()}, number(majority)
    found = []
    for size in range(1, len(given)):
        for names in combinations(sorted(given), size):
            rest = frozenset(given) - set(names)
            gain = values.get(frozenset(names), Fraction(0)) - sum(given[who] for who in names)
            if gain > 0:
                content = values.get(rest, Fraction(0)) >= sum(given[who] for who in rest)
                behind = sum(weights.get(who, Fraction(0)) for who in names)
                may = {"free": True, "majority": behind >= bar or content, "unanimity": content}[exit_rule]
                found.append(Leaver(names, gain, may))
    return sorted(found, key=lambda row: (-row.gain, row.coalition))


@dataclass(frozen=True)
class Pressure(Record):
    """Repeated dilemma: cooperation holds while patience is at least ``bound`` = (T - R) / (T - P); ``margin`` = patience - bound."""

    bound: Fraction
    margin: Fraction
    holds: bool


def pressure(temptation: Number, reward: Number, punishment: Number, patience: Number) -> Pressure:
    """T > R > P: what betrayal brings once, what cooperation brings every time, what is left after betrayal.

    >>> pressure(5, 3, 1, "0.6").bound
    Fraction(1, 2)
    """
    t, r, p, delta = number(temptation), number(reward), number(punishment), number(patience)
    if not t > r > p:
        message = f"temptation {temptation}, reward {reward}, punishment {punishment} do not fall in this order."
        raise RequestError(Finding("C_BAD_NUMBER", message, "Without the order there is no dilemma.", "pressure"))
    bound = (t - r) / (t - p)
    return Pressure(bound, delta - bound, delta >= bound)


def stability(terms: Mapping[str, Any], split: Mapping[str, Fraction]) -> dict[str, Any]:
    """V1, V2, V3 and V6 of a fund from its terms; each is ``None`` with a reason when an input is missing."""
    from crosshold.deal.fund import cost_of_stability, least_core

    told: dict[str, Any] = dict.fromkeys(("core_slack", "cost_of_stability", "leavers", "outside_pressure"))
    reasons: dict[str, str] = {}
    worth, voting = terms.get("worth"), terms.get("voting") or {}
    whole = _whole(worth)
    if not worth or not whole:
        reasons |= dict.fromkeys(
            ("core_slack", "cost_of_stability", "leavers"), "fund.worth does not say what each group would have"
        )
    else:
        try:
            slack, cost = -least_core(worth)["epsilon"], cost_of_stability(worth)
        except RequestError as error:
            reasons |= dict.fromkeys(("core_slack", "cost_of_stability", "leavers"), error.findings[0].message)
        else:
            told |= {"core_slack": slack / whole, "cost_of_stability": cost / whole}
            told["leavers"], reason = _leavers(worth, whole, split, voting)
            reasons |= {"leavers": reason} if reason else {}
    if terms.get("pressure"):
        told["outside_pressure"] = vars(pressure(**terms["pressure"]))
    else:
        reasons["outside_pressure"] = "fund.pressure is not given"
    return told | {"reasons": reasons}


def _leavers(
    worth: Mapping[str, Number], whole: Fraction, split: Mapping[str, Fraction], voting: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, str | None]:
    """V3, or why it is not there."""
    rule = voting.get("exit")
    if rule is None or (rule == "majority" and voting.get("majority") is None):
        return None, f"fund.voting has no {'exit' if rule is None else 'majority'}"
    if not split:
        return None, "ownership is not known"
    votes = dict.fromkeys(split, Fraction(1, len(split))) if voting.get("by") == "heads" else split
    amounts = {who: part * whole for who, part in split.items()}
    found = leavers(worth, amounts, exit_rule=rule, votes=votes, majority=voting.get("majority") or 1)
    return {"number": sum(row.may_leave for row in found), "coalitions": [vars(row) for row in found]}, None


def _whole(worth: Mapping[str, Number] | None) -> Fraction | None:
    """v(N)."""
    if not worth:
        return None
    players = {part.strip() for key in worth for part in key.split("+")}
    full = next((value for key, value in worth.items() if {part.strip() for part in key.split("+")} == players), None)
    return None if full is None else number(full)
