"""Loops of holdings: rings in which companies hold each other, what each loop is worth, and rings that nobody owns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from heapq import nsmallest
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, UndeterminedError
from crosshold.kernels.cuts import Cuts
from crosshold.kernels.flow import Amount, Divergent, Flow
from crosshold.kernels.paths import shortest_cycle, simple_cycles
from crosshold.model.result import Result
from crosshold.network import Graph, Network

HALF = Fraction(1, 2)
LIMIT = 1000
BUDGET = 10**6


@dataclass(frozen=True)
class Component:
    """A strongly connected component of two or more companies.

    ``cycle_rank`` = edges - members + 1 (independent loops, not the number of loops); ``held_inside``: fraction of each member held by the
    members; ``mutual_majority``: each is held inside by more than half; ``condition``: 1-norm condition number of I - C, ``None`` when
    ownerless; ``double_counting``: value of the members over the same without the stakes inside, when own assets were given;
    ``shortest``: a shortest loop through each member, from it on.
    """

    members: tuple[str, ...]
    edges: int
    cycle_rank: int
    held_inside: Mapping[str, Fraction]
    ownerless: bool
    mutual_majority: bool
    condition: float | None
    double_counting: Amount
    shortest: Mapping[str, tuple[str, ...]]


class Handover(NamedTuple):
    """``company`` and its ultimate controllers ``before`` and ``after`` a stake is cut."""

    company: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Loop:
    """A simple cycle, ``path`` from the member that sorts first; each holds the next one and the last holds the first.

    ``gain``: product of the stakes; ``cancellable``: smallest stake along it in money, at ``weakest`` (holder, issuer), when own assets
    were given; ``votes_locked``: fraction of each member's votes held by the loop, ``None`` where it has no votes.

    What the loop is worth in control: ``cut`` is the stake where it is weakest (in money when own assets were given, else as a fraction);
    without its votes, which leave the whole too, ``control_lost`` are pairs (controller, controlled) that end, ``control_gained``
    those that begin, ``control_without`` the companies whose ultimate controllers change. ``None`` where not computed.
    """

    path: tuple[str, ...]
    gain: Fraction
    cancellable: Amount
    weakest: tuple[str, str] | None
    votes_locked: Mapping[str, Fraction | None]
    cut: tuple[str, str]
    control_lost: tuple[tuple[str, str], ...] | None
    control_gained: tuple[tuple[str, str], ...] | None
    control_without: tuple[Handover, ...] | None


class LoopRow(NamedTuple):
    """Printed form of a loop."""

    loop: str
    gain: Fraction
    cancellable: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Loops(Result):
    """Components, largest first; loops by gain, then length, then ids. ``partial``: not every loop is listed (a limit was given)."""

    components: tuple[Component, ...]
    loops: tuple[Loop, ...]
    double_counting: Amount
    partial: bool
    network: Network = field(repr=False)

    row: ClassVar[Any] = LoopRow
    shares: ClassVar[tuple[str, ...]] = ("gain",)

    def _rows(self) -> list[LoopRow]:
        return [LoopRow(" > ".join([*loop.path, loop.path[0]]), loop.gain, loop.cancellable) for loop in self.loops]

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The loops in which ``holder`` holds ``issuer``, each with its stakes, and the shortest loop through the holder."""
        graph, network = self.network.graph(self.settings["graph"]), self.network
        through = []
        for loop in self.loops:
            edges = list(pairwise((*loop.path, loop.path[0])))
            if (holder, issuer) in edges:
                stakes = [graph.fraction(network.index(i), network.index(j)) for i, j in edges]
                told = {"cut": loop.cut, "control_lost": loop.control_lost, "control_without": loop.control_without}
                through.append({"path": list(loop.path), "stakes": stakes, "gain": loop.gain, **told})
        neighbours = [[j for j, _ in graph.holdings(i)] for i in range(len(network))]
        shortest = [network.ids[i] for i in shortest_cycle(neighbours, network.index(holder))]
        return {"verb": "loops", "holder": holder, "issuer": issuer, "loops": through, "shortest": shortest}


