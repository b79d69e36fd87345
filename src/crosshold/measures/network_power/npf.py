"""Network power flow: how much of a network is decided through each entity, whoever the owner at the top is.

Mizuno, Doi, Kurizaki, "The flow of corporate control in the global ownership network", PLoS ONE 18(8) e0290229 (2023). Labels as in
:mod:`crosshold.measures.network_power.npi`; within the pivotal union members come in a random order, and the one at whose votes the
sum passes the quota decides the company directly. So in each outcome every company hangs under one holder at most; the flow through an
entity is the value of all that hangs under it, itself included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.components import strong_components
from crosshold.kernels.label_plan import awaited
from crosshold.kernels.network_power import RING, rows
from crosshold.kernels.pivot_chances import deciders
from crosshold.kernels.pivot_trees import Trees, hang, settle_trees
from crosshold.kernels.threads import Progress, in_order
from crosshold.measures.network_power.labels import MOST_STATES, Labels, Money
from crosshold.measures.network_power.npi import AUTO_STATES, checked, told
from crosshold.measures.network_power.results import Column, PowerByEntity, drawing, method_known
from crosshold.network import Network

MOST_LISTED = 14  # holders of one company whose orders are listed
VISITS_AT_ONCE = 1 << 24  # node visits of a task
FEWEST_DRAWS = 200  # of a task: what it wastes on warming up circles stays small beside them


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkFlow(PowerByEntity):
    """``values``: expected value of what is decided through each entity, itself included. For an entity that nobody decides without circles
    it equals its network power. ``error``: standard error of each, ``None`` when exact. Rows: what is not 0, the largest first.
    """


def npf(
    network: Network,
    *,
    value: Mapping[str, Money] | NDArray[np.float64] | None = None,
    quota: Fraction | str = "1/2",
    free_float: str = "none",
    method: str = "auto",
    draws: int = 10_000,
    seed: int = 0,
    sweeps: int = 15,
    restart: float = 0.02,
    basis: str = "votes",
    threads: int | None = None,
    progress: Progress | None = None,
) -> NetworkFlow:
    """Network power flow of every entity; arguments and errors are those of :func:`~crosshold.measures.network_power.npi.npi`.

    Where companies decide each other in a circle, all that hangs on the circle hangs under each of them, once; the published program goes
    round fifty times and scales the sum down afterwards. Every company whose direct decider is open is drawn, and what hangs together is
    added up through the whole network, so this takes longer than NPI: some 100 ns of one processor for each such company and draw while
    the network fits the cache, five times that with millions of them.
    """
    method_known(method)
    drawing(draws, seed)
    level = checked(quota, free_float, sweeps, restart)
    graph = network.graph(basis)
    problem = Labels(network, graph, level, free_float == "ocean", value)
    trees = _trees(problem)
    settings: dict[str, Any] = {"graph": basis, "basis": graph.basis, "quota": f"more than {level}", "float": free_float}
    settings |= {"value": "one each" if value is None else "given"}
    exact = None
    if method == "exact" or (method == "auto" and graph.is_exact(None)):
        exact = _exact(problem, trees, MOST_STATES if method == "exact" else AUTO_STATES)
        if exact is None and method == "exact":
            raise problem.too_much()
    if exact is not None:
        settings["method"] = "exact"
        return NetworkFlow(
            values=Column(network, exact), error=None, network=network, settings=settings, findings=network.findings
        )
    mean, error = _sampled(trees, draws, seed, sweeps, restart, threads, progress)
    circles = int((trees.ring >= 0).sum())
    settings |= {"method": "sampled", "draws": draws, "seed": seed, "drawn": len(trees.node), "on_rings": circles}
    if circles:
        settings |= {"sweeps": sweeps, "restart": restart}
    return NetworkFlow(
        values=Column(network, mean),
        error=Column(network, error),
        network=network,
        settings=settings,
        findings=(*network.findings, *told(network, "npf", error, settings)),
    )


def _trees(problem: Labels) -> Trees:
    """What to draw, and what always hangs where."""
    graph, leads, n = problem.graph, problem.leads, len(problem.network)
    holder, pointer = graph.in_holder.astype(np.int32), graph.in_ptr
    against = graph.held + problem.loose
    parent = np.full(n, -1, np.int32)
    some = np.flatnonzero((np.diff(pointer) > 0) & (leads.kind != RING))
    top = graph.in_weight[pointer[some]]
    certain = some[(top >= problem.need[some]) & (against[some] - top < problem.need[some])]
    parent[certain] = holder[pointer[certain]]
    settled = np.flatnonzero((leads.kind == 0) & (leads.lead != np.arange(n)) & (parent < 0)).astype(np.int32)
    node = np.concatenate([leads.order, settled])
    game = problem.game
    above = np.zeros(len(node), np.bool_)
    above[: len(leads.order)] = awaited(game.start, game.union, game.ring, game.ring >= 0)
    ring = np.concatenate([leads.ring, np.full(len(settled), -1, np.int32)])
    start, entry = rows(pointer, node)
    parts = strong_components(pointer, holder, targets_first=True)
    base = problem.floats().copy()
    live = settle_trees(node, holder[entry], parent, parts.order, base)
    chosen = parts.order[live[parts.order]]
    label = parts.label[chosen]
    block = np.r_[np.flatnonzero(np.r_[True, label[1:] != label[:-1]]), len(chosen)] if len(chosen) else np.zeros(1)
    return Trees(
        node=node,
        ring=ring,
        above=above,
        start=start,
        holder=holder[entry],
        weight=graph.in_weight[entry],
        need=problem.need[node],
        quota=problem.quota[node],
        loose=problem.loose[node],
        lead=leads.lead,
        kind=leads.kind,
        parent=parent,
        base=base,
        live=chosen,
        block=block.astype(np.int64),
    )


def _sampled(
    trees: Trees, draws: int, seed: int, sweeps: int, restart: float, threads: int | None, progress: Progress | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard error by entity."""
    size = max(1, len(trees.node) + len(trees.live))
    fewest = FEWEST_DRAWS * int(trees.above.sum()) // size + 1
    block = min(draws, max(fewest, VISITS_AT_ONCE // size))
    pieces = [min(block, draws - done) for done in range(0, draws, block)] if len(trees.node) else []

    def work(piece: tuple[int, int]) -> tuple[Any, ...]:
        number, count = piece
        random = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, number])))
        return hang(trees, count, restart, sweeps, random)

    total, square, cross = np.zeros((3, len(trees.live)))
    batches = lengths = 0.0
    for a, b, c, more, long in in_order(work, list(enumerate(pieces)), threads, progress):
        total, square, cross = total + a, square + b, cross + c
        batches, lengths = batches + more, lengths + long
    mean, error = trees.base.copy(), np.zeros(len(trees.base))
    if pieces:
        average = total / draws
        off = np.maximum(square - 2 * average * cross + average**2 * lengths, 0.0)
        mean[trees.live] = average
        error[trees.live] = np.sqrt(off * batches / (batches - 1)) / draws if batches > 1 else np.inf
    return mean, error


