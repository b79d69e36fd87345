"""Engines for benchmarks/lookthrough.py: each is ``prepare(graph) -> own`` and ``answer(own) -> array``.

A graph is ``(pointer, holder, weight, total)``: the holders of each company. Values: money of 1 in every company, handed up to whoever
holds it. One owner: the share of one holder in everybody. Owners: a sparse row a company.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, diags, identity
from scipy.sparse.linalg import splu

from crosshold.kernels.csr import transpose
from crosshold.kernels.owner_rows import owner_rows
from crosshold.kernels.settle import Settle

Graph = tuple[Any, Any, Any, Any]
SWEEPS, CHANGE = 500, 1e-12
CUT = 1e-4


class Engine(NamedTuple):
    """``most``: holdings beyond which it is left out."""

    name: str
    prepare: Callable[[Graph], Any]
    answer: Callable[[Any], Any]
    most: float = np.inf


def stakes(graph: Graph) -> Any:
    """C as scipy sees it, row = holder, column = issuer."""
    pointer, holder, weight, total = graph
    issuer = np.repeat(np.arange(len(total), dtype=np.int32), np.diff(pointer))
    return csr_matrix(csc_matrix((weight / total[issuer], holder, pointer), shape=(len(total),) * 2))


def money(graph: Graph) -> Any:
    """1 for every company, 0 for owners."""
    return (np.diff(graph[0]) > 0).astype(float)


def sweeps(matrix: Any, start: Any, most: int, change: float) -> Any:
    """x = start + matrix x, over and over: what one writes first."""
    x = start
    for _ in range(most):
        later = start + matrix @ x
        done = np.abs(later - x).max() <= change * np.abs(later).max()
        x = later
        if done:
            break
    return x


def values() -> list[Engine]:
    def ours(graph: Graph) -> Any:
        settle = Settle(*graph)
        _ = settle.held_units
        start = money(graph)
        for number in settle.closed:
            start[settle.components.members(number)] = np.nan
        return settle, start

    def whole(graph: Graph) -> Any:
        return splu((identity(len(graph[3])) - stakes(graph)).tocsc()), money(graph)

    def plain(graph: Graph) -> Any:
        return stakes(graph), money(graph)

    return [
        Engine("crosshold", ours, lambda own: own[0].up(own[1])),
        Engine(f"scipy A @ v, {SWEEPS} sweeps", plain, lambda own: sweeps(*own, SWEEPS, 0.0), 2e6),
        Engine(f"scipy A @ v until {CHANGE:g}, at most {SWEEPS}", plain, lambda own: sweeps(*own, SWEEPS, CHANGE), 2e6),
        Engine("scipy A @ v, 50 sweeps", plain, lambda own: sweeps(*own, 50, 0.0)),
        Engine("scipy splu of the whole", whole, lambda own: own[0].solve(own[1]), 2e5),
    ]


def one_owner(owner: int) -> list[Engine]:
    def ours(graph: Graph) -> Any:
        settle = Settle(*graph)
        pointer, issuer, _ = transpose(*graph[:3])
        return settle, pointer, issuer

    def answer(own: Any) -> Any:
        settle, pointer, issuer = own
        x = np.zeros(len(settle.total))
        x[owner] = 1.0
        return settle.down(x, settle.reached_down(np.array([owner]), pointer, issuer))

    def unit(graph: Graph) -> Any:
        start = np.zeros(len(graph[3]))
        start[owner] = 1.0
        return stakes(graph).T.tocsr(), start

    def solved(graph: Graph) -> Any:
        matrix, start = unit(graph)
        return splu((identity(len(start)) - matrix).tocsc()), start

    return [
        Engine("crosshold, only what is reached", ours, answer),
        Engine(f"scipy v @ A until {CHANGE:g}, at most {SWEEPS}", unit, lambda own: sweeps(*own, SWEEPS, CHANGE)),
        Engine("scipy splu of the whole", solved, lambda own: own[0].solve(own[1]), 2e5),
    ]


def owners(budget: float) -> list[Engine]:
    def cut(matrix: Any) -> Any:
        matrix.data[np.abs(matrix.data) < CUT] = 0
        matrix.eliminate_zeros()
        return matrix

    def boundary(graph: Graph) -> Any:
        matrix, held = stakes(graph), np.diff(graph[0]) > 0
        rest = np.where(held, 1 - np.asarray(matrix.sum(axis=0)).ravel(), 0.0)
        inside = diags(held.astype(float)) @ matrix
        return (matrix - inside + diags(rest)).T.tocsr(), inside.T.tocsr(), held

    def rows(own: Any) -> Any:
        start, inside, held = own
        found = start
        for _ in range(100):
            later = cut(start + inside @ found)
            done = abs(later.sum() - found.sum()) < 1e-6 * later.sum()
            found = later
            if done:
                break
        return held - np.asarray(found.sum(axis=1)).ravel()

    def ours(settle: Settle) -> Any:
        found = owner_rows(settle, budget)
        lost = np.zeros(len(settle.total))
        lost[found.company] = found.lost
        return lost

    return [
        Engine(f"crosshold, at most {budget:g} lost", lambda g: Settle(*g), ours),
        Engine(f"scipy sparse rows, cut at {CUT:g}", boundary, rows, 2e5),
    ]
