"""Least sets that grow by several rules at once, and who stands at the top of a relation of control."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import overload

from crosshold.kernels.control import Edges, Passes

Held = list[dict[int, int]]
Row = list[tuple[int, int]]


class Over(Sequence[Row]):
    """The rows of a graph but for some that are replaced."""

    def __init__(self, rows: Sequence[Row], changed: Mapping[int, Row]) -> None:
        self._rows, self._changed = rows, changed

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        return self._changed[index] if index in self._changed else self._rows[index]


def closure_by_any(outs: Sequence[Edges], tests: Sequence[Passes], seeds: Collection[int]) -> tuple[dict[int, int], Held]:
    """The least set that contains ``seeds`` and every node of which the set holds enough on any of several graphs.

    ``outs[k]`` and ``tests[k]`` are the rows and the test of graph k. Returns the round in which each node was added (from 1) and,
    per graph, what the whole set holds of every node it touches. One graph: :func:`crosshold.kernels.control.least_closure`.
    """
    rounds: dict[int, int] = {}
    held: Held = [{} for _ in outs]
    frontier = sorted(set(seeds))
    inside = set(frontier)
    number = 0
    while frontier:
        number += 1
        touched: set[int] = set()
        for out, sums in zip(outs, held, strict=True):
            for u in frontier:
                for v, weight in out[u]:
                    sums[v] = sums.get(v, 0) + weight
                    touched.add(v)
        frontier = sorted(
            v for v in touched - inside if any(v in sums and test(v, sums[v]) for test, sums in zip(tests, held, strict=True))
        )
        inside.update(frontier)
        rounds.update(dict.fromkeys(frontier, number))
    return rounds, held


def tops(above: Mapping[int, Collection[int]]) -> dict[int, set[int]]:
    """For each controlled node the controllers whom nobody outside their own ring controls; ``above`` maps a node to its controllers.

    Nodes of a ring (mutual control) that nobody else controls are their own tops.
    """
    found: dict[int, set[int]] = {}
    for node, controllers in above.items():
        ring = {other for other in controllers if node in above.get(other, ())}
        candidates = {*controllers, node} if ring else set(controllers)
        found[node] = {
            c for c in candidates if all(x == c or c in above.get(x, ()) for x in above.get(c, ()))
        }  # whoever controls c is in its ring
    return found


def ancestors(incoming: Sequence[Sequence[tuple[int, int]]], node: int) -> set[int]:
    """Every other node from which a chain of edges leads to ``node``; ``incoming[v]`` are ``(u, weight)``."""
    seen, agenda = {node}, [node]
    while agenda:
        for u, _ in incoming[agenda.pop()]:
            if u not in seen:
                seen.add(u)
                agenda.append(u)
    return seen - {node}
