"""All controllers of all companies, by crosshold and by its peers. Each answers with the number of pairs (controller, controlled).

Each takes the same arrays in the same node order: ``holder``, ``issuer`` (int32) and ``weight`` (int64) by row, ``total`` by entity.
X controls Y when X and the companies it controls hold more than half of Y together; X itself is not counted as controlled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from crosshold.cases.synthetic import depth_first_order
from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import compress
from crosshold.kernels.forest import DEPTH, PARENT, RING, control_forest, limits

Arrays = dict[str, np.ndarray]


# crosshold: rows of holders, then one parent for each class of mutual control


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


def count_pairs(tree: np.ndarray) -> int:
    """Members times the members of all classes above, and of the own class but oneself; level by level."""
    n = len(tree)
    size = np.bincount(tree[:, RING], minlength=n)
    classes = np.flatnonzero(size)
    depth = tree[classes, DEPTH]
    above = np.zeros(n, dtype=np.int64)
    for level in range(1, int(depth.max()) + 1):
        here = classes[depth == level]
        up = tree[here, PARENT]
        above[here] = above[up] + size[up]
    return int((size[classes] * (above[classes] + size[classes] - 1)).sum())


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


# DuckDB: a table of edges; loading it is the preparation


def duckdb_prepare(given: Arrays) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    rows = {"x": given["holder"], "y": given["issuer"], "w": given["weight"], "half": given["total"][given["issuer"]] // 2}
    connection.register("rows", rows)
    connection.execute("CREATE TABLE edge AS SELECT * FROM rows")
    connection.unregister("rows")
    return connection


STEP = """
    SELECT c.x, e.y, sum(e.w)::BIGINT AS w, any_value(e.half) AS half
    FROM {front} c JOIN edge e ON e.x = c.y WHERE {fresh} e.y <> c.x GROUP BY ALL"""

ALL_STAKES = f"""
WITH RECURSIVE c(x, y, held, fresh, controlled) USING KEY (x, y) AS (
    SELECT x, y, w, w > half, w > half FROM edge
  UNION
    (SELECT s.x, s.y, coalesce(o.held, 0) + s.w, coalesce(o.held, 0) <= s.half AND coalesce(o.held, 0) + s.w > s.half,
            coalesce(o.held, 0) + s.w > s.half
     FROM ({STEP.format(front="c", fresh="c.fresh AND")}) s LEFT JOIN recurring.c o ON o.x = s.x AND o.y = s.y)
) SELECT count(*) FROM c WHERE controlled"""

MAJORITIES = f"""
WITH RECURSIVE c(x, y, held, fresh, controlled) USING KEY (x, y) AS (
    SELECT x, y, w, true, true FROM edge WHERE w > half
  UNION
    (SELECT x, y, before + w, before <= half AND before + w > half, before + w > half
     FROM (SELECT s.*, coalesce(o.held, d.w, 0) AS before
           FROM ({STEP.format(front="c", fresh="c.fresh AND")}) s
           LEFT JOIN recurring.c o ON o.x = s.x AND o.y = s.y LEFT JOIN edge d ON d.x = s.x AND d.y = s.y))
) SELECT count(*) FROM c WHERE controlled"""


def duckdb_all_stakes(connection: Any) -> int:
    """The rule as it is written: every direct stake is a row that grows."""
    return int(connection.execute(ALL_STAKES).fetchone()[0])


def duckdb_majorities(connection: Any) -> int:
    """The best recursive query found: start from majorities, look other direct stakes up when they matter."""
    return int(connection.execute(MAJORITIES).fetchone()[0])


def duckdb_loop(connection: Any) -> int:
    """The same steps driven from outside, with tables for what is held and what is new."""
    run = connection.execute
    run("CREATE OR REPLACE TEMP TABLE held AS SELECT x, y, w FROM edge WHERE w > half")
    run("CREATE OR REPLACE TEMP TABLE front AS SELECT x, y FROM held")
    pairs = found = int(run("SELECT count(*) FROM front").fetchone()[0])
    while found:
        run(f"""CREATE OR REPLACE TEMP TABLE step AS SELECT s.x, s.y, s.half, coalesce(o.w, d.w, 0) AS before, before + s.w AS w
            FROM ({STEP.format(front="front", fresh="")}) s
            LEFT JOIN held o ON o.x = s.x AND o.y = s.y LEFT JOIN edge d ON d.x = s.x AND d.y = s.y""")
        run("CREATE OR REPLACE TEMP TABLE front AS SELECT x, y FROM step WHERE before <= half AND w > half")
        found = int(run("SELECT count(*) FROM front").fetchone()[0])
        pairs += found
        run("CREATE OR REPLACE TEMP TABLE held AS FROM held ANTI JOIN step USING (x, y) UNION ALL SELECT x, y, w FROM step")
    return pairs


# plain Python: one search from each holder over dictionaries


def python_prepare(given: Arrays) -> tuple[dict[int, list[tuple[int, int]]], list[int]]:
    out: dict[int, list[tuple[int, int]]] = {}
    for x, y, w in zip(given["holder"].tolist(), given["issuer"].tolist(), given["weight"].tolist(), strict=True):
        out.setdefault(x, []).append((y, w))
    return out, given["total"].tolist()


def python_worklist(own: tuple[dict[int, list[tuple[int, int]]], list[int]]) -> int:
    out, total = own
    pairs = 0
    for x in out:
        held: dict[int, int] = {}
        stack = [x]
        while stack:
            for y, w in out.get(stack.pop(), ()):
                before = held.get(y, 0)
                held[y] = before + w
                if 2 * before <= total[y] < 2 * (before + w) and y != x:
                    pairs += 1
                    stack.append(y)
    return pairs


# scipy.sparse: what each holder's companies hold, as a matrix that grows by the newly controlled ones


def scipy_prepare(given: Arrays) -> Any:
    from scipy import sparse

    n = len(given["total"])
    stakes = sparse.coo_array((given["weight"], (given["holder"], given["issuer"])), shape=(n, n)).tocsr()
    return stakes, given["total"] // 2


def scipy_fixpoint(own: Any) -> int:
    from scipy import sparse

    stakes, half = own
    held = stakes
    over = stakes.tocoo()
    keep = over.data > half[over.col]
    row, column, pairs = over.row[keep], over.col[keep], 0
    while len(row):
        pairs += len(row)
        front = sparse.coo_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=stakes.shape).tocsr()
        step = front @ stakes
        held = held + step
        touched = step.astype(bool).multiply(held).tocoo()
        added = step.tocoo()
        touched.sum_duplicates()
        added.sum_duplicates()
        limit = half[touched.col]
        new = (touched.data > limit) & (touched.data - added.data <= limit) & (touched.row != touched.col)
        row, column = touched.row[new], touched.col[new]
    return pairs


# python-graphblas: the same fixpoint on its own matrices, over all cores


def graphblas_prepare(given: Arrays) -> Any:
    import graphblas as gb

    n = len(given["total"])
    stakes = gb.Matrix.from_coo(given["holder"], given["issuer"], given["weight"], nrows=n, ncols=n)
    return stakes, gb.Vector.from_dense(given["total"] // 2).diag()


def graphblas_fixpoint(own: Any) -> int:
    from graphblas import binary, select, semiring

    stakes, half = own
    held = stakes.dup()

    def above(matrix: Any) -> Any:
        """Entries of ``matrix`` over half of their company."""
        limit = matrix.mxm(half, semiring.any_second).new()
        return select.valuegt(matrix.ewise_mult(limit, binary.minus).new(), 0).new()

    front = above(held)
    pairs = 0
    while front.nvals:
        pairs += front.nvals
        step = front.mxm(stakes, semiring.plus_second).new()
        step = select.offdiag(step).new()
        held(binary.plus) << step
        now = above(held.dup(mask=step.S))
        before = now.ewise_mult(step, binary.minus).new()  # over half by so much before this step
        front = select.valuele(before, 0).new()
    return int(pairs)


# networkx: the textbook's search on a graph object


def networkx_prepare(given: Arrays) -> Any:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(given["holder"].tolist(), given["issuer"].tolist(), given["weight"].tolist(), strict=True)
    )  # fmt: skip
    return graph, given["total"].tolist()


def networkx_fixpoint(own: Any) -> int:
    graph, total = own
    pairs = 0
    for x in graph:
        controlled = {x}
        held: dict[int, int] = {}
        agenda = [x]
        while agenda:
            for _, y, w in graph.out_edges(agenda.pop(), data="weight"):
                held[y] = held.get(y, 0) + w
                if y not in controlled and 2 * held[y] > total[y]:
                    controlled.add(y)
                    agenda.append(y)
        pairs += len(controlled) - 1
    return pairs