def loops(
    network: Network,
    own_assets: Mapping[str, Decimal | Fraction | int | str] | None = None,
    *,
    limit: int | None = None,
    budget: int = BUDGET,
    basis: str = "capital",
    control: bool | None = None,
) -> Loops:
    """Components, every loop, what control hangs on it, and with ``own_assets`` (money by id) what could be swapped and cancelled.

    Own shares are no loop. More than 1,000 loops raise E_PATH_BUDGET (exit status 3): a count is exact or absent. With an explicit
    ``limit`` up to ``budget`` loops are looked at, the ``limit`` with the largest gain come back and ``partial`` says so. Other errors:
    E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR; finding W_OWNERLESS_CYCLE. Control (more than half of the votes) with and without each
    loop is computed up to 2,000 holdings, or as ``control`` says.

    Sources: Johnson, SIAM J. Comput. 4 (1975), for listing cycles; the circuit rank is Kirchhoff's (1847).
    """
    graph = network.graph(basis)
    flow = graph.flow(up=True)
    equity = None if own_assets is None else _equity(network, graph, flow, own_assets)
    rings = graph.rings
    components = [_component(network, graph, flow, members, equity) for members in rings]
    ranked, partial = _ranked(network, graph, rings, limit, budget)
    cuts = _cuts(network) if network.votes.is_exact(control) and ranked else None
    return Loops(
        components=tuple(sorted(components, key=lambda c: (-len(c.members), c.members))),
        loops=tuple(_loop(network, graph, path, gain, equity, cuts) for gain, path in ranked),
        double_counting=None if equity is None or own_assets is None else _double(network, graph, equity, own_assets),
        partial=partial,
        network=network,
        settings={"graph": basis, "basis": graph.basis, "limit": limit, "control": None if cuts is None else "more than 1/2"},
        findings=(*network.findings, *network.ownerless_findings(graph.ownerless)),
    )


def ownerless(network: Network, *, basis: str = "capital") -> tuple[tuple[str, ...], ...]:
    """Components of two or more whose members together hold exactly 100 % of each member, after own shares; ids sorted.

    Decided in whole numbers before anything is solved. Nobody outside has a share in them, so look-through and value have no answer.
    """
    return tuple(sorted(tuple(network.ids[i] for i in members) for members in network.graph(basis).ownerless))


def _ranked(
    network: Network, graph: Graph, rings: list[list[int]], limit: int | None, budget: int
) -> tuple[list[tuple[Fraction, list[int]]], bool]:
    """Gain and nodes of the loops to show, in their order, and whether some are missing."""
    found: list[tuple[Fraction, list[int]]] = []
    partial = False
    for members in rings:
        place = {node: k for k, node in enumerate(members)}
        stake = {(i, j): Fraction(w, int(graph.total[j])) for j in members for i, w in graph.holders(j) if i in place}
        neighbours: list[list[int]] = [[] for _ in members]
        for i, j in stake:
            neighbours[place[i]].append(place[j])
        most = (LIMIT if limit is None else budget) - len(found)
        for count, cycle in enumerate(simple_cycles(neighbours)):
            if count == most and limit is None:
                names = network.words(members)
                message = f"more than {LIMIT:,} loops among {names}; the count was not finished."
                raise UndeterminedError(Finding("E_PATH_BUDGET", message, "Give a limit to see the largest.", names))
            if count == most:
                partial = True
                break
            path = [members[k] for k in cycle]
            found.append((prod((stake[edge] for edge in pairwise([*path, path[0]])), start=Fraction(1)), path))
    kept = found if limit is None else nsmallest(limit, found, key=_rank)
    return sorted(kept, key=_rank), partial or len(kept) < len(found)


def _rank(loop: tuple[Fraction, list[int]]) -> tuple[Fraction, int, list[int]]:
    """Largest gain first, then shorter, then by ids."""
    return -loop[0], len(loop[1]), loop[1]


def _equity(network: Network, graph: Graph, flow: Flow, own: Mapping[str, Any]) -> dict[int, Amount]:
    """Equity of everyone, (I - A)^-1 p, for the money behind each stake."""
    given: dict[int, Amount] = {network.index(name): Fraction(amount) for name, amount in own.items()}
    lost = {node: None for members in graph.ownerless for node in members}
    try:
        solved = flow.solve({**given, **lost})
    except Divergent as cause:
        raise network.singular(cause) from None
    return {i: solved.get(i, Fraction(0)) for i in range(len(network))}


def _double(network: Network, graph: Graph, equity: Mapping[int, Amount], own: Mapping[str, Any]) -> Amount:
    """Sum of the equity of all companies (those somebody is known to hold, or given) over the sum of own assets."""
    companies = [equity[i] for i, name in enumerate(network.ids) if graph.holders(i) or name in own]
    known = [x for x in companies if x is not None]
    total = sum((Fraction(amount) for amount in own.values()), start=Fraction(0))
    return sum(known, start=Fraction(0)) / total if total and len(known) == len(companies) else None


