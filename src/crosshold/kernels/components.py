"""Strongly connected components of a directed graph in compressed sparse rows."""

from __future__ import annotations

from crosshold.kernels.csr import Int


def components(pointer: Int, target: Int) -> list[list[int]]:
    """Every strongly connected component, sources first: an edge never leads to an earlier component.

    ``pointer`` (n + 1) and ``target`` (m) are the rows of the graph. Members are sorted. Time and memory are O(n + m); there is
    no recursion, so chains of any length are fine.

    Source: Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972), section 4.
    """
    start, heads = pointer.tolist(), target.tolist()
    n = len(start) - 1
    number = [0] * n  # order of discovery, 1-based; 0 = not seen
    low = [0] * n
    waiting: list[int] = []  # nodes whose component is still open
    is_open = [False] * n
    found: list[list[int]] = []
    clock = 0
    for root in range(n):
        if number[root]:
            continue
        trail: list[tuple[int, int]] = [(root, start[root])]
        while trail:
            node, edge = trail.pop()
            if edge == start[node]:
                clock += 1
                number[node] = low[node] = clock
                waiting.append(node)
                is_open[node] = True
            else:  # back from the child behind the previous edge
                child = heads[edge - 1]
                if is_open[child]:
                    low[node] = min(low[node], low[child])
            while edge < start[node + 1] and number[heads[edge]]:
                if is_open[heads[edge]]:
                    low[node] = min(low[node], number[heads[edge]])
                edge += 1
            if edge < start[node + 1]:
                trail.append((node, edge + 1))
                trail.append((heads[edge], start[heads[edge]]))
            elif low[node] == number[node]:
                members: list[int] = []
                while not members or members[-1] != node:
                    members.append(waiting.pop())
                    is_open[members[-1]] = False
                found.append(sorted(members))
    return found[::-1]
