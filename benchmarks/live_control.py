"""One holding changes in a large register: the new control relation and its exact difference, beside computing all of it again.

    python benchmarks/live_control.py [HOLDINGS] [CHANGES]

Random changes one after the other: the votes of a random holding are drawn anew, a holding ends, a new one begins. The peer is our own
full computation of the control forest of the same register. In the end the forest must be the same as computed from the start. Goal: a
median of at most 5 ms at ten million holdings.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

from crosshold.cases import synthetic_register
from crosshold.kernels.forest import control_forest
from crosshold.kernels.tree import DEPTH, JUMP, PARENT, RING, ROOT
from crosshold.measures.control import LiveControl
from crosshold.network import Network


def names(size: int) -> list[str]:
    return [f"{k:09}" for k in range(size)]


def main(holdings: int = 1_000_000, changes: int = 10_000) -> None:
    register = synthetic_register(holdings=holdings, seed=1)
    ids = names(len(register.total))
    network = Network.from_columns(ids, register.holder, register.issuer, register.weight, register.total)
    start = time.perf_counter()
    live = LiveControl(network)
    print(f"{holdings:,} holdings, {len(ids):,} entities; first forest with compiling {time.perf_counter() - start:.1f} s")
    draw = np.random.default_rng(2)
    seconds, pairs = [], []
    for _ in range(changes):
        k = int(draw.integers(len(register.holder)))
        issuer = int(register.issuer[k])
        holder = int(register.holder[k]) if draw.random() < 0.8 else int(draw.integers(len(ids)))
        if holder == issuer:
            continue
        others = sum(w for h, w in live.holders(ids[issuer]).items() if h != ids[holder])
        votes = int(draw.integers(register.total[issuer] - others + 1)) if draw.random() < 0.9 else 0
        start = time.perf_counter()
        difference = live.change([(ids[holder], ids[issuer], votes)])
        seconds.append(time.perf_counter() - start)
        pairs.append(len(difference.gained) + len(difference.lost))
    into, limit = live.now()
    full = []
    for _ in range(5):
        start = time.perf_counter()
        tree, _ = control_forest(into.pointer, into.node, into.weight, limit)
        full.append(time.perf_counter() - start)
    ring = tree[:, RING]
    same = all((tree[ring][:, c] == live.tree[live.tree[:, RING]][:, c]).all() for c in (RING, PARENT, ROOT, DEPTH, JUMP))
    print(f"after {len(seconds):,} changes the forest is {'the same as' if same else 'NOT the same as'} computed from the start")
    print(f"changes that moved control: {sum(map(bool, pairs)):,}; pairs that came or went: {sum(pairs):,}, most {max(pairs):,}")
    median, worst = statistics.median(seconds), max(seconds)
    mattered = [s for s, p in zip(seconds, pairs, strict=True) if p]
    print(f"one change: median {median * 1e3:.3f} ms, of those that moved control {statistics.median(mattered) * 1e3:.3f} ms, "
          f"mean {statistics.mean(seconds) * 1e3:.2f} ms, worst {worst * 1e3:.0f} ms   goal: median 5 ms")  # fmt: skip
    print(f"all of it again: median {statistics.median(full) * 1e3:.0f} ms; {statistics.median(full) / median:,.0f} x one change")


if __name__ == "__main__":
    main(*(int(float(text)) for text in sys.argv[1:3]))
