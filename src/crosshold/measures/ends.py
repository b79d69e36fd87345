"""Stakes with bounds from Networks, and a lower and an upper Network from stakes with bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm
from typing import Any

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.kernels.csr import compress
from crosshold.kernels.worlds import cast, extreme
from crosshold.model.stakes import ANYONE, Column, Registers, Slot, Stakes
from crosshold.network import Graph, Network


def stakes_of(network: Network, bounds: Mapping[tuple[str, str], tuple[Fraction | str, Fraction | str]]) -> Stakes:
    """The stakes of a Network, of which some lie between bounds: ``(holder, issuer)`` -> lowest and highest fraction, both possible.

    Bounds are taken of both graphs, rounded outward to whole shares; every total stays, and holders whom nobody names take up the
    difference. Errors: E_UNKNOWN_ID (all at once), E_BOUNDS, E_OVERHELD.
    """
    known = Stakes(ids=network.ids, capital={}, votes={})
    known.indices([name for pair in bounds for name in pair])
    asked = {(network.index(h), network.index(i)): (Fraction(low), Fraction(high)) for (h, i), (low, high) in bounds.items()}

    def registers(graph: Graph) -> Registers:
        columns: dict[int, Column] = {}
        for j in range(len(network)):
            total = int(graph.total[j])
            exact = dict(graph.holders(j))
            slots = [Slot(i, weight, weight) for i, weight in exact.items() if (i, j) not in asked]
            for (i, issuer), (low, high) in asked.items():
                if issuer == j:
                    slots.append(Slot(i, floor(low * total), ceil(high * total)))
            if slots:
                columns[j] = ((total, (*slots, Slot(ANYONE, 0, total))),)
        return columns

    return replace(known, **_both(network, registers))


def stakes_between(lower: Network, upper: Network) -> Stakes:
    """Stakes of which ``lower`` has the lowest counts and ``upper`` the highest; ids and totals must be the same (E_BOUNDS)."""
    if lower.ids != upper.ids:
        raise RequestError(
            Finding("E_BOUNDS", "the two networks have different entities.", "Build both from the same holdings.", "bounds")
        )

    def registers(low: Graph, high: Graph) -> Registers:
        columns: dict[int, Column] = {}
        for j in range(len(lower)):
            total, name = int(low.total[j]), lower.ids[j]
            if total != int(high.total[j]):
                message = f"{name}: the two networks have different totals."
                raise RequestError(Finding("E_BOUNDS", message, "Bounds are of the same whole.", name))
            least, most = dict(low.holders(j)), dict(high.holders(j))
            slots = [Slot(i, least.get(i, 0), most.get(i, 0)) for i in sorted({*least, *most})]
            if slots:
                columns[j] = ((total, (*slots, Slot(ANYONE, 0, total))),)
        return columns

    capital = registers(lower.capital, upper.capital)
    votes = capital if lower.votes is lower.capital and upper.votes is upper.capital else registers(lower.votes, upper.votes)
    return Stakes(ids=lower.ids, capital=capital, votes=votes, **_words(lower))


def ends(stakes: Stakes) -> tuple[Network, Network]:
    """A lower and an upper Network for any other measure that only grows with stakes: its answers on them enclose the truth.

    Each stake by itself is at its lowest count over the largest whole, and at the highest that the others' lowest counts leave room
    for over the smallest whole. These are outer bounds: the upper Network can hold more than a company (W_OVERHELD). Error: E_TOO_LARGE.
    """
    return _network(stakes, best=False), _network(stakes, best=True)


def _network(stakes: Stakes, best: bool) -> Network:
    capital = _end(stakes, "capital", best)
    votes = capital if stakes.votes is stakes.capital else _end(stakes, "votes", best)
    over = _over(stakes, (capital, votes))
    return Network(stakes.ids, capital, votes, names=stakes.names, kinds=stakes.kinds, findings=(*stakes.findings, *over))


def _end(stakes: Stakes, basis: str, best: bool) -> Graph:
    held: list[tuple[int, int, int]] = []
    totals = np.zeros(len(stakes), dtype=np.int64)
    for j, column in stakes.registers(basis).items():
        scale = lcm(*(Fraction(s.per).denominator for _, slots in column for s in slots))
        total = int(scale * cast(extreme(column, lambda s: s.per, not best)))
        if total >= 2**61:
            message = f"{stakes.ids[j]}: more than 2**61 votes or shares."
            raise RequestError(Finding("E_TOO_LARGE", message, "Check the digits, or use a smaller whole.", stakes.ids[j]))
        reached = 0
        totals[j] = max(total, int(best))  # a world without votes is none, and the next whole has one
        for whole, slots in column:
            room = whole - sum(s.low for s in slots)
            for s in slots:
                count = min(s.high, s.low + room) if best else s.low
                if s.node != ANYONE:
                    held.append((j, s.node, int(scale * s.per * count)))
                    reached += held[-1][2]
        if reached >= 2**63:
            message = f"{stakes.ids[j]}: the highest counts add up to more than 2**63 votes or shares."
            raise RequestError(Finding("E_TOO_LARGE", message, "Check the digits, or use a smaller whole.", stakes.ids[j]))
    rows = np.array(held, dtype=np.int64).reshape(-1, 3)
    pointer, holder, weight = compress(len(stakes), rows[:, 0], rows[:, 1], rows[:, 2])
    sums = [int(weight[a:b].sum()) for a, b in pairwise(pointer.tolist())]
    over = tuple(j for j, part in enumerate(sums) if part > totals[j])
    return Graph(stakes.basis(basis), pointer, holder, weight, totals, over)


def _over(stakes: Stakes, graphs: Iterable[Graph]) -> list[Finding]:
    over = sorted({j for graph in graphs for j in graph.overheld})
    return [
        Finding(
            "W_OVERHELD",
            f"{stakes.ids[j]}: the highest counts pass 100 % together.",
            "An outer bound, not a world.",
            stakes.ids[j],
        )
        for j in over
    ]


def _both(network: Network, registers: Any) -> dict[str, Any]:
    capital = registers(network.capital)
    votes = capital if network.votes is network.capital else registers(network.votes)
    return {"capital": capital, "votes": votes, **_words(network)}


def _words(network: Network) -> dict[str, Any]:
    return {
        "capital_basis": network.capital.basis,
        "votes_basis": network.votes.basis,
        "names": network.names,
        "kinds": network.kinds,
        "findings": network.findings,
    }
