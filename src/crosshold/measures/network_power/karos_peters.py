"""Karos-Peters: what each entity gains by control, direct and indirect, minus whether it is controlled itself.

Karos and Peters, "Indirect control and power in mutual control structures", Games and Economic Behavior 92 (2015). C(S) are the
companies of which S, with everything it controls, holds more than the threshold (own shares do not count). With the game v_k(S) = 1 when k
is in C(S), Phi_i = sum over k of Shapley-Shubik_i(v_k) - v_i(everyone).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.kernels.closure_orders import join_in_orders, shapley_of_closures
from crosshold.kernels.csr import transpose
from crosshold.kernels.network_power import linked
from crosshold.kernels.threads import Progress, in_order
from crosshold.measures.network_power.labels import needs
from crosshold.measures.network_power.results import Column, PowerByEntity, drawing, method_known
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Graph, Network

MOST_LISTED = 16  # entities of a part whose sets are all listed
NODES_AT_ONCE = 1 << 16
VISITS_AT_ONCE = 1 << 25  # visits of nodes in a task: about a second


@dataclass(frozen=True, eq=False, kw_only=True)
class KarosPeters(PowerByEntity):
    """``values``: Phi of each entity, in companies; they add up to 0. ``error``: standard error of each (0 where it was not drawn),
    ``None`` when all are exact. Rows: what is not 0, the largest first. ``settings``: threshold, method, and for a sample draws and seed.
    """


def karos_peters(
    network: Network,
    *,
    threshold: Fraction | str = "1/2",
    method: str = "auto",
    draws: int = 10_000,
    seed: int = 0,
    basis: str = "votes",
    threads: int | None = None,
    progress: Progress | None = None,
) -> KarosPeters:
    """Phi of every entity.

    Entities that are linked by holdings, directly or through others, form a part; parts do not matter to each other. ``exact`` lists the
    2^n sets of a part (16 entities at most); ``sampled`` lets the entities of each part join in ``draws`` random orders and credits each
    with the companies that come under control at that moment; ``auto`` lists the parts it can on a small network and draws the rest.
    The same ``seed`` gives the same numbers whatever the number of ``threads``.

    Errors: E_BASIS_AMBIGUOUS, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_METHOD, E_DRAWS, E_TOO_MANY_PLAYERS. Finding: W_SAMPLED.
    """
    method_known(method)
    drawing(draws, seed)
    level, graph = exact_threshold(threshold), network.graph(basis)
    n = len(network)
    need, _ = needs(level, graph.total)
    root = linked(graph.in_ptr, graph.in_holder)
    order = np.argsort(root, kind="stable")
    first = np.flatnonzero(np.r_[True, root[order][1:] != root[order][:-1]]) if n else np.zeros(0, np.int64)
    bounds = np.r_[first, n]
    size = np.diff(bounds)
    listed = (size <= MOST_LISTED) & (method == "exact" or (method == "auto" and graph.is_exact(None)))
    if method == "exact" and not listed.all():
        message = f"{int(size.max())} entities are linked: their sets are too many to list."
        raise RequestError(Finding("E_TOO_MANY_PLAYERS", message, f'Up to {MOST_LISTED}; use method "sampled".', "method"))
    held = graph.held
    values = np.empty(n, object)
    values[:] = [Fraction(-int(x)) for x in held >= need] if listed.any() else 0
    settings: dict[str, Any] = {"graph": basis, "basis": graph.basis, "threshold": f"more than {level}"}
    for k in np.flatnonzero(listed & (size > 1)).tolist():
        members = order[bounds[k] : bounds[k + 1]].tolist()
        place = {i: p for p, i in enumerate(members)}
        rows = [[(place[h], w) for h, w in graph.holders(i)] for i in members]
        for i, gain in zip(members, shapley_of_closures(rows, need[members].tolist()), strict=True):
            values[i] += gain
    drawn = np.flatnonzero(~listed & (size > 1))
    if not len(drawn):
        settings["method"] = "exact"
        return KarosPeters(
            values=Column(network, values), error=None, network=network, settings=settings, findings=network.findings
        )
    nodes = np.concatenate([order[bounds[k] : bounds[k + 1]] for k in drawn.tolist()])
    mean, variance = _joined(graph, need, nodes, np.r_[0, np.cumsum(size[drawn])], draws, seed, threads, progress)
    floats = values.astype(np.float64)
    floats[nodes] = mean - (held >= need)[nodes]
    error = np.zeros(n)
    error[nodes] = np.sqrt(variance)
    settings |= {"method": "sampled", "draws": draws, "seed": seed, "drawn": len(nodes)}
    result = KarosPeters(
        values=Column(network, floats),
        error=Column(network, error),
        network=network,
        settings=settings,
        findings=network.findings,
    )
    worst = int(error.argmax())
    message = (
        f"{len(nodes)} entities joined in {draws} orders with seed {seed}; "
        f"the largest standard error is {error[worst]:.3g}, of {network.ids[worst]}."
    )
    return result.with_findings([Finding("W_SAMPLED", message, "Four times as many draws halve it.", "karos_peters")])


def _joined(
    graph: Graph,
    need: NDArray[np.int64],
    nodes: NDArray[np.int64],
    bounds: NDArray[np.int64],
    draws: int,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and squared standard error of the companies gained, in the order of ``nodes``, which are sorted by part."""
    place = np.full(len(need), -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    pointer, issuer, weight = transpose(graph.in_ptr, graph.in_holder, graph.in_weight)
    length = np.diff(pointer)[nodes]
    start = np.r_[0, np.cumsum(length)]
    entry = np.arange(start[-1]) + np.repeat(pointer[:-1][nodes] - start[:-1], length)
    target, weight, least = place[issuer[entry]], weight[entry], need[nodes]
    pieces: list[tuple[int, int, int]] = []
    part = 0
    while part < len(bounds) - 1:
        last = min(max(int(np.searchsorted(bounds, bounds[part] + NODES_AT_ONCE, side="right")) - 1, part + 1), len(bounds) - 1)
        block = min(draws, max(1, VISITS_AT_ONCE // int(bounds[last] - bounds[part])))
        pieces += [(part, last, min(block, draws - done)) for done in range(0, draws, block)]
        part = last

    def work(piece: tuple[int, tuple[int, int, int]]) -> tuple[slice, NDArray[np.float64], NDArray[np.float64]]:
        number, (first, last, count) = piece
        a, b = int(bounds[first]), int(bounds[last])
        edges = slice(int(start[a]), int(start[b]))
        random = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, number])))
        inside = (start[a : b + 1] - start[a], target[edges] - a, weight[edges], least[a:b])
        return slice(a, b), *join_in_orders(*inside, bounds[first : last + 1] - a, count, random)

    total, square = np.zeros(len(nodes)), np.zeros(len(nodes))
    for where, sums, squares in in_order(work, list(enumerate(pieces)), threads, progress):
        total[where] += sums
        square[where] += squares
    return total / draws, np.maximum(square - total**2 / draws, 0.0) / (draws - 1) / draws
