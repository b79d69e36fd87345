"""The truncated variant of integrated ownership: only walks that are worth more than a floor."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from crosshold.errors import Finding, RequestError, UndeterminedError
from crosshold.kernels.walks import walks_above
from crosshold.measures.ownership.large import Cells, direct_shares
from crosshold.measures.ownership.measure import Ownership, OwnershipRow
from crosshold.model.columns import Columns
from crosshold.network import Network

MOST_WALKS = 5_000_000


def ownership_of_walks(
    network: Network,
    holders: Iterable[str],
    eps: Fraction | float | str,
    *,
    basis: str = "capital",
    most: int = MOST_WALKS,
) -> Ownership:
    """What ``holders`` own by walks that never pass the holder again and whose product of stakes is more than ``eps`` (0 to 1).

    As ``eps`` falls this rises to the source-avoiding totals. It is not the way to compute those (:func:`ownership` is exact and
    faster); it is here because studies report it. In float64. W_TRUNCATED says what the cut walks were worth: outside rings no total is
    more than that too low. Errors: E_UNKNOWN_ID, E_EPS; E_PATH_BUDGET after ``most`` walks from one holder (exit status 3).

    Source: the eps rule of the Bank of Italy's look-through of shareholdings, as described in abstracts; not the paper itself.
    """
    floor = float(Fraction(eps))
    if not 0 < floor < 1:
        raise RequestError(Finding("E_EPS", f"eps={eps} is not between 0 and 1.", "Say a small fraction such as 1e-6.", "eps"))
    graph = network.graph(basis)
    found, touched = np.zeros(len(network)), np.empty(len(network), np.int32)
    rows = []
    worst = 0.0
    for source in network.indices(holders):
        out = graph.out
        edges = out.pointer, out.node, out.weight, graph.total
        some, count, cut = walks_above(source, floor, *edges, found, touched, most)
        if count < 0:
            name = network.ids[source]
            message = f"stopped after {most:,} walks from {name} worth more than {floor:g}."
            raise UndeterminedError(Finding("E_PATH_BUDGET", message, "A larger eps, or ownership without one.", name))
        nodes = np.sort(touched[:some])
        rows.append((np.full(some, source, np.int32), nodes, found[nodes]))
        found[nodes] = 0.0
        worst = max(worst, cut)
    none = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    holder, issuer, total = (np.concatenate(column) for column in zip(none, *rows, strict=True))
    direct = direct_shares(Cells(holder, issuer, total, worst), graph, graph.settle)
    arrays = {"holder": holder, "issuer": issuer, "direct": direct, "total": total}
    message = f"walks worth {floor:g} or less were left out, {worst:.1e} together at most for one holder."
    truncated = Finding("W_TRUNCATED", message, "Outside rings no total is more than that too low.", "ownership")
    return Ownership(
        rows=Columns(OwnershipRow, arrays, {"holder": network.ids, "issuer": network.ids}),
        network=network,
        settings={
            "graph": basis,
            "basis": graph.basis,
            "convention": "source-avoiding",
            "eps": floor,
            "method": "float64",
            "error": worst,
        },
        findings=tuple(dict.fromkeys([*network.findings, truncated])),
    )
