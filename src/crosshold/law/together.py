"""Who counts together when votes are taken: a party with its concert, or with the companies it controls, as far as they hold the issuer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from crosshold.errors import Finding, UndeterminedError
from crosshold.law.bench import Bench
from crosshold.law.judge import Judge
from crosshold.law.measure import Pair
from crosshold.law.rule import Rule
from crosshold.law.trees import Group
from crosshold.law.truth import FALSE
from crosshold.law.world import World

MOST_OPEN = 6
"""Up to so many companies of which it is open whether they count, every group that may come out is looked at."""


class Together:
    """Groups of one world. ``few``: only lots inside circles can be silent, and only who has a tenth of a company there, or is named in a
    record, can control one of them."""

    def __init__(self, world: World, definitions: Mapping[str, Rule], *, few: bool) -> None:
        self.world, self.definitions, self.few = world, definitions, few
        self._judges: dict[str, list[Judge]] = {}
        self._groups: dict[tuple[str, str], Pair] = {}
        self._above: dict[str, dict[str, list[str]]] = {}

    def heads(self, group: Group, owners: set[str], rule: Rule) -> list[str]:
        """Parties that may have one of the owners in their group, the owners themselves among them; sorted."""
        if group.concert:
            return sorted(owners | {head for owner in owners for head in self.world.heads(owner)})
        assert group.subs is not None
        above = self._controllers(group.subs)
        found = owners | {head for owner in owners for head in above.get(owner, ())}
        return sorted(head for head in found if rule.holder.admits(self.world.snapshot.entities.get(head)) != FALSE)

    def members(self, group: Group, head: str, issuer: str, owners: set[str]) -> Iterator[frozenset[str]]:
        """Every set of owners that may count with ``head``: one where nothing is open. ``E_TOO_MANY_UNDECIDED`` beyond six open ones."""
        if group.concert:
            yield frozenset(self.world.concert(head, issuer) & owners)
            return
        assert group.subs is not None
        sure, possible = (frozenset(members & owners) for members in self._group(head, group.subs))
        open_ = sorted(possible - sure)
        if len(open_) > MOST_OPEN:
            message = f"whether {len(open_)} companies count with {head} in {issuer} hangs on other rules ({', '.join(open_[:4])}, ...)."
            raise UndeterminedError(Finding("E_TOO_MANY_UNDECIDED", message, "Record facts that decide some.", "ballot"))
        yield from (sure.union(more) for size in range(len(open_) + 1) for more in combinations(open_, size))

    def _controllers(self, definition: str) -> Mapping[str, list[str]]:
        """For every company, who may control it under a definition."""
        if definition not in self._above:
            above: dict[str, list[str]] = {}
            heads = {*self.world.strong, *self.world.named} if self.few else set(self.world.holdings) | self.world.named
            for head in sorted(heads - self.world.dispersed):
                for member in self._group(head, definition)[1] - {head}:
                    above.setdefault(member, []).append(head)
            self._above[definition] = above
        return self._above[definition]

    def _group(self, head: str, definition: str) -> Pair:
        """Who surely and who possibly belongs to a group, whichever lots are silent and whatever a text leaves open."""
        key = (head, definition)
        if key not in self._groups:
            pairs = [judge.control.group(head, definition) for judge in self._all(definition)]
            self._groups[key] = (
                frozenset.intersection(*(sure for sure, _ in pairs)),
                frozenset.union(*(possible for _, possible in pairs)),
            )
        return self._groups[key]

    def _all(self, definition: str) -> list[Judge]:
        """One judge where suspensions cannot change who controls whom, else one for each base with every vote open."""
        if definition not in self._judges:
            world, rule = self.world, self.definitions[definition]
            benches = [Bench(world, self.definitions, dict.fromkeys(self.definitions, base)) for base in ("gross", "exercisable")]
            if all(bench.is_static(rule) for bench in benches):
                self._judges[definition] = [Judge(benches[0])]
            else:
                lots: Sequence[int] = range(len(world.lots))
                if self.few:
                    lots = np.flatnonzero(world.circles.inside).tolist()
                kept = {i: (0, world.gross[i]) for i in lots}
                self._judges[definition] = [Judge(bench, kept) for bench in benches]
        return self._judges[definition]
