"""Proofs as plain data: the chains behind a multiplied share, and the steps behind control."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

from crosshold.kernels.control import Edges, Passes, least_closure
from crosshold.kernels.paths import largest_paths
from crosshold.network import Graph

MOST_CHAINS = 10


def chains(graph: Graph, ids: Sequence[str], start: int, end: int, stop: Collection[int] = ()) -> dict[str, Any]:
    """The largest chains from ``start`` down to ``end`` that repeat nobody, with their stakes and products, and what they add up to.

    Nothing passes through the nodes of ``stop``. ``complete``: these are all the chains; without circles their sum is the whole share.
    """
    closed = set(stop) - {start, end}
    n = len(ids)
    down: list[list[tuple[int, Fraction | float]]] = [[] for _ in range(n)]
    up: list[list[tuple[int, Fraction | float]]] = [[] for _ in range(n)]
    for i, j, weight in graph.edges():
        if i not in closed and j not in closed:
            share = Fraction(weight, int(graph.total[j]))
            down[i].append((j, share))
            up[j].append((i, share))
    found, complete = largest_paths(down, up, start, end, MOST_CHAINS)
    told, listed = [], Fraction(0)
    for path in found:
        stakes = [graph.fraction(i, j) or Fraction(0) for i, j in pairwise(path)]
        product = prod(stakes, start=Fraction(1))
        listed += product
        told.append({"chain": [ids[i] for i in path], "stakes": stakes, "product": product})
    return {"basis": graph.basis, "chains": told, "listed": listed, "complete": complete}


def derivation(
    graph: Graph, out: Edges, ids: Sequence[str], seeds: Collection[int], goals: Collection[int], test: Passes
) -> list[dict[str, Any]]:
    """The companies that come under control on the way to ``goals``, in their order: round, whose votes count, their sum."""
    rounds, _ = least_closure(out, seeds, test)
    when = dict.fromkeys(seeds, 0) | rounds
    needed = {goal for goal in goals if goal in rounds}
    agenda = sorted(needed)
    while agenda:
        company = agenda.pop()
        for holder, _ in graph.holders(company):
            if 0 < when.get(holder, 0) < rounds[company] and holder not in needed:
                needed.add(holder)
                agenda.append(holder)
    steps = []
    for company in sorted(needed, key=lambda c: (rounds[c], c)):
        by = {
            ids[h]: graph.fraction(h, company) or Fraction(0)
            for h, _ in graph.holders(company)
            if when.get(h, len(ids)) < rounds[company]
        }
        steps.append({"company": ids[company], "round": rounds[company], "by": by, "sum": sum(by.values(), start=Fraction(0))})
    return steps
