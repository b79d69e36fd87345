"""The peers of control.py: all controllers of all companies, answered with the number of pairs (controller, controlled).

Each takes the same arrays in the same node order: ``holder``, ``issuer`` (int32) and ``weight`` (int64) by row, ``total`` by entity.
X controls Y when X and the companies it controls hold more than half of Y together; X itself is not counted as controlled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


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
