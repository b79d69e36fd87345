"""What flows in a small ring: the inverse of I - P without a single subtraction, so that no digit is lost in nearly closed rings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel

Float = NDArray[np.float64]
Index = NDArray[Any]  # int32 or int64
SOUND, CLOSED, DIVERGENT, UNSETTLED = 0, 1, 2, 3  # states of a ring


@kernel
def ring_inverse(part: Float, outside: Float, inverse: Float) -> bool:
    """Fill ``inverse`` (k, k) with (I - P)^-1 and say whether it exists with no negative entry (spectral radius of P below 1).

    ``part[j, h]`` is what j passes on to h, ``outside[j]`` what leaves the ring: 1 - sum of row j, given by itself because a
    difference of floats would have no digits left when it is small. Both are overwritten. As long as ``outside`` is not negative every
    step adds or multiplies positive numbers: each entry comes out to about k rounding errors, however near to closed the ring
    is. A pivot that is not positive proves that what enters multiplies without end.

    Source: Grassmann, Taksar, Heyman, "Regenerative analysis and steady state distributions for Markov chains", Operations Research
    33 (1985); O'Cinneide, "Entrywise perturbation theory and error analysis for Markov chains", Numerische Mathematik 65 (1993).
    """
    k = len(outside)
    pivot = np.empty(k)
    inverse[:, :] = 0.0
    for last in range(k - 1, -1, -1):
        inverse[last, last] = 1.0
        total = outside[last]
        for j in range(last):
            total += part[last, j]
        pivot[last] = total
        if not total > 0.0:
            return False
        for i in range(last):
            factor = part[i, last] / total
            part[i, last] = factor
            if factor != 0.0:
                outside[i] += factor * outside[last]
                for j in range(last):
                    part[i, j] += factor * part[last, j]
    for last in range(k - 1, 0, -1):
        for i in range(last):
            factor = part[i, last]
            if factor != 0.0:
                for c in range(last, k):
                    inverse[i, c] += factor * inverse[last, c]
    for row in range(k):
        for j in range(row):
            factor = part[row, j]
            if factor != 0.0:
                for c in range(k):
                    inverse[row, c] += factor * inverse[j, c]
        for c in range(k):
            inverse[row, c] /= pivot[row]
    return True


@kernel
def invert_rings(
    rings: Index,
    order: Index,
    start: Index,
    label: Index,
    pointer: Index,
    holder: Index,
    weight: Index,
    total: Index,
    share: Float,
    offset: Index,
    inverses: Float,
    state: Index,
    condition: Float,
) -> None:
    """Invert every ring (a unit of two or more nodes) of the list ``rings`` whose ``state`` is ``SOUND``.

    The inverse of unit u goes to ``inverses[offset[u]:]``, row by row: entry (j, h) is what h has in the end per unit that starts at j. The
    part that leaves is taken in whole numbers, plus what ``share`` (passed on per edge) leaves of the stake. ``condition`` is the
    1-norm condition number; exact, because the inverse has no negative entry.
    """
    for u in rings:
        if state[u] != SOUND:
            continue
        first, k = start[u], start[u + 1] - start[u]
        part, outside = np.zeros((k, k)), np.empty(k)
        largest = 0.0
        for place in range(k):
            j = order[first + place]
            inside, kept, passed = 0, 0.0, 0.0
            for e in range(pointer[j], pointer[j + 1]):
                if label[holder[e]] == u:
                    other = np.searchsorted(order[first : first + k], holder[e])
                    part[place, other] += share[e]
                    passed += share[e]
                    inside += int(weight[e])
                    kept += weight[e] / total[j] - share[e]
            outside[place] = (int(total[j]) - inside) / int(total[j]) + max(kept, 0.0)
            largest = max(largest, passed)
        inverse = inverses[offset[u] : offset[u] + k * k].reshape(k, k)
        if not ring_inverse(part, outside, inverse):
            state[u] = DIVERGENT
            continue
        growth = 0.0
        for row in range(k):
            growth = max(growth, inverse[row].sum())
        condition[u] = (1.0 + largest) * growth


@kernel
def find_closed(
    rings: Index,
    order: Index,
    start: Index,
    label: Index,
    pointer: Index,
    holder: Index,
    weight: Index,
    total: Index,
    share: Float,
    state: Index,
) -> None:
    """Mark as ``CLOSED`` every ring whose members hold all of each member, in whole numbers, and pass all of it on."""
    for u in rings:
        closed = True
        for place in range(start[u], start[u + 1]):
            j = order[place]
            inside = 0
            for e in range(pointer[j], pointer[j + 1]):
                if label[holder[e]] == u:
                    inside += int(weight[e])
                    closed = closed and share[e] == weight[e] / total[j]
            closed = closed and inside == int(total[j])
            if not closed:
                break
        if closed:
            state[u] = CLOSED


@kernel
def left_outside(pointer: Index, weight: Index, total: Index, share: Float) -> Float:
    """What each node's edges leave of it: the rest in whole numbers plus what was not passed on; 0 for a node without edges."""
    rest = np.zeros(len(total))
    for j in range(len(total)):
        if pointer[j] < pointer[j + 1]:
            held, kept = 0, 0.0
            for e in range(pointer[j], pointer[j + 1]):
                held += int(weight[e])
                kept += weight[e] / total[j] - share[e]
            rest[j] = (int(total[j]) - held) / int(total[j]) + kept
    return rest
