"""Voting power beside the two packages of PyPI: the same weights, in turn, in one run; answers are compared before times are shown.

    python benchmarks/voting_power.py [--rounds 5] [--slow 20] [--seed 1] [--quick]

The judge is `powerindex`, which counts in Python's whole numbers and is right at any size (where it ends in time); at 70 and 200
players a second count in whole numbers, written here, is beside it. A peer that is wrong is shown with its error and gets no ratio.
Weights are random with nobody above a tenth. An engine that needs more than ``--slow`` seconds runs once. Goals on two cores, 1,000
holders and 100,000 units: Banzhaf within 0.15 s, Shapley-Shubik within 2 s, both to 1e-9; 50 times as fast as `powerindex`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb

import numpy as np
import powerindex
import powerindices
from side_by_side import machine

from crosshold.measures.power import Method, estimate_of

Values = Sequence[float]
Engine = Callable[[list[int], int], Values]
WRONG = 1e-9
GOALS = {("banzhaf", 1000): 0.15, ("shapley-shubik", 1000): 2.0}


def weights_of(players: int, units: int, seed: int) -> list[int]:
    """About ``units`` votes, spread like shareholdings, nobody above a tenth."""
    draw = np.random.default_rng(seed)
    raw = np.minimum(draw.pareto(1.5, players) + 0.2, 0.09 * players * 2)
    for _ in range(50):
        raw = np.minimum(raw, 0.1 * raw.sum())
    found: list[int] = np.maximum(1, (raw / raw.sum() * units)).astype(np.int64).tolist()
    return found


def ours(index: str, method: str) -> Engine:
    def run(weights: list[int], quota: int) -> Values:
        return [float(x) for x in estimate_of(weights, {"at_least": quota}, index, Method(method)).values]

    return run


def powerindex_banzhaf(weights: list[int], quota: int) -> Values:
    game = powerindex.Game(quota, weights=list(weights))
    game.calc_banzhaf()
    found: Values = game.banzhaf
    return found


def powerindex_shapley(weights: list[int], quota: int) -> Values:
    game = powerindex.Game(quota, weights=list(weights))
    game.calc_shapley_shubik()
    found: Values = game.shapley_shubik
    return found


def powerindices_banzhaf(weights: list[int], quota: int) -> Values:
    found = powerindices.compute_pbi(quota, list(weights))
    return [float(x / sum(found)) for x in found]


def powerindices_shapley(weights: list[int], quota: int) -> Values:
    return [float(x) for x in powerindices.compute_ssi(quota, list(weights))]


def counted(index: str, weights: list[int], quota: int, players: Sequence[int]) -> dict[int, float]:
    """Some players' values by whole numbers of coalitions of every size and sum, one player at a time."""
    n, found = len(weights), {}
    for player in players:
        counts = np.zeros((n, quota), dtype=object)
        counts[0, 0] = 1
        for k, w in enumerate(weights):
            if k != player:
                longer = counts.copy()
                longer[1:, w:] += counts[:-1, : max(0, quota - w)]
                counts = longer
        swings = [int(row[max(0, quota - weights[player]) :].sum()) for row in counts]
        if index == "shapley-shubik":
            found[player] = float(sum(Fraction(s, n * comb(n - 1, size)) for size, s in enumerate(swings)))
        else:
            found[player] = float(Fraction(sum(swings), 2 ** (n - 1)))
    return found


ENGINES: dict[str, dict[str, Engine]] = {
    "banzhaf": {
        "crosshold auto": ours("banzhaf", "auto"),
        "crosshold dynamic": ours("banzhaf", "dynamic"),
        "powerindex": powerindex_banzhaf,
        "powerindices": powerindices_banzhaf,
    },
    "shapley-shubik": {
        "crosshold auto": ours("shapley-shubik", "auto"),
        "crosshold dynamic": ours("shapley-shubik", "dynamic"),
        "powerindex": powerindex_shapley,
        "powerindices": powerindices_shapley,
    },
}
# index, players, units, engines left out because they would take hours or more memory than there is
CASES: list[tuple[str, int, int, tuple[str, ...]]] = [
    ("banzhaf", 20, 100_000, ()),
    ("shapley-shubik", 20, 100_000, ()),
    ("banzhaf", 70, 1000, ()),
    ("shapley-shubik", 70, 1000, ()),
    ("banzhaf", 200, 1000, ()),
    ("shapley-shubik", 200, 1000, ()),
    ("banzhaf", 100, 10_000, ()),
    ("shapley-shubik", 100, 10_000, ("powerindices",)),
    ("banzhaf", 1000, 100_000, ("powerindices",)),
    ("shapley-shubik", 1000, 100_000, ("powerindex", "powerindices")),
]


