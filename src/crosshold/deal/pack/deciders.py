"""Who decides after a step: control, power, first and second voter, who blocks, wedge, and who gained most (spec/deal 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

from crosshold.deal.viability import blocking
from crosshold.deal.view import View
from crosshold.errors import CrossholdError
from crosshold.measures.ownership import ownership
from crosshold.measures.power import Power, power
from crosshold.model.entity import FLOAT

SPECIAL = Fraction(2, 3)
SETTINGS = {
    "index": "shapley-shubik", "quota": "more than 1/2 of exercisable votes", "float": "ocean", "bloc": "control",
    "blocking": "at least 2/3 of votes cast, all votes present; alone or two together", "control": "more than 1/2 of votes",
    "wedge": "direct exercisable votes - cash share through all chains (ownership, source-avoiding)",
}  # fmt: skip
"""The settings of every number here."""


@dataclass(frozen=True, eq=False)
class Deciders:
    """Of one state; every number is ``None`` where the law leaves the votes open."""

    view: View

    @cached_property
    def settled(self) -> bool:
        """Whether one count of votes stands."""
        return self.view.votes.settled

    @cached_property
    def power(self) -> dict[str, Power | None]:
        """The power index in every company with votes."""
        found: dict[str, Power | None] = {}
        for issuer in self.view.stakes:
            try:
                found[issuer] = power(self.view.votes.network, issuer) if self.settled else None
            except CrossholdError:  # nobody can vote there
                found[issuer] = None
        return found

    def index(self, issuer: str) -> dict[str, Any] | None:
        """Power by voter (a bloc goes by its leader); ``~float`` has what is left to dispersed holders."""
        found = self.power.get(issuer)
        if found is None:
            return None
        return {**found.values, **({FLOAT: found.float_value} if found.float_value else {})}

    def wedge(self, issuer: str) -> dict[str, Any]:
        """Votes less look-through cash share of each named holder; ``None`` where either is open."""
        stakes = self.view.stakes[issuer]
        named = [holder for holder in stakes if holder != issuer and not holder.startswith("~")]
        found: dict[str, Any] = dict.fromkeys(named)
        try:
            network = self.view.votes.network
            pairs = [(holder, issuer) for holder in sorted({*named} & {*network.ids})]
            rows = ownership(network, pairs=pairs).rows if pairs else ()
        except CrossholdError:  # a ring owns itself
            return found
        cash = {row.holder: row.total for row in rows}
        for holder in named if self.settled else ():
            votes, share = stakes[holder].on("exercisable_votes"), cash.get(holder, Fraction(0))
            found[holder] = None if votes is None or share is None else votes - share
        return found

    def voters(self, issuer: str) -> list[tuple[str, Fraction]]:
        """Named voters with their exercisable votes as a share, blocs under one control together, largest first."""
        found = self.power.get(issuer)
        return [] if found is None else sorted(found.votes.items(), key=lambda pair: (-pair[1], pair[0]))


def decides(before: Deciders, after: Deciders, issuer: str) -> dict[str, Any]:
    """One company after a step, and whose power rose most in it."""
    voters, index, old = after.voters(issuer), after.index(issuer), before.index(issuer)
    alone = [who for who, share in voters if blocking(share, majority=SPECIAL)]
    rest = [(who, share) for who, share in voters if who not in alone]
    pairs = [[a, b] for (a, x), (b, y) in combinations(rest, 2) if blocking(x + y, majority=SPECIAL)]
    told = [{"holder": who, "votes": share} for who, share in voters[:2]]
    return {
        "control": list(after.view.control.get(issuer, ())) if after.settled else None,
        "power": index,
        "first_voter": told[0] if told else None,
        "second_voter": told[1] if len(told) > 1 else None,
        "blocking_minorities": [[who] for who in alone] + pairs if index is not None else None,
        "wedge": after.wedge(issuer),
        "gained_most": _gained(old, index),
        "reason": None if index is not None else "no votes can be cast" if after.settled else "the law leaves the votes open",
    }


def _gained(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    """Changes in power, the largest gain first; empty when nothing changed."""
    if old is None or new is None:
        return None
    moves = {who: new.get(who, Fraction(0)) - old.get(who, Fraction(0)) for who in {*old, *new}}
    ranked = sorted(((who, x) for who, x in moves.items() if x), key=lambda pair: (-pair[1], pair[0]))
    return [{"holder": who, "change": change} for who, change in ranked]
