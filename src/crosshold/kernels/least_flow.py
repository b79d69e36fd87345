"""The least total flow on given edges, in whole numbers of any size, and how far each edge can vary without making it larger.

Successive shortest paths with potentials, all paths of one length at a time (a maximum flow on the edges that lie on shortest paths). Each
edge costs 1, so lengths are whole numbers below the number of nodes and there are at most that many rounds.

Sources: Edmonds and Karp, "Theoretical improvements in algorithmic efficiency for network flow problems", J. ACM 19 (1972), for the
potentials; Dinic, Soviet Math. Doklady 11 (1970), for the maximum flow; Ford and Fulkerson, "Flows in Networks" (1962), I.9-11.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence

import numpy as np

from crosshold.kernels.components import strong_components

Edge = tuple[int, int, int]  # from, to, most


class LeastFlow:
    """``flow[k]`` on edge k, with the given ``supply`` (out less in) at every node, such that the sum of all flows is least.

    ``edges``: from, to, capacity; no loops and no two edges with the same ends. The supplies must be those of some flow.
    """

    def __init__(self, nodes: int, edges: Sequence[Edge], supply: Sequence[int]) -> None:
        self._head: list[int] = []
        self._left: list[int] = []  # arc 2 k goes along edge k, arc 2 k + 1 back
        self._out: list[list[int]] = [[] for _ in range(nodes)]
        self._edges = edges
        for k, (u, v, most) in enumerate(edges):
            self._head += [v, u]
            self._left += [most, 0]
            self._out[u].append(2 * k)
            self._out[v].append(2 * k + 1)
        self._potential = [0] * nodes
        self._flat: list[list[int]] = [[] for _ in range(nodes)]
        excess = list(supply)
        while any(x > 0 for x in excess):
            self._measure(excess)
            if not self._push(excess):
                raise ValueError("no flow on these edges has these supplies")

    @property
    def flow(self) -> list[int]:
        """On each edge."""
        return self._left[1::2]

    def _measure(self, excess: Sequence[int]) -> None:
        """Add to every potential the length of the shortest way from a node with excess; note the arcs on shortest ways."""
        far = [-1] * len(excess)
        heap = [(0, node) for node, x in enumerate(excess) if x > 0]
        while heap:
            length, node = heapq.heappop(heap)
            if far[node] >= 0:
                continue
            far[node] = length
            for arc in self._out[node]:
                other = self._head[arc]
                if self._left[arc] and far[other] < 0:
                    heapq.heappush(heap, (length + self._cost(arc), other))
        most = max(far)
        self._potential = [p + (most if d < 0 else d) for p, d in zip(self._potential, far, strict=True)]
        self._flat = [[arc for arc in arcs if self._cost(arc) == 0] for arcs in self._out]

    def _cost(self, arc: int) -> int:
        """What one unit more along the arc adds to the total, beyond what its ends are apart."""
        sign = -1 if arc & 1 else 1
        return sign + self._potential[self._head[arc ^ 1]] - self._potential[self._head[arc]]

    def _push(self, excess: list[int], without: int = -1) -> int:
        """As much as possible from nodes above to nodes below zero, along arcs that cost nothing (not those of one edge)."""
        sent = 0
        while (level := self._levels(excess, without)) is not None:
            at = [0] * len(excess)
            for source in [node for node, x in enumerate(excess) if x > 0]:
                while excess[source] > 0 and (path := self._path(source, excess, level, at, without)) is not None:
                    end = self._head[path[-1]]
                    amount = min(excess[source], -excess[end], *(self._left[arc] for arc in path))
                    for arc in path:
                        self._left[arc] -= amount
                        self._left[arc ^ 1] += amount
                    excess[source] -= amount
                    excess[end] += amount
                    sent += amount
        return sent

    def _usable(self, arc: int, without: int) -> bool:
        return self._left[arc] > 0 and arc >> 1 != without

    def _levels(self, excess: Sequence[int], without: int) -> list[int] | None:
        """Steps from the nearest node with excess; ``None`` when no node that lacks something is reached."""
        level = [-1] * len(excess)
        queue = deque(node for node, x in enumerate(excess) if x > 0)
        for node in queue:
            level[node] = 0
        reached = False
        while queue:
            node = queue.popleft()
            reached |= excess[node] < 0
            for arc in self._flat[node]:
                if level[self._head[arc]] < 0 and self._usable(arc, without):
                    level[self._head[arc]] = level[node] + 1
                    queue.append(self._head[arc])
        return level if reached else None

    def _path(
        self, source: int, excess: Sequence[int], level: list[int], at: list[int], without: int
    ) -> list[int] | None:  # fmt: skip
        """Arcs from the source, level by level, to a node that lacks something; arcs that led nowhere are not tried again."""
        path: list[int] = []
        node = source
        while not (excess[node] < 0 and path):
            while at[node] < len(self._flat[node]):
                arc = self._flat[node][at[node]]
                if level[self._head[arc]] == level[node] + 1 and self._usable(arc, without):
                    path.append(arc)
                    node = self._head[arc]
                    break
                at[node] += 1
            else:
                if not path:
                    return None
                node = self._head[path.pop() ^ 1]
                at[node] += 1
        return path

    def varying(self) -> list[int]:
        """Edges that differ between two least flows; none: the flow is the only one.

        Along arcs that cost nothing a circle changes the flow and not its total, unless it only goes and comes back on one edge. So an
        edge varies when its ends are strongly connected by such arcs and stay connected, in some direction, without it.
        """
        free = [k for k in range(len(self._edges)) if self._cost(2 * k) == 0]
        arcs = [arc for k in free for arc in (2 * k, 2 * k + 1) if self._left[arc]]
        arcs.sort(key=lambda arc: self._head[arc ^ 1])
        ends = np.array([self._head[arc ^ 1] for arc in arcs], dtype=np.int64)
        pointer = np.searchsorted(ends, np.arange(len(self._out) + 1)).astype(np.int64)
        label = strong_components(pointer, np.array([self._head[arc] for arc in arcs], dtype=np.int64)).label.tolist()
        inside = [k for k in free if label[self._edges[k][0]] == label[self._edges[k][1]]]
        single = bridges(len(self._out), [self._edges[k][:2] for k in inside])
        return [k for place, k in enumerate(inside) if place not in single]

    def bounds(self, edge: int) -> tuple[int, int]:
        """The least and the most that an edge carries in a least flow."""
        u, v, most = self._edges[edge]
        now, kept = self.flow[edge], self._left
        ends = []
        for source, sink, amount in ((u, v, now), (v, u, most - now)):
            self._left, excess = list(kept), [0] * len(self._out)
            excess[source], excess[sink] = amount, -amount
            ends.append(self._push(excess, edge) if amount else 0)
        self._left = kept
        return now - ends[0], now + ends[1]


def circles(nodes: int, edges: Sequence[Edge]) -> list[tuple[list[int], int]]:
    """A flow that loses nothing on its way as circles ``(nodes in order, amount)``: at most one for each edge.

    Every circle starts at its smallest node; which circles are found depends on the order of the edges only.
    """
    out: list[list[list[int]]] = [[] for _ in range(nodes)]
    for u, v, amount in reversed(edges):
        if amount:
            out[u].append([v, amount])
    found: list[tuple[list[int], int]] = []
    for start in range(nodes):
        path, place = [start], {start: 0}
        while out[path[-1]]:
            nxt = out[path[-1]][-1][0]
            if nxt not in place:
                place[nxt] = len(path)
                path.append(nxt)
                continue
            ring = path[place[nxt] :]
            amount = min(out[node][-1][1] for node in ring)
            for node in ring:
                out[node][-1][1] -= amount
                if not out[node][-1][1]:
                    out[node].pop()
            first = ring.index(min(ring))
            found.append((ring[first:] + ring[:first], amount))
            for node in ring[1:]:
                del place[node]
            path = path[: place[nxt] + 1]
    return found


def bridges(nodes: int, edges: Sequence[tuple[int, int]]) -> set[int]:
    """Places of the edges, taken without direction, whose loss would cut a part of the graph in two. No two have the same ends.

    Source: Tarjan, "A note on finding the bridges of a graph", Information Processing Letters 2 (1974).
    """
    near: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for k, (u, v) in enumerate(edges):
        near[u].append((k, v))
        near[v].append((k, u))
    number, low, found, clock = [-1] * nodes, [0] * nodes, set[int](), 0
    for root in range(nodes):
        trail = [(root, -1)] if number[root] < 0 else []
        while trail:
            node, via = trail[-1]
            if number[node] < 0:
                number[node] = low[node] = clock
                clock += 1
            if near[node]:
                k, other = near[node].pop()
                if k == via:
                    continue
                if number[other] < 0:
                    trail.append((other, k))
                else:
                    low[node] = min(low[node], number[other])
                continue
            trail.pop()
            if trail:
                before = trail[-1][0]
                low[before] = min(low[before], low[node])
                if low[node] > number[before]:
                    found.add(via)
    return found
