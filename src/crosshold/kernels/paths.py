"""Paths that repeat no node, and cycles, in a small weighted directed graph."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction

Number = Fraction | float
Edges = Sequence[Sequence[tuple[int, Number]]]


class BudgetSpent(RuntimeError):
    """More paths than allowed: ``start`` is where they begin, ``sums`` what was found per end point, ``count`` how many."""

    def __init__(self, start: int, sums: dict[int, Number], count: int) -> None:
        super().__init__(f"more than {count} paths")
        self.start, self.sums, self.count = start, sums, count


def simple_path_sums(edges: Edges, start: int, budget: int) -> list[Number]:
    """For each node the sum, over the paths from ``start`` to it that repeat no node, of the product of their weights.

    The path of no edges counts as 1 at ``start``. Exponential in the worst case: more than ``budget`` paths raise
    :class:`BudgetSpent`.
    """
    sums: list[Number] = [Fraction(0)] * len(edges)
    sums[start] = Fraction(1)
    used = [False] * len(edges)
    used[start] = True
    trail: list[tuple[int, Number, int]] = [(start, Fraction(1), 0)]  # node, product so far, next edge
    count = 0
    while trail:
        node, product, edge = trail.pop()
        if edge == len(edges[node]):
            used[node] = False
            continue
        trail.append((node, product, edge + 1))
        other, weight = edges[node][edge]
        if used[other]:
            continue
        if count == budget:
            raise BudgetSpent(start, dict(enumerate(sums)), count)
        count += 1
        sums[other] += product * weight
        used[other] = True
        trail.append((other, product * weight, 0))
    return sums


def simple_paths(neighbours: Sequence[Sequence[int]], start: int, end: int, budget: int) -> list[list[int]]:
    """Every path from ``start`` to another node ``end`` that repeats no node, in the order of the neighbours.

    Only nodes that reach ``end`` are entered. More than ``budget`` steps raise :class:`BudgetSpent`, whose count is the paths found.
    """
    backward: list[list[int]] = [[] for _ in neighbours]
    for node, heads in enumerate(neighbours):
        for head in heads:
            backward[head].append(node)
    useful = _reach(backward, end, least=0)
    found: list[list[int]] = []
    path, trail = [start], [iter(neighbours[start])]
    while trail:
        head = next(trail[-1], -1)
        if head < 0:
            trail.pop()
            path.pop()
        elif head in useful and head not in path:
            budget -= 1
            if budget < 0:
                raise BudgetSpent(start, {}, len(found))
            if head == end:
                found.append([*path, end])
            else:
                path.append(head)
                trail.append(iter(neighbours[head]))
    return found


def largest_paths(
    edges: Edges, reverse: Edges, start: int, end: int, most: int, effort: int = 100_000
) -> tuple[list[list[int]], bool]:
    """The ``most`` simple paths from ``start`` to ``end`` with the largest products, largest first, and whether they are all.

    Weights are at most 1. Best-first search: a partial path is worth its product times the best product from its end, so whole
    paths come out in order. ``effort`` bounds the partial paths looked at. A cycle through ``start`` is found when both are equal.
    """
    best = _best_products(reverse, end)
    if start not in best and start != end:
        return [], True
    queue: list[tuple[Number, list[int], Number]] = [(-Fraction(1), [start], Fraction(1))]
    found: list[list[int]] = []
    while queue and effort:
        effort -= 1
        _, path, product = heapq.heappop(queue)
        if path[-1] == end and len(path) > 1:
            if len(found) == most:
                return found, False
            found.append(path)
            continue
        for other, weight in edges[path[-1]]:
            if other in best and (other not in path or (other == end == start)):
                further = product * weight
                heapq.heappush(queue, (-further * best[other], [*path, other], further))
    return found, not queue


def _best_products(reverse: Edges, end: int) -> dict[int, Number]:
    """For every node that reaches ``end``, the largest product of weights on a path to it."""
    best: dict[int, Number] = {}
    queue: list[tuple[Number, int]] = [(Fraction(-1), end)]
    while queue:
        negative, node = heapq.heappop(queue)
        if node not in best:
            best[node] = -negative
            for other, weight in reverse[node]:
                if other not in best:
                    heapq.heappush(queue, (negative * weight, other))
    return best


def simple_cycles(neighbours: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Every simple cycle of two or more nodes once, as its nodes from the smallest on.

    A node is tried again only after something behind it became free, which bounds the time per cycle by O(n + m).
    Source: Johnson, "Finding all the elementary circuits of a directed graph", SIAM J. Comput. 4 (1975).
    """
    n = len(neighbours)
    for root in range(n):
        alive = _cyclic_with(neighbours, root)
        if len(alive) < 2:
            continue
        blocked = {root}
        waits: dict[int, set[int]] = {node: set() for node in alive}
        path = [root]
        closed: set[int] = set()  # nodes of the path that lie on a cycle found meanwhile
        trail = [(root, iter([v for v in neighbours[root] if v in alive]))]
        while trail:
            node, heads = trail[-1]
            head = next(heads, None)
            if head is None:
                trail.pop()
                path.pop()
                if node in closed:
                    _unblock(node, blocked, waits)
                    closed.update(path[-1:])
                else:
                    for v in neighbours[node]:
                        if v in alive:
                            waits[v].add(node)
                closed.discard(node)
            elif head == root:
                yield list(path)
                closed.add(node)
            elif head not in blocked:
                blocked.add(head)
                path.append(head)
                trail.append((head, iter([v for v in neighbours[head] if v in alive])))


def _unblock(node: int, blocked: set[int], waits: dict[int, set[int]]) -> None:
    """Free a node and everything that was only waiting for it."""
    free = [node]
    while free:
        this = free.pop()
        if this in blocked:
            blocked.discard(this)
            free.extend(waits[this])
            waits[this].clear()


def _cyclic_with(neighbours: Sequence[Sequence[int]], root: int) -> set[int]:
    """Nodes not before ``root`` that are on a closed walk with it, when only such nodes may be used."""
    ahead = _reach(neighbours, root)
    backward: list[list[int]] = [[] for _ in neighbours]
    for node in ahead:
        for v in neighbours[node]:
            backward[v].append(node)
    return ahead & _reach(backward, root)


def _reach(neighbours: Sequence[Sequence[int]], root: int, least: int | None = None) -> set[int]:
    """Nodes from ``least`` on (default: from the root on) that ``root`` reaches through such nodes, with itself."""
    lowest = root if least is None else least
    seen = {root}
    agenda = [root]
    while agenda:
        for v in neighbours[agenda.pop()]:
            if v >= lowest and v not in seen:
                seen.add(v)
                agenda.append(v)
    return seen


def shortest_cycle(neighbours: Sequence[Sequence[int]], start: int) -> list[int]:
    """Nodes of a shortest cycle through ``start``, from it on; empty when there is none. Ties go to the first neighbour."""
    came_from: dict[int, int] = {}
    agenda = [start]
    for node in agenda:
        for v in neighbours[node]:
            if v == start:
                path = [node]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if v not in came_from:
                came_from[v] = node
                agenda.append(v)
    return []
