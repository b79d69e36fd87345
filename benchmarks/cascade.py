"""The same shock on registers of growing size: does time grow with the companies it touches, or with the register?

    python benchmarks/cascade.py [HOLDINGS ...] [--hit 100] [--rounds 5] [--profile register] [--seed 0]

Companies have own assets drawn from a lognormal, a line at 70 % of their equity and failing costs 30 % of it. ``--hit`` companies, or one
in 10,000 with ``--hit 0``, lose half of their equity. Beside it: the same cascade by a full pass over everything for each wave, the
form in which it is usually written. The two must name the same failures, wave by wave. Preparing (components, values) is timed apart.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np
from side_by_side import machine

from crosshold.cases import synthetic_register
from crosshold.kernels.settle import Settle
from crosshold.measures.failures import Contagion
from crosshold.model.ids import Ids
from crosshold.network import Network


def full_passes(settle: Settle, assets: Any, line: Any, cost: Any, nodes: Any, losses: Any) -> list[list[int]]:
    """Settle everything anew after each wave."""
    left = assets.copy()
    left[nodes] -= losses
    failed = np.zeros(len(assets), np.bool_)
    waves = []
    while True:
        value = settle.up(left)
        more = np.flatnonzero((value < line - 1e-11 * np.abs(line)) & ~failed)
        if not len(more):
            return waves
        failed[more] = True
        left[more] -= cost[more]
        waves.append(more.tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("holdings", nargs="*", default=["1e5", "1e6", "1e7"])
    parser.add_argument("--hit", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", choices=["register", "hard"], default="register")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(machine(["crosshold", "numpy", "numba", "scipy"]))
    print(
        "\n| holdings | hit | touched | failed | waves | prepare s | shock ms | spread ms | processor ms | full passes ms | x |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|")
    for holdings in (int(float(text)) for text in chosen.holdings):
        register = synthetic_register(holdings, chosen.seed, profile=chosen.profile)
        n = register.entities
        ids = Ids.pack(f"E{k:08}" for k in range(n))
        columns = register.holder, register.issuer, register.weight, np.asarray(register.total)
        network = Network.from_columns(ids, *columns)
        rng = np.random.default_rng(chosen.seed)
        companies = np.flatnonzero(columns[3] > 0)
        assets = np.full(n, np.nan)
        assets[companies] = rng.lognormal(0, 1, len(companies))
        none = np.full(n, np.nan)
        equity = Contagion(network, assets, none, none, thresholds_in="equity").equity
        line, cost = none.copy(), none.copy()
        line[companies], cost[companies] = 0.7 * equity[companies], 0.3 * equity[companies]
        start = time.perf_counter()
        prepared = Contagion(network, assets, line, cost, thresholds_in="equity")
        prepare = time.perf_counter() - start
        hit = rng.choice(companies[~np.isnan(equity[companies])], chosen.hit or holdings // 10_000, replace=False)
        losses = 0.5 * equity[hit]
        named = dict(zip((ids[int(k)] for k in hit), losses.tolist(), strict=True))
        settle: Settle = prepared._settle
        mine, theirs, used = [], [], []
        for k in range(chosen.rounds + 1):
            start, cpu = time.perf_counter(), time.process_time()
            shock = prepared.shock(named)
            done, cpu = time.perf_counter() - start, time.process_time() - cpu
            start = time.perf_counter()
            waves = full_passes(settle, np.nan_to_num(assets), line, np.nan_to_num(cost), hit, losses)
            slow = time.perf_counter() - start
            assert shock.failed == tuple(tuple(ids[j] for j in wave) for wave in waves), "the two disagree"
            if k:
                mine.append(1e3 * done)
                used.append(1e3 * cpu)
                theirs.append(1e3 * slow)
        median, other = statistics.median(mine), statistics.median(theirs)
        print(
            f"| {holdings:,} | {len(hit)} | {len(shock.rows):,} | {sum(map(len, shock.failed))} | {len(shock.failed)} | {prepare:.2f} "
            f"| {median:.2f} | {min(mine):.2f}-{max(mine):.2f} | {statistics.median(used):.2f} | {other:.1f} | {other / median:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