def timed(engine: Engine, weights: list[int], quota: int) -> tuple[float, Values]:
    start = time.perf_counter()
    values = engine(weights, quota)
    return time.perf_counter() - start, values


def case(index: str, players: int, units: int, left_out: tuple[str, ...], rounds: int, slow: float, seed: int) -> None:
    weights = weights_of(players, units, seed)
    quota = sum(weights) // 2 + 1
    engines = {name: engine for name, engine in ENGINES[index].items() if name not in left_out}
    print(f"\n{index}, {players} players, {sum(weights):,} units, largest {max(weights) / sum(weights):.1%}, quota {quota:,}")
    first = {}  # loads and compiles; not timed unless slow
    for name, engine in engines.items():
        try:
            first[name] = timed(engine, weights, quota)
        except (ArithmeticError, MemoryError) as fault:
            print(f"  {name:18} fails: {type(fault).__name__}: {fault}")
    engines = {name: engines[name] for name in first}
    times: dict[str, list[float]] = {name: [t] if t > slow else [] for name, (t, _) in first.items()}
    answers = {name: values for name, (_, values) in first.items()}
    for _ in range(rounds):
        for name, engine in engines.items():
            if first[name][0] <= slow:
                times[name].append(timed(engine, weights, quota)[0])
    judge = "powerindex" if "powerindex" in answers else "crosshold auto"
    if players in (70, 200):
        some = (0, players // 2, players - 1)
        truth = counted(index, weights, quota, some)
        if index == "banzhaf":  # the share needs everybody; ratios of three do not
            worst = max(abs(answers[judge][k] / answers[judge][some[0]] - truth[k] / truth[some[0]]) for k in some)
        else:
            worst = max(abs(answers[judge][k] - truth[k]) for k in some)
        print(f"  {judge} against a second count in whole numbers, three players: {worst:.1e}")
    unit = statistics.median(times["crosshold auto"])
    for name, values in answers.items():
        error = max(abs(float(a) - float(b)) for a, b in zip(values, answers[judge], strict=True))
        median = statistics.median(times[name])
        verdict = (
            f"largest error {error:.1e}"
            if error < WRONG
            else f"WRONG by {error:.3g}: sum {sum(values):.4g}, least {min(values):.3g}"
        )
        ratio = f"{median / unit:9.1f} x" if error < WRONG else "        - "
        goal = GOALS.get((index, players))
        told = f"  goal {goal} s" if goal and name == "crosshold auto" else ""
        spread = f"{min(times[name]):.4f} - {max(times[name]):.4f}"
        print(f"  {name:18} median {median:9.4f} s ({spread}, {len(times[name])} runs) {ratio}  {verdict}{told}")
    for name in left_out:
        print(f"  {name:18} left out: hours, or tens of gigabytes")
    found = estimate_of(weights, {"at_least": quota}, index)
    print(f"  method {found.method}, stated error {found.error}, {found.settings}, sum - 1 = {float(sum(found.values)) - 1:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", type=float, default=20.0, help="seconds above which an engine runs once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="up to 200 players")
    given = parser.parse_args()
    print(machine(("crosshold", "numpy", "numba", "powerindex", "powerindices")))
    np.seterr(over="ignore")  # powerindices overflows silently; so it is left to
    for index, players, units, left_out in CASES:
        if players <= 200 or not given.quick:
            case(index, players, units, left_out, given.rounds, given.slow, given.seed)


if __name__ == "__main__":
    main()
