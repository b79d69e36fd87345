"""Who must act together: the smallest parties that control a company.

A party controls a company when its members, with everything they control together, hold more than the threshold of its votes. A
smallest party is one of which every member is needed (a minimal winning coalition: von Neumann and Morgenstern, "Theory of Games and
Economic Behavior", 1944, section 48). The votes of a member's companies count with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError, UndeterminedError
from crosshold.kernels.cascades import ancestors
from crosshold.kernels.control import least_closure, passes
from crosshold.model.result import Result
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Network

HALF = Fraction(1, 2)
LIMIT = 100
EFFORT = 200_000  # sets looked at; one whose companies must be followed counts once for each member


class PartyRow(NamedTuple):
    """``members`` (ids, largest holding first) control ``issuer`` together; without any one of them they do not.

    ``votes`` (fraction 0-1) is what they and the companies they control together hold of it.
    """

    issuer: str
    members: tuple[str, ...]
    votes: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class Parties(Result):
    """``rows``: smallest parties, fewest members first, then those with the larger holdings.

    ``alone``: every entity that controls the issuer by itself, sorted; a company that only a party controls is controlled by none of
    its members. ``partial``: not all parties are listed; those with up to ``complete_to`` members are.
    """

    rows: tuple[PartyRow, ...]
    alone: tuple[str, ...]
    partial: bool
    complete_to: int
    network: Network = field(repr=False)

    row: ClassVar[Any] = PartyRow
    shares: ClassVar[tuple[str, ...]] = ("votes",)

    def explain(self, members: Sequence[str], issuer: str) -> dict[str, Any]:
        """Whether some holders control the issuer together, as plain data: whose votes count, their sum, and the sum without each.

        ``steps`` are the companies that come under control, in their order; ``without`` maps each member to whether the others still
        control the issuer.
        """
        network, graph = self.network, self.network.graph(self.settings["graph"])
        game = _Game(network, self.settings["graph"], issuer, Fraction(self.settings["threshold"]), self.settings["strict"])
        seeds = network.indices(members)
        rounds, _ = game.close(seeds)
        group = {*seeds, *rounds} - {game.goal}
        by = {network.ids[h]: graph.fraction(h, game.goal) or Fraction(0) for h, _ in graph.holders(game.goal) if h in group}
        return {
            "verb": "parties",
            "holder": "+".join(sorted(members)),
            "issuer": issuer,
            "value": game.goal in rounds,
            "by": by,
            "sum": sum(by.values(), start=Fraction(0)),
            "steps": [network.ids[j] for j in sorted(rounds, key=lambda j: (rounds[j], j))],
            "without": {network.ids[i]: game.wins([j for j in seeds if j != i]) for i in seeds},
            **{key: self.settings[key] for key in ("basis", "threshold", "strict")},
        }


def smallest_parties(
    network: Network,
    issuer: str,
    limit: int = LIMIT,
    *,
    among: Iterable[str] | None = None,
    threshold: Fraction | str = HALF,
    strict: bool = True,
    basis: str = "votes",
    effort: int = EFFORT,
) -> Parties:
    """The smallest parties that control ``issuer`` (an id), at most ``limit`` of them, those with the fewest members first.

    Members are direct holders of the issuer, or entities of ``among`` (ids): a shareholder of a holder can stand for it there. Sets are
    searched by size, and within a size from the largest holders down; a set is left when even the largest that may still join,
    with every company that could come under control, would not do. ``effort`` bounds the sets looked at; one whose companies must be
    followed counts once for each member.

    Errors: E_UNKNOWN_ID (all at once), E_LIMIT, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_BASIS_AMBIGUOUS, E_PARTY_BUDGET (none found
    within the effort; exit status 3). Findings: N_ONLY_TOGETHER (nobody controls the issuer alone), N_NO_PARTY (not even all together
    do), and those of the network.
    """
    if limit < 1:
        raise RequestError(Finding("E_LIMIT", f"a list of {limit} parties shows nothing.", "Ask for at least 1.", "limit"))
    limit_line = exact_threshold(threshold)
    game = _Game(network, basis, issuer, limit_line, strict)
    candidates = game.direct if among is None else [i for i in network.indices(among) if i != game.goal]
    candidates = list(dict.fromkeys(candidates))
    found: list[list[int]] = []
    complete_to, partial = len(candidates), False
    if game.wins(candidates):
        search = _Search(game, candidates, effort)
        for size in range(1, len(candidates) + 1):
            for party in search.of_size(size):
                if len(found) == limit:
                    partial = True
                    break
                found.append(party)
            if partial or search.spent:
                complete_to, partial = size - 1, True
                break
            if not search.larger:  # no set that fails yet would do with more members
                break
        if not found:
            message = f"no party was found among {effort:,} sets of holders of {issuer}; none has up to {complete_to} members."
            raise UndeterminedError(Finding("E_PARTY_BUDGET", message, "Allow more effort, or name fewer holders.", issuer))
    alone = tuple(network.ids[i] for i in game.above() if game.wins([i]))
    findings = list(network.findings)
    if not found:
        message = f"all {len(candidates)} of them together do not control {issuer}: the rest is held by nobody named."
        findings.append(Finding("N_NO_PARTY", message, "Lower the threshold, or add the missing holders.", issuer))
    elif not alone:
        findings.append(Finding("N_ONLY_TOGETHER", f"nobody controls {issuer} alone; these parties do together.", "", issuer))
    return Parties(
        rows=tuple(PartyRow(issuer, tuple(network.ids[i] for i in party), game.share(party)) for party in found),
        alone=alone,
        partial=partial,
        complete_to=complete_to,
        network=network,
        settings={
            "issuer": issuer,
            "graph": basis,
            "basis": network.graph(basis).basis,
            "threshold": str(limit_line),
            "strict": strict,
            "among": "direct holders" if among is None else "named",
            "limit": limit,
        },
        findings=tuple(findings),
    )


class _Game:
    """Which sets of entities control one company."""

    def __init__(self, network: Network, basis: str, issuer: str, limit: Fraction, strict: bool) -> None:
        graph = network.graph(basis)
        self.graph, self.goal = graph, network.index(issuer)
        self.test = passes(limit, strict, graph.total.tolist())
        self.out = graph.out
        self.weight = dict(graph.holders(self.goal))
        self.direct = list(self.weight)

    def close(self, seeds: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
        """Rounds of what the seeds control together, and what they and it hold."""
        return least_closure(self.out, seeds, self.test)

    def wins(self, seeds: Collection[int]) -> bool:
        """Whether the seeds control the company together."""
        return self.goal in self.close(seeds)[0]

    def share(self, seeds: Collection[int]) -> Fraction:
        """Votes of the seeds and of what they control, without those of the company itself."""
        inside = {*seeds, *self.close(seeds)[0]}
        held = sum(weight for holder, weight in self.weight.items() if holder in inside and holder != self.goal)
        return Fraction(held, int(self.graph.total[self.goal]))

    def above(self) -> list[int]:
        """Everybody from whom a chain of holdings leads to the company."""
        return sorted(ancestors(self.graph.into, self.goal))


class _Search:
    """Smallest parties of one size. ``spent``: the effort ran out; ``larger``: some set could still do with more members."""

    def __init__(self, game: _Game, candidates: Collection[int], effort: int) -> None:
        self.game, self.effort = game, effort
        self.spent = self.larger = False
        # Direct holders that others might bring along: a set may have their votes without having them as members. With all
        # candidates together counted, these are at least those, which is all that the pruning needs.
        _, held = game.close(set(candidates))
        self.brought = {h for h in game.direct if h != game.goal and h in held and game.test(h, held[h])}
        self.free = sum(game.weight[h] for h in self.brought)
        own = {c: 0 if c in self.brought else game.weight.get(c, 0) for c in candidates}
        self.candidates = sorted(own, key=lambda c: (-own[c], -game.weight.get(c, 0), c))
        self.weights = [own[c] for c in self.candidates]
        self.sums = list(accumulate(self.weights, initial=0))

    def of_size(self, size: int) -> Iterator[list[int]]:
        """Every smallest party with so many members, from the largest holders down."""
        self.larger = False
        last = len(self.candidates)
        chosen: list[int] = []  # places in the order of the candidates
        place = 0
        while True:
            left = size - len(chosen)
            held = sum(self.weights[k] for k in chosen)
            if place + left <= last and self._can_do(held, place, left):
                if self.effort <= 0:
                    self.spent = True
                    return
                self.effort -= 1
                party, more = [*chosen, place], held + self.weights[place]
                place += 1
                if self._wins(party):
                    if left == 1 and not any(self._wins([k for k in party if k != out]) for out in party):
                        yield [self.candidates[k] for k in party]
                elif left > 1:
                    chosen = party
                else:
                    self.larger = self.larger or self._can_do(more, place, last - place)
            else:  # later candidates hold no more, so nothing further can do
                self.larger = self.larger or self._can_do(held, place, last - place)
                if not chosen:
                    return
                place = chosen.pop() + 1

    def _wins(self, places: Sequence[int]) -> bool:
        members = [self.candidates[k] for k in places]
        direct = sum(self.game.weight.get(i, 0) for i in members)
        if not self.brought or self.game.test(self.game.goal, direct):
            return self.game.test(self.game.goal, direct)
        if not self.game.test(self.game.goal, sum(self.weights[k] for k in places) + self.free):
            return False
        self.effort -= len(members)
        return self.game.wins(members)

    def _can_do(self, held: int, start: int, left: int) -> bool:
        """Whether a set could control with ``left`` more: the largest from ``start`` on, and all that can be brought along."""
        more = self.sums[min(start + left, len(self.candidates))] - self.sums[start]
        return self.game.test(self.game.goal, held + more + self.free)
