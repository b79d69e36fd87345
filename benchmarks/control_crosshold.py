"""crosshold's engines of control.py: rows of holders, then one parent for each class of mutual control."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np

from crosshold.cases import SyntheticRegister
from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import compress
from crosshold.kernels.forest import control_forest
from crosshold.kernels.limits import limits
from crosshold.kernels.order import depth_first_order
from crosshold.kernels.tree import DEPTH, PARENT, RING, ROOT, is_above

Arrays = dict[str, np.ndarray]


def forest_prepare(given: Arrays) -> tuple[Any, ...]:
    graph = compress(len(given["total"]), given["issuer"], given["holder"], given["weight"])
    return *graph, limits(given["total"], 1, 2, True)


def forest_prepare_ordered(given: Arrays) -> tuple[Any, ...]:
    """The same with the entities renumbered depth-first along their largest holders."""
    pointer, holder, _, _ = forest_prepare(given)
    parent = np.full(len(given["total"]), -1, dtype=np.int64)
    held = pointer[1:] > pointer[:-1]
    parent[held] = holder[pointer[:-1][held]]
    old = depth_first_order(parent)
    number = np.empty(len(old), dtype=np.int32)
    number[old] = np.arange(len(old), dtype=np.int32)
    rows = {"issuer": number[given["issuer"]], "holder": number[given["holder"]], "weight": given["weight"]}
    return forest_prepare({**rows, "total": given["total"][old]})


def forest_count(own: tuple[Any, ...]) -> int:
    tree, _ = control_forest(*own)
    return count_pairs(tree)


def forest_list(own: tuple[Any, ...]) -> int:
    """Every pair written out, as a table of pairs needs it."""
    tree, settled = control_forest(*own)
    controller, _ = list_pairs(tree, settled, count_pairs(tree))
    return len(controller)


@kernel
def count_pairs(tree: np.ndarray) -> int:
    """Every node has as many controllers as there are members in the classes above and others in its own."""
    n = len(tree)
    others = np.zeros(n, np.int32)  # members of a class beyond the first
    ringed = np.zeros(n, np.bool_)  # roots of trees with such a class
    for v in range(n):
        c = tree[v, RING]
        if c != v:
            others[c] += 1
            ringed[tree[c, ROOT]] = True
    pairs = 0
    for v in range(n):
        c = tree[v, RING]
        pairs += tree[c, DEPTH]
        if ringed[tree[c, ROOT]]:
            while c >= 0:
                pairs += others[c]
                c = tree[c, PARENT]
    return pairs


@kernel
def list_pairs(tree: np.ndarray, settled: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    n = len(tree)
    first, following = np.full(n, -1, np.int32), np.full(n, -1, np.int32)  # members of each class
    for v in range(n - 1, -1, -1):
        following[v] = first[tree[v, RING]]
        first[tree[v, RING]] = v
    controller, controlled = np.empty(count, np.int32), np.empty(count, np.int32)
    done = 0
    for y in settled:
        c = tree[y, RING]
        while c >= 0:
            x = first[c]
            while x >= 0:
                if x != y:
                    controller[done], controlled[done] = x, y
                    done += 1
                x = following[x]
            c = tree[c, PARENT]
    return controller, controlled


@kernel
def count_controls(tree: np.ndarray, x: np.ndarray, y: np.ndarray) -> int:
    """How many of the questions "does x[k] control y[k]?" are answered yes."""
    yes = 0
    for k in range(len(x)):
        yes += x[k] != y[k] and is_above(tree[x[k], RING], tree[y[k], RING], tree)
    return yes


def questions(register: SyntheticRegister, count: int = 1_000_000) -> str:
    """Nanoseconds for one question on the forest, half of the pairs random, half with x the ultimate controller of y."""
    given = {name: getattr(register, name) for name in ("holder", "issuer", "weight", "total")}
    tree, _ = control_forest(*forest_prepare(given))
    draw = np.random.default_rng(0)
    x, y = draw.integers(0, register.entities, (2, count)).astype(np.int32)
    x[::2] = tree[tree[y[::2], RING], ROOT]
    count_controls(tree, x[:5000], y[:5000])
    times = []
    for _ in range(5):
        start = time.perf_counter()
        yes = count_controls(tree, x, y)
        times.append((time.perf_counter() - start) / count * 1e9)
    return f'"does x control y": median {statistics.median(times):.0f} ns (max {max(times):.0f}); yes to {yes:,} of {count:,}'
