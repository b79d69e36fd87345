"""The Ballot as deals read it: gross votes per lot, shares of exercisable votes, and ``None`` where the law leaves it open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from crosshold.errors import Finding, UndeterminedError
from crosshold.law.ballot import Ballot, ballot
from crosshold.law.book import RuleBook
from crosshold.law.event import Event
from crosshold.law.events import events
from crosshold.law.outcome import StableOutcome
from crosshold.model.snapshot import Lot, Snapshot
from crosshold.network import Network, build

Stakes = Mapping[str, Fraction | None]


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes of one state. With several stable outcomes an issuer is settled when all of them agree on it."""

    snapshot: Snapshot
    ballot: Ballot

    @cached_property
    def _gross(self) -> dict[str, int]:
        world = self.ballot.benches[0].world
        return {lot.id: votes for lot, votes in zip(world.lots, world.gross, strict=True)}

    def gross(self, lot: Lot) -> int:
        """Gross votes of a lot; the same in every outcome, since no suspension touches them."""
        return self._gross.get(lot.id, 0)

    @cached_property
    def _theoretical(self) -> dict[str, int]:
        world = self.ballot.benches[0].world
        return {lot.id: world.theoretical(i) for i, lot in enumerate(world.lots)}

    def theoretical(self, lot: Lot) -> int:
        """Gross votes of a lot, own shares at base votes."""
        return self._theoretical.get(lot.id, 0)

    @cached_property
    def settled(self) -> bool:
        """Whether every issuer is settled."""
        return all(self.settles(issuer) for issuer in self.snapshot.issuers)

    def settles(self, issuer: str) -> bool:
        """Whether one answer stands for an issuer."""
        outcomes = self.ballot.outcomes
        return bool(outcomes) and all(o.stakes(issuer) == outcomes[0].stakes(issuer) for o in outcomes[1:])

    def stakes(self, issuer: str) -> Stakes:
        """Shares of exercisable votes by holder; all ``None`` when no vote counts or the law is open."""
        if self.settles(issuer):
            return self.ballot.outcomes[0].stakes(issuer)
        return {lot.holder: None for lot in self.snapshot.lots_of(issuer)}

    def alternatives(self, issuer: str) -> list[Stakes]:
        """The different answers for an issuer that is not settled."""
        found: list[Stakes] = []
        for outcome in self.ballot.outcomes:
            stakes = outcome.stakes(issuer)
            if stakes not in found:
                found.append(stakes)
        return found if len(found) > 1 else []

    def one(self, step: str) -> StableOutcome:
        """The one outcome; ``E_MULTI_FIXPOINT`` or ``E_NO_FIXPOINT`` when a step depends on it and there is not one."""
        if self.settled:
            return self.ballot.outcomes[0]
        code, what = ("E_MULTI_FIXPOINT", "several outcomes are") if self.ballot.outcomes else ("E_NO_FIXPOINT", "no outcome is")
        message = f"{what} consistent with the law, and this step depends on which."
        raise UndeterminedError(Finding(code, message, "Fix a reading under rules.settings.", f"step {step}"))

    @cached_property
    def network(self) -> Network:
        """Capital, and votes as exercisable; gross votes where the law is open."""
        if self.settled:
            return build(self.snapshot, self.ballot.outcomes[0].weights(), votes_basis="exercisable_votes")
        return build(self.snapshot, self._gross)

    @property
    def findings(self) -> list[Finding]:
        """What the Ballot has to tell; that it has no single answer is a warning here."""
        return [replace(f, code="W_VOTES_UNSETTLED") if f.level == "error" else f for f in self.ballot.findings]


class Counter:
    """Counts votes, each register once: money moves often, and orders of a plan meet the same registers again.

    ``asked`` are the companies of which lines are told; without any, all.
    """

    def __init__(self, rules: RuleBook | None = None, asked: Sequence[str] = ()) -> None:
        self.rules, self.asked = rules, asked
        self._known: dict[tuple[object, ...], Ballot] = {}
        self._events: dict[tuple[int, ...], tuple[Event, ...]] = {}

    def __call__(self, snapshot: Snapshot) -> Votes:
        """The law (``rules``, else the bundled book) and the contracts applied to a state."""
        parts = (repr(snapshot.overlays), repr(snapshot.contracts), repr(snapshot.facts), repr(snapshot.rules))
        key = (snapshot.at, tuple(snapshot.lots), tuple(snapshot.issuers.values()), tuple(snapshot.entities.values()), *parts)
        if key not in self._known:
            found = ballot(snapshot, rules=self.rules)
            self._known[key] = found.about(*self.asked) if self.asked else found
        return Votes(snapshot, self._known[key])

    def events(self, before: Votes, after: Votes, history: Sequence[Ballot | Snapshot] = ()) -> tuple[Event, ...]:
        """What differs in law between two states that this counter counted; a change of money alone is none.

        ``history`` are the states before, oldest first, for rules on a rise within some months.
        """
        if before.ballot is after.ballot:
            return ()
        creeps = any(rule.measures_increase for rule in after.ballot.rules)
        earlier = tuple(history) if creeps else ()
        pair = (id(before.ballot), id(after.ballot), *map(id, earlier))
        if pair not in self._events:
            self._events[pair] = events(before.ballot, after.ballot, history=earlier)
        return self._events[pair]
