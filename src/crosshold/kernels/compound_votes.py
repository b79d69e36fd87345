"""Many votes at once, level by level: companies say yes when those of their holders who do so carry them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


def outcomes(
    holders: Sequence[Sequence[tuple[int, int]]],
    need: Sequence[int],
    components: Sequence[Sequence[int]],
    ballots: dict[int, Bools],
    from_yes: bool = False,
) -> list[Bools]:
    """By node, its vote in each of many ballots.

    ``holders[k]`` are ``(node, weight)``; k says yes when holders with at least ``need[k]`` do. ``ballots`` has the votes of the nodes that
    decide for themselves. ``components`` are strongly connected, holders first; in one of several nodes votes start from all no (or all
    yes) and are cast again until none changes.
    """
    size = len(next(iter(ballots.values()))) if ballots else 1
    vote = [np.full(size, from_yes) for _ in holders]
    for node, column in ballots.items():
        vote[node] = column
    for members in components:
        changed = True
        while changed:
            changed = False
            for k in members:
                if k in ballots:
                    continue
                sums = np.zeros(size, np.int64)
                for h, weight in holders[k]:
                    sums += weight * vote[h]
                new = sums >= need[k]
                if len(members) > 1 and (new != vote[k]).any():
                    changed = True
                vote[k] = new
    return vote
