"""Least and greatest sets closed under "holds more than a threshold together"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

Edges = Sequence[Sequence[tuple[int, int]]]
Passes = Callable[[int, int], bool]


def passes(threshold: Fraction, strict: bool, total: Sequence[int]) -> Passes:
    """The test "weight / total[node] > threshold" (``>=`` unless strict), decided in whole numbers of any size."""
    p, q = threshold.numerator, threshold.denominator
    if strict:
        return lambda node, weight: weight * q > p * total[node]
    return lambda node, weight: weight * q >= p * total[node]


def least_closure(out: Edges, seeds: Collection[int], test: Passes) -> tuple[dict[int, int], dict[int, int]]:
    """The least set that contains ``seeds`` and every node of which the set together holds enough.

    ``out[u]`` are ``(v, weight)``: u holds weight of v. Returns ``(round, held)``: for each node that was added, the round in which
    it was (from 1), and what the whole set holds of every node that it touches. A set only grows, so each edge out of the set
    is looked at once: O(edges out of the set).
    """
    rounds: dict[int, int] = {}
    held: dict[int, int] = {}
    frontier = sorted(set(seeds))
    inside = set(frontier)
    number = 0
    while frontier:
        number += 1
        touched: dict[int, None] = {}
        for u in frontier:
            for v, weight in out[u]:
                held[v] = held.get(v, 0) + weight
                touched[v] = None
        frontier = sorted(v for v in touched if v not in inside and test(v, held[v]))
        inside.update(frontier)
        rounds.update(dict.fromkeys(frontier, number))
    return rounds, held


def greatest_closure(incoming: Edges, seeds: Collection[int], test: Passes) -> set[int]:
    """The greatest set in which every node but the seeds is held enough by the set: start from all, drop until nothing changes.

    A ring that nobody outside holds keeps itself in it; compare with :func:`least_closure`.
    """
    inside = set(range(len(incoming)))
    while True:
        dropped = [
            v for v in inside if v not in seeds and not test(v, sum(w for u, w in incoming[v] if u in inside))
        ]  # fmt: skip
        if not dropped:
            return inside - set(seeds)
        inside.difference_update(dropped)


def blocs(out: Edges, incoming: Edges, target: int, test: Passes) -> list[tuple[list[int], list[int]]]:
    """The holders of ``target`` that vote as one: ``(leaders, holders)`` per bloc, by the first holder.

    Two holders belong together when one node controls both, or one controls the other; ``leaders`` are the nodes that control the bloc
    and that nobody but another leader controls. What ``target`` itself controls is not a reason: it does not vote in itself.
    """
    direct = sorted(u for u, _ in incoming[target])
    above = set(direct)
    agenda = list(direct)
    while agenda:
        for u, _ in incoming[agenda.pop()]:
            if u != target and u not in above:
                above.add(u)
                agenda.append(u)
    reach = {u: {u, *least_closure(out, [u], test)[0]} for u in sorted(above)}
    bloc = {h: {h} for h in direct}
    for controlled in reach.values():
        merged: set[int] = set()
        for h in direct:
            if h in controlled:
                merged |= bloc[h]
        for h in merged:
            bloc[h] = merged
    result = []
    for h in direct:
        if h == min(bloc[h]):
            over = [u for u in reach if reach[u] & bloc[h]]
            leaders = [u for u in over if all(v in reach[u] for v in over if u in reach[v])]
            result.append((leaders, sorted(bloc[h])))
    return result