def _exact(problem: Labels, trees: Trees, most: int) -> NDArray[Any] | None:
    """Fractions by entity, over every joint outcome; ``None`` on circles of contested companies or with more than ``most`` outcomes."""
    if (trees.ring >= 0).any():
        return None
    value, lead = problem.fractions(), trees.lead.tolist()
    start, holder, weight = trees.start.tolist(), trees.holder.tolist(), trees.weight.tolist()
    states: list[tuple[dict[int, int], dict[int, int], Fraction]] = [({}, {}, Fraction(1))]
    for k, i in enumerate(trees.node.tolist()):
        quota, after = problem.level * int(problem.total[i]), []
        for labels, parents, chance in states:
            unions: dict[int, list[tuple[int, int]]] = {}
            for e in range(start[k], start[k + 1]):
                unions.setdefault(labels.get(lead[holder[e]], lead[holder[e]]), []).append((holder[e], weight[e]))
            sides = [[w for _, w in members] for members in unions.values()]
            if sum(map(len, sides)) > MOST_LISTED:
                return None
            parts = deciders(sides, int(trees.need[k]), quota, int(trees.loose[k]))
            left = chance
            for (label, members), row in zip(unions.items(), parts, strict=True):
                for (h, _), part in zip(members, row, strict=True):
                    if part:
                        after.append(({**labels, i: label} if trees.kind[i] else labels, {**parents, i: h}, chance * part))
                        left -= chance * part
            if left:
                after.append(({**labels, i: i}, parents, left))
        states = after
        if len(states) > most:
            return None
    flow = [Fraction(0)] * len(value)
    certain = dict(enumerate(trees.parent.tolist()))
    for _, parents, chance in states:
        above = certain | parents
        for i, amount in enumerate(value):
            seen, at = set(), i
            while at >= 0 and at not in seen:
                seen.add(at)
                flow[at] += chance * amount
                at = above[at]
    values = np.empty(len(flow), object)
    values[:] = flow
    return values
