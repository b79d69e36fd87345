"""Stakes multiplied along chains, the chains added: in fractions in a small network, in float64 in a register."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

import numpy as np

from crosshold.kernels.csr import compress
from crosshold.kernels.flow import Amount, Divergent, Flow
from crosshold.network import Graph, Network


class Multiplied:
    """One graph. ``None`` stands for a part that depends on a ring that owns itself completely.

    Errors: E_SINGULAR when holdings pass 100 % without end.
    """

    def __init__(self, network: Network, graph: Graph, cut: Collection[int] = ()) -> None:
        """Nothing flows on from the nodes of ``cut`` to those who hold them."""
        self.network = network
        self.graph = _without_holders(graph, cut) if cut else graph
        self._flows: dict[bool, Flow] = {}

    def up(self, j: int) -> dict[int, Amount]:
        """What everybody has of ``j``, walks that come back included; 1 and what comes back at ``j`` itself."""
        return self._solve(j, up=True)

    def down(self, i: int) -> dict[int, Amount]:
        """What ``i`` has of everything, walks that come back included; 1 and what comes back at ``i`` itself."""
        return self._solve(i, up=False)

    def _solve(self, node: int, up: bool) -> dict[int, Amount]:
        graph = self.graph
        try:
            if graph.is_exact(None):
                if up not in self._flows:
                    self._flows[up] = graph.flow(up=up, exact=True)
                return self._flows[up].solve({node: Fraction(1)})
            settle = graph.settle
            seed = np.array([node])
            units = settle.reached_up(seed) if up else settle.reached_down(seed, graph.out.pointer, graph.out.node)
            x = np.zeros(len(graph.total))
            x[node] = 1.0
            (settle.up if up else settle.down)(x, units)
        except Divergent as cause:
            raise self.network.singular(cause) from None
        nodes = settle.nodes(units)
        parts = zip(nodes.tolist(), x[nodes].tolist(), strict=True)
        return {v: None if share != share else share for v, share in parts if share}


def _without_holders(graph: Graph, cut: Collection[int]) -> Graph:
    keep = ~np.isin(graph.in_issuer, list(cut))
    pointer, holder, weight = compress(len(graph.total), graph.in_issuer[keep], graph.in_holder[keep], graph.in_weight[keep])
    return replace(graph, in_ptr=pointer, in_holder=holder, in_weight=weight)
