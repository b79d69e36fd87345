"""The linear programme of a design: shares moved, costs as chords of their curves, goals as rows (spec/deal 15).

A cost grows faster than the number of shares, so its chords bend upwards and a least cost uses them in their order: no whole-number
unknowns are needed. After each solution the chords are laid anew, close together around it. Solver: HiGHS, dual simplex, one thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.deal.design.setting import Move
from crosshold.deal.design.target import Row

REFINEMENTS = 4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """``x`` shares per move, not yet whole; ``prices[k]`` what one more unit of row k's goal would cost; ``slack`` per goal."""

    x: dict[int, float]
    prices: dict[int, float]
    slack: dict[str, float]


class OutOfTimeError(Exception):
    """The solver's time was over before it had an answer."""


def solve(
    moves: Sequence[Move],
    rows: Sequence[Row],
    objective: Row,
    *,
    segments: int,
    elastic: Mapping[str, float] | None = None,
    limit_s: float = 30.0,
) -> Solution | None:
    """Minimise ``-objective`` (its left side is made largest) over the rows; ``None`` when they contradict each other.

    ``elastic`` gives goals that may be missed, with the price of missing them by one unit of their own.
    """
    grids = [_grid(0.0, float(move.most), segments) for move in moves]
    solution: Solution | None = None
    for refinement in range(REFINEMENTS):
        solution = _solve(moves, rows, objective, grids, elastic or {}, limit_s)
        if solution is None or all(move.curve is None for move in moves):
            return solution
        if refinement < REFINEMENTS - 1:
            grids = [_finer(grid, solution.x[v], segments) for v, grid in enumerate(grids)]
    return solution


def _grid(low: float, high: float, segments: int) -> Floats:
    """Ends of chords between two numbers of shares, closer at the beginning, where a root curve bends most."""
    if high <= low:
        return np.array([low, max(low, high)])
    found: Floats = low + (high - low) * np.linspace(0, 1, segments + 1) ** 2
    return found


def _finer(grid: Floats, x: float, segments: int) -> Floats:
    """Half of the chords within the chord of the solution and its neighbours, the others where they were, thinned out."""
    place = int(np.searchsorted(grid, x))
    low, high = float(grid[max(place - 2, 0)]), float(grid[min(place + 1, len(grid) - 1)])
    close = np.linspace(low, high, segments // 2 + 1)
    step = max(1, len(grid) // max(segments // 2, 1))
    return np.unique(np.concatenate([grid[::step], grid[-1:], close]))


def _solve(
    moves: Sequence[Move],
    rows: Sequence[Row],
    objective: Row,
    grids: Sequence[Floats],
    elastic: Mapping[str, float],
    limit_s: float,
) -> Solution | None:
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    chords = [_chords(move, grid) for move, grid in zip(moves, grids, strict=True)]
    start = np.cumsum([0, *(len(length) for length, _ in chords)])
    lengths = np.concatenate([length for length, _ in chords])
    soft = [k for k, row in enumerate(rows) if row.goal in elastic]
    width = len(lengths) + len(soft)

    def line(row: Row) -> tuple[NDArray[np.int64], Floats]:
        """Columns and coefficients of a row's left side, in shares."""
        columns, values = [], []
        for v in sorted({*row.terms, *row.costs}):
            columns.append(np.arange(start[v], start[v + 1]))
            values.append(float(row.terms.get(v, 0)) + float(row.costs.get(v, 0)) * chords[v][1])
        return (np.concatenate(columns), np.concatenate(values)) if columns else (np.zeros(0, np.int64), np.zeros(0))

    at, columns, values, bounds, scales = list[int](), list[Any](), list[Any](), list[float](), list[float]()
    for k, row in enumerate(rows):
        where, what = line(row)
        what = what * lengths[where]  # unknowns run from 0 to 1: a chord is used in full or in part
        scale = max(float(np.abs(what).max(initial=0.0)), abs(float(row.least)), 1e-9)
        if k in soft:
            where, what = np.append(where, len(lengths) + soft.index(k)), np.append(what, scale)  # in units of the scaled row
        at += [k] * len(where)
        columns.append(where)
        values.append(-what / scale)
        bounds.append(-float(row.least) / scale)
        scales.append(scale)
    where, what = line(objective)
    cost = np.zeros(width)
    cost[where] = -what * lengths[where]
    biggest = max(float(np.abs(cost).max(initial=0.0)), 1e-9)
    cost /= biggest
    unit = [scales[k] / float(rows[k].per) for k in soft]  # of a goal, by one unit of its scaled row
    cost[len(lengths) :] = [elastic[rows[k].goal] * u / biggest for k, u in zip(soft, unit, strict=True)]
    matrix = None
    if rows:
        matrix = csr_array((np.concatenate(values), (at, np.concatenate(columns))), shape=(len(rows), width))
    found = linprog(
        cost, A_ub=matrix, b_ub=bounds or None, bounds=[(0.0, 1.0)] * len(lengths) + [(0.0, None)] * len(soft), method="highs-ds",
        options={"time_limit": limit_s, "primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )  # fmt: skip
    if found.status == 1:
        raise OutOfTimeError
    if found.status == 2 or found.x is None:
        return None
    shares = found.x[: len(lengths)] * lengths
    x = {v: float(shares[start[v] : start[v + 1]].sum()) for v in range(len(moves))}
    duals = found.ineqlin.marginals if rows else []
    prices = {k: -float(dual) * biggest * float(rows[k].per) / scales[k] for k, dual in enumerate(duals)}
    slack: dict[str, float] = {}
    for n, k in enumerate(soft):
        goal = rows[k].goal
        slack[goal] = max(slack.get(goal, 0.0), float(found.x[len(lengths) + n]) * unit[n])
    return Solution(x, prices, slack)


def _chords(move: Move, grid: Floats) -> tuple[Floats, Floats]:
    """Lengths of the chords in shares, and the cost of a share on each."""
    costs = np.array([move.cost(float(shares)) for shares in grid])
    lengths = np.diff(grid)
    slopes = np.divide(np.diff(costs), lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    return lengths, slopes