def _stake(graph: Graph, equity: Mapping[int, Amount] | None, holder: int, issuer: int) -> Amount:
    """Money of one stake."""
    share, worth = graph.fraction(holder, issuer), None if equity is None else equity[issuer]
    return None if share is None or worth is None else share * worth


def _component(
    network: Network, graph: Graph, flow: Flow, members: list[int], equity: Mapping[int, Amount] | None
) -> Component:  # fmt: skip
    group = set(members)
    edges = [(i, j, w) for j in members for i, w in graph.holders(j) if i in group]
    held = {j: sum(w for i, w in graph.holders(j) if i in group) for j in members}
    inside = {j: Fraction(weight, int(graph.total[j])) for j, weight in held.items()}
    closed = members in graph.ownerless
    condition = None
    if not closed:
        try:
            flow.spread(members[0])
            condition = flow.condition[flow.block[members[0]]]
        except Divergent as cause:
            raise network.singular(cause) from None
    double: Amount = None
    worth = [x for x in (equity[j] for j in members) if x is not None] if equity is not None else []
    if len(worth) == len(members):
        stakes = sum((s for i, j, _ in edges if (s := _stake(graph, equity, i, j)) is not None), start=Fraction(0))
        gross = sum(worth, start=Fraction(0))
        double = gross / (gross - stakes) if gross != stakes else None
    return Component(
        members=tuple(network.ids[j] for j in members),
        edges=len(edges),
        cycle_rank=len(edges) - len(members) + 1,
        held_inside={network.ids[j]: share for j, share in inside.items()},
        ownerless=closed,
        mutual_majority=all(2 * share > 1 for share in inside.values()),
        condition=condition,
        double_counting=double,
        shortest=_shortest(network, members, edges),
    )


def _shortest(network: Network, members: list[int], edges: list[tuple[int, int, int]]) -> dict[str, tuple[str, ...]]:
    """A shortest loop through each member; one always stays inside the component."""
    place = {node: k for k, node in enumerate(members)}
    neighbours: list[list[int]] = [[] for _ in members]
    for i, j, _ in sorted(edges):
        neighbours[place[i]].append(place[j])
    return {
        network.ids[node]: tuple(network.ids[members[k]] for k in shortest_cycle(neighbours, place[node])) for node in members
    }


def _cuts(network: Network) -> Cuts:
    votes, n = network.votes, len(network)
    return Cuts([votes.holdings(i) for i in range(n)], [votes.holders(j) for j in range(n)], votes.total.tolist(), HALF)


def _loop(
    network: Network,
    graph: Graph,
    path: list[int],
    gain: Fraction,
    equity: Mapping[int, Amount] | None,
    cuts: Cuts | None,
) -> Loop:
    edges = list(pairwise([*path, path[0]]))
    stakes = {(i, j): _stake(graph, equity, i, j) for i, j in edges}
    known = {edge: money for edge, money in stakes.items() if money is not None}
    weakest = min(known, key=lambda edge: (known[edge], edge)) if len(known) == len(edges) else None
    group, votes = set(path), network.votes
    locked = {
        network.ids[j]: Fraction(sum(w for i, w in votes.holders(j) if i in group), int(votes.total[j]))
        if votes.total[j]
        else None
        for j in path
    }
    cut = weakest or min(edges, key=lambda edge: (graph.fraction(*edge), edge))
    change = cuts.without(*cut) if cuts else None

    def names(pairs: Collection[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
        return tuple((network.ids[a], network.ids[b]) for a, b in sorted(pairs))

    def words(nodes: Collection[int]) -> tuple[str, ...]:
        return tuple(network.ids[i] for i in sorted(nodes))

    return Loop(
        path=tuple(network.ids[i] for i in path),
        gain=gain,
        cancellable=None if weakest is None else known[weakest],
        weakest=None if weakest is None else (network.ids[weakest[0]], network.ids[weakest[1]]),
        votes_locked=locked,
        cut=(network.ids[cut[0]], network.ids[cut[1]]),
        control_lost=None if change is None else names(change.lost),
        control_gained=None if change is None else names(change.gained),
        control_without=None
        if change is None
        else tuple(Handover(network.ids[j], words(before), words(after)) for j, before, after in change.handed),
    )
