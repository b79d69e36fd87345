"""Integrated ownership in float64, at the scale of a register: one holder, one issuer, or every pair with a stated error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.owner_rows import owner_rows, returns_inside
from crosshold.kernels.rings import SOUND
from crosshold.kernels.settle import Settle
from crosshold.network import Graph

Float = NDArray[np.float64]
Index = NDArray[Any]
Progress = Callable[[float], None] | None
MANY = 200  # holders inside one large ring from which their returns are found together


class Cells(NamedTuple):
    """Totals that are not zero, by entity number; NaN where a ring that owns itself leaves no answer.

    ``error``: how much larger a true total can be at most, also one that is absent; 0 when nothing was cut.
    """

    holder: NDArray[np.int32]
    issuer: NDArray[np.int32]
    total: Float
    error: float


def by_holder(graph: Graph, settle: Settle, sources: Sequence[int], convention: str, progress: Progress) -> Cells:
    """One pass down from each holder s over what it reaches: row s of N = (I - A)^-1, then Y = N - I, then W = Y / N_ss.

    Nothing is cut: the pass costs no more than the edges that are reached.
    """
    found = []
    x = np.zeros(len(graph.total))
    for k, source in enumerate(sources):
        units = settle.reached_down(np.array([source]), graph.out.pointer, graph.out.node)
        nodes = settle.nodes(units)
        x[source] = 1.0
        settle.down(x, units)
        total = x[nodes]
        again = x[source]
        x[nodes] = 0.0
        total[nodes == source] -= 1.0
        found.append((np.full(len(nodes), source, np.int32), nodes, total / again if convention == "source-avoiding" else total))
        if progress:
            progress((k + 1) / len(sources))
    return _joined(found)


def by_issuer(
    graph: Graph, settle: Settle, targets: Sequence[int], convention: str, floor: float, error: float, progress: Progress
) -> Cells:
    """One pass up from each issuer over whoever owns part of it: a column of N, divided by each holder's N_ss.

    N_ss is 1 outside rings. Holders inside a large ring cost a solve each, so those below ``floor`` are left out before (W is at most
    Y); where there are many of them all N_ss of the ring are found together, each at most ``error`` too small.
    """
    found = []
    x = np.zeros(len(graph.total))
    again = np.zeros(len(graph.total))  # 0: not known yet
    slack = 0.0
    for k, target in enumerate(targets):
        units = settle.reached_up(np.array([target]))
        nodes = settle.nodes(units)
        x[target] = 1.0
        settle.up(x, units)
        total = x[nodes]
        x[nodes] = 0.0
        total[nodes == target] -= 1.0
        if convention == "source-avoiding":
            nodes, total = nodes[~(total < floor)], total[~(total < floor)]
            unknown = nodes[again[nodes] == 0]
            if error > 0:
                slack = max(slack, _returns_together(settle, unknown, again, error))
                unknown = unknown[again[unknown] == 0]
            again[unknown] = settle.returns(unknown)
            total = total / again[nodes]
        found.append((nodes, np.full(len(nodes), target, np.int32), total))
        if progress:
            progress((k + 1) / len(targets))
    return _joined(found)._replace(error=slack)


def _returns_together(settle: Settle, nodes: Index, again: Float, error: float) -> float:
    """Fill in N_ss for large components of which many members are asked; by how much one can be too small."""
    numbers, counts = np.unique(settle.components.label[nodes], return_counts=True)
    slack = 0.0
    for number in numbers[counts > MANY].tolist():
        if number in settle.loops and settle.state[number] == SOUND:
            loop = settle.loops[number]
            again[loop.nodes], less = returns_inside(settle, loop, error)
            slack = max(slack, less)
    return slack


def all_pairs(settle: Settle, convention: str, error: float, progress: Progress) -> Cells:
    """Every pair from one sparse row an issuer; each row loses at most ``error`` over all its holders, rings a second time by N_ss."""
    rows = owner_rows(settle, error, holders=True, progress=progress)
    issuer = np.repeat(rows.company, np.diff(rows.pointer))
    total = rows.part.copy()
    itself = rows.owner == issuer
    again = np.ones(len(settle.total))
    again[issuer[itself]] = total[itself]
    total[itself] -= 1.0
    worst = float(rows.lost.max(initial=0.0))
    if convention == "source-avoiding":
        total /= again[rows.owner]
        inside = settle.components.sizes[settle.components.label[rows.company]] > 1
        worst += float(rows.lost[inside].max(initial=0.0))
    keep = total != 0
    return Cells(rows.owner[keep], issuer[keep], total[keep], worst)


def chosen(cells: Cells, n: int, sources: Sequence[int] | None, targets: Sequence[int] | None, floor: float) -> Cells:
    """Only these holders and issuers, and no total below ``floor``."""
    keep = (cells.total != 0) & ~(cells.total < floor)
    for wanted, column in ((sources, cells.holder), (targets, cells.issuer)):
        if wanted is not None:
            among = np.zeros(n, np.bool_)
            among[list(wanted)] = True
            keep &= among[column]
    return Cells(cells.holder[keep], cells.issuer[keep], cells.total[keep], cells.error)


def pairs_of(cells: Cells, wanted: Sequence[tuple[int, int]], n: int) -> Cells:
    """A row for each of the ``wanted`` pairs, in their order, also when the total is 0."""
    key = cells.holder.astype(np.int64) * n + cells.issuer
    order = np.argsort(key)
    holder, issuer = np.array(wanted, np.int32).reshape(-1, 2).T
    asked = holder.astype(np.int64) * n + issuer
    place = np.searchsorted(key[order], asked)
    total = np.zeros(len(asked))
    there = place < len(key)
    there[there] = key[order][place[there]] == asked[there]
    total[there] = cells.total[order][place[there]]
    return Cells(holder, issuer, total, cells.error)


def direct_shares(cells: Cells, graph: Graph, settle: Settle) -> Float:
    """What each holder holds of the issuer itself."""
    found = np.zeros(len(cells.holder))
    _direct(cells.holder, cells.issuer, graph.in_ptr, graph.in_holder, settle.share, found)
    return found


def _joined(found: list[tuple[Index, Index, Float]]) -> Cells:
    if not found:
        return Cells(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), 0.0)
    holder, issuer, total = (np.concatenate(column) for column in zip(*found, strict=True))
    return Cells(holder, issuer, total, 0.0)


@kernel
def _direct(holder: Index, issuer: Index, pointer: Index, into: Index, share: Float, found: Float) -> None:
    for k in range(len(holder)):
        for e in range(pointer[issuer[k]], pointer[issuer[k] + 1]):
            if into[e] == holder[k]:
                found[k] = share[e]
                break
