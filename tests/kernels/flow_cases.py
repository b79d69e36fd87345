"""Small random graphs of holdings, for the tests of linear flow."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from crosshold.kernels.csr import compress

Graph = tuple[Any, Any, Any, Any]
TOTAL = 10**6


def graph(n: int, edges: dict[tuple[int, int], int], total: Any) -> Graph:
    """Rows of holders from ``{(holder, issuer): weight}``."""
    columns = np.array([(i, h, w) for (h, i), w in edges.items()], dtype=np.int64).reshape(-1, 3)
    return *compress(n, columns[:, 0], columns[:, 1], columns[:, 2]), np.asarray(total, np.int64)


@st.composite
def nets(draw: st.DrawFn) -> tuple[Graph, list[int], list[int]]:
    """Up to ten nodes; issuers held up to all, some to the last share, and what is given (positive, so that ratios say everything)."""
    n = draw(st.integers(2, 10))
    edges: dict[tuple[int, int], int] = {}
    total = [draw(st.sampled_from((7, 10**6, 10**12, 2**61))) for _ in range(n)]
    for j in range(n):
        left = total[j]
        for h in draw(st.lists(st.integers(0, n - 1), max_size=4, unique=True)):
            whole = draw(st.sampled_from((True, False, False)))
            weight = left - draw(st.integers(0, 1)) if whole else left * draw(st.integers(1, 99)) // 100
            if h != j and weight > 0:
                edges[h, j] = weight
                left -= weight
    return graph(n, edges, total), [draw(st.integers(0, 3)) for _ in range(n)], list(range(n))
