"""Look-through at the scale of a register: values of all companies, one owner, all owners; crosshold beside scipy on the same graph.

    python benchmarks/lookthrough.py [HOLDINGS ...] [--rounds 5] [--profile hard] [--seed 0]

Sizes may be written 1e6. All engines get the same arrays in the same random node order and take turns in every round; preparing (components
and factors, or the matrix) is timed apart and together. Answers are compared before times are shown: *wrong* counts companies that
differ from crosshold by more than a millionth, *unknown* those to which crosshold gives no answer because a ring that owns itself
stands before them, and the residual |x - b - C x| / |x| says who is right. The second table is the register with its ownerless rings
opened by a thousandth.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from lookthrough_engines import Engine, Graph, money, one_owner, owners, stakes, values
from side_by_side import machine

from crosshold.cases import synthetic_register
from crosshold.kernels.csr import compress
from crosshold.kernels.settle import Settle

BUDGET = 1e-3
SLOW = 10.0
Judge = Callable[[Any], str]


def timed(engines: list[Engine], graph: Graph, rounds: int, judge: Judge) -> None:
    """One round to warm up and to judge the answers, then ``rounds`` in turn; one that takes more than ``SLOW`` seconds counts at once."""
    engines = [engine for engine in engines if len(graph[1]) <= engine.most]
    took: dict[str, list[tuple[float, float, float]]] = {engine.name: [] for engine in engines}
    said: dict[str, str] = {}
    for k in range(rounds + 1):
        for engine in list(engines):
            if k and took[engine.name] and sum(took[engine.name][0][:2]) > SLOW:
                continue
            start = time.perf_counter()
            try:
                own = engine.prepare(graph)
                middle, cpu = time.perf_counter(), time.process_time()
                answer = engine.answer(own)
            except RuntimeError as fault:
                print(f"{engine.name}: no answer, {fault}")
                engines.remove(engine)
                continue
            done, used = time.perf_counter(), time.process_time() - cpu
            if k == 0:
                said[engine.name] = judge(answer)
            if k or done - start > SLOW:
                took[engine.name].append((middle - start, done - middle, used))
    first = statistics.median(t[1] for t in took[engines[0].name])
    print("| engine | prepare s | answer s | x | processor s | spread s | both s | answers |")
    print("|---|---:|---:|---:|---:|---|---:|---|")
    for engine in engines:
        prepare, answer, used = ([t[k] for t in took[engine.name]] for k in range(3))
        both = statistics.median(a + b for a, b in zip(prepare, answer, strict=True))
        median = statistics.median(answer)
        spread = f"{min(answer):.4f}-{max(answer):.4f}"
        print(
            f"| {engine.name} | {statistics.median(prepare):.3f} | {median:.4f} | {median / first:.3g} | {statistics.median(used):.4f} "
            f"| {spread} | {both:.3f} | {said[engine.name]} |"
        )


def against(reference: Any, matrix: Any, start: Any) -> Judge:
    """How an answer compares with crosshold's, and its own residual where there is an answer."""

    def judge(x: Any) -> str:
        known = ~np.isnan(reference)
        size = np.maximum(np.abs(reference), 1e-9)
        wrong = int((np.abs(x - reference)[known] > 1e-6 * size[known]).sum())
        worst = float((np.abs(x - reference)[known] / size[known]).max())
        left = np.abs(np.nan_to_num(x) - start - matrix @ np.nan_to_num(x))[known] / np.maximum(np.abs(x[known]), 1)
        return f"wrong {wrong}, worst {worst:.1e}, unknown {int((~known).sum())}, residual {float(left.max()):.0e}"

    return judge


def widest(graph: Graph) -> int:
    """The owner whose shares reach most, roughly: the one who holds parts of most companies among a few hundred with many."""
    counts = np.bincount(graph[1], minlength=len(graph[3]))
    counts[np.diff(graph[0]) > 0] = 0
    return int(np.argmax(counts))


def register(holdings: int, seed: int, profile: Any) -> Graph:
    found = synthetic_register(holdings, seed, profile=profile)
    return *compress(found.entities, found.issuer, found.holder, found.weight), np.asarray(found.total)


def opened(graph: Graph) -> Graph:
    pointer, holder, weight, total = graph[0], graph[1], graph[2].copy(), graph[3]
    settle = Settle(*graph)
    for number in settle.closed:
        first = int(settle.components.members(number)[0])
        weight[pointer[first]] -= total[first] // 1000
    return pointer, holder, weight, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("holdings", nargs="*", default=["1e5", "1e6"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", choices=["register", "hard"], default="hard")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(machine(["crosshold", "numpy", "numba", "scipy"]))
    for holdings in (int(float(text)) for text in chosen.holdings):
        graph = register(holdings, chosen.seed, chosen.profile)
        for label, net in (("as it is", graph), ("ownerless rings opened", opened(graph))):
            settle = Settle(*net)
            sizes = np.sort(settle.components.sizes)[::-1]
            bad = sum(c > 1e5 for c in settle.condition.values())
            print(f"\n## {holdings:,} holdings, {len(net[3]):,} entities, profile {chosen.profile}, seed {chosen.seed}, {label}")
            print(
                f"largest component {sizes[0]:,}, rings {len(settle.rings):,}, ownerless {len(settle.closed)}, condition > 1e5: {bad}"
            )
            matrix, start = stakes(net), money(net)
            for number in settle.closed:
                start[settle.components.members(number)] = np.nan
            print("\nvalues of all companies")
            timed(values(), net, chosen.rounds, against(settle.up(start), matrix, money(net)))
            if label == "as it is":
                continue
            owner = widest(net)
            unit = np.eye(1, len(net[3]), owner)[0]
            print(f"\none owner ({np.bincount(net[1], minlength=len(net[3]))[owner]} direct holdings)")
            timed(one_owner(owner), net, chosen.rounds, against(settle.down(unit), matrix.T, unit))
            print("\nall owners of all companies")
            timed(owners(BUDGET), net, chosen.rounds, lambda lost: f"lost: median {np.median(lost):.1e}, worst {lost.max():.1e}")


if __name__ == "__main__":
    main()
