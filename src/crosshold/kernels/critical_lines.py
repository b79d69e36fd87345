"""The largest line at which a family still controls each firm, for all lines at once.

``links[u]`` are ``(v, fraction of v that u has)``; ``root`` is the family, which nobody holds. The line of every other node, 0 if none.
Source: Almeida, Park, Subrahmanyam, Wolfenzon, J. Financial Economics 99 (2011), critical control thresholds and centrality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush

Links = Sequence[Sequence[tuple[int, Fraction]]]
Lines = dict[int, Fraction]


def critical_least(links: Links, root: int) -> dict[int, Fraction]:
    """Critical thresholds of the least control sets: repeatedly the firm with the most votes joins, at the lowest line so far."""
    held = dict(links[root])
    waiting = [(-stake, v) for v, stake in held.items()]
    heapify(waiting)
    line, critical = Fraction(1), dict.fromkeys(range(len(links)), Fraction(0))
    left = set(critical) - {root}
    critical.pop(root)
    while waiting:
        firm = heappop(waiting)[1]  # with the most votes: what it had before it got more waits too, and comes later
        if firm not in left:
            continue
        left.discard(firm)
        line = critical[firm] = min(line, held[firm])
        for v, stake in links[firm]:
            if v in left:
                held[v] = held.get(v, Fraction(0)) + stake
                heappush(waiting, (-held[v], v))
    return critical


def critical_greatest(links: Links, root: int) -> dict[int, Fraction]:
    """Critical thresholds of the greatest control sets: repeatedly the firm with the fewest votes leaves, at the highest line so far."""
    held: dict[int, Fraction] = {}
    for row in links:
        for v, stake in row:
            held[v] = held.get(v, Fraction(0)) + stake
    left = set(range(len(links))) - {root}
    line, critical = Fraction(0), {}
    while left:
        firm = min(left, key=lambda v: (held.get(v, Fraction(0)), v))
        line = critical[firm] = max(line, held.get(firm, Fraction(0)))
        left.discard(firm)
        for v, stake in links[firm]:
            held[v] -= stake
    return critical


def centrality(
    links: Links, root: int, firms: Sequence[int], critical: Lines, compute: Callable[[Links, int], Lines]
) -> dict[int, Fraction | None]:
    """By firm, the fall of the others' mean critical threshold when its stakes do not count; a lone firm has none.

    ``critical`` are the thresholds that ``compute`` gives with all stakes.
    """
    central: dict[int, Fraction | None] = {}
    for firm in firms:
        if len(firms) == 1:
            central[firm] = None
            continue
        without = compute([[] if u == firm else row for u, row in enumerate(links)], root)
        fall = sum((critical[v] - without[v] for v in firms if v != firm), start=Fraction(0))
        central[firm] = fall / (len(firms) - 1)
    return central
