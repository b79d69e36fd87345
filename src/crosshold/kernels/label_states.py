"""Every joint outcome of the labels of a cluster, with its chance as a fraction."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crosshold.kernels.label_plan import Plan
from crosshold.kernels.pivot_chances import chances

Split = list[tuple[int, Fraction]]


def expected(plan: Plan, credit: Sequence[Fraction], quota: Sequence[Fraction], most: int) -> list[Fraction] | None:
    """Expected credit by slot, exactly; ``None`` where a cluster has a ring, or a node or the states are too many (above ``most``).

    ``credit`` and ``quota`` are by drawn node. A state is the labels of those nodes that a later node still waits for, so what
    counts is how wide a cluster is, not how long.
    """
    if plan.ring_end.any():
        return None
    found = [Fraction(0)] * len(plan.slot_node)
    known: dict[tuple[tuple[int, ...], int, Fraction, int], list[Fraction] | None] = {}
    start, unions, weights = plan.union_start.tolist(), plan.union.tolist(), plan.weight.tolist()
    needs, looses, own = plan.need.tolist(), plan.loose.tolist(), plan.own.tolist()
    last = {u: k for k in range(len(credit)) for u in unions[start[k] : start[k + 1]] if u >= 0}

    def split(k: int, labels: dict[int, int]) -> Split | None:
        sums: dict[int, int] = {}
        for e in range(start[k], start[k + 1]):
            slot = labels[unions[e]] if unions[e] >= 0 else -1 - unions[e]
            sums[slot] = sums.get(slot, 0) + weights[e]
        case = (tuple(sums.values()), needs[k], quota[k], looses[k])
        if case not in known:
            known[case] = chances(*case)
        parts = known[case]
        if parts is None:
            return None
        shares = dict(zip(sums, parts, strict=True))
        if looses[k]:  # the ocean at the pivot, or nobody: the node keeps its own label, which a holder may carry too
            shares[own[k]] = shares.get(own[k], Fraction(0)) + 1 - sum(parts)
        return [(slot, chance) for slot, chance in shares.items() if chance]

    for a, b in zip(plan.start[:-1].tolist(), plan.start[1:].tolist(), strict=True):
        states: dict[tuple[tuple[int, int], ...], Fraction] = {(): Fraction(1)}
        for k in range(a, b):
            after: dict[tuple[tuple[int, int], ...], Fraction] = {}
            for labels, chance in states.items():
                outcomes = split(k, dict(labels))
                if outcomes is None:
                    return None
                still = tuple(pair for pair in labels if last[pair[0]] > k)
                for slot, part in outcomes:
                    found[slot] += chance * part * credit[k]
                    state = (*still, (k, slot)) if k in last else still
                    after[state] = after.get(state, Fraction(0)) + chance * part
                if len(after) > most:
                    return None
            states = after
    return found
