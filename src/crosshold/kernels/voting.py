"""Sums over coalitions in float64 probabilities: any number of players, units up to some tens of millions.

Every player is in with a chance of his own; ``pmf`` is the distribution of the votes gathered. Probabilities never overflow, and what
is below ``tiny`` at either end is dropped, so that work follows the width of the distribution and not the number of units.

Taking player i out again is the recurrence g[k] = (f[k] - p g[k - w]) / (1 - p), from below for p <= 1/2. Only sums of g over windows
of w (or with weights that fall monotonically from 1 to 0) are wanted, and there an error in one f[k] counts once, with alternating
signs that cancel: it grows at most by 1 / (1 - p) <= 2. So the result is within 2 (n + 5) * 2.3e-16 of the truth, absolutely.

Sources: Mann and Shapley, "Values of large games VI: evaluating the electoral college exactly", RAND RM-3158 (1962), for the
generating function; Uno, "Efficient computation of power indices for weighted majority games", ISAAC 2012, for taking players out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel

Int = NDArray[np.int64]
Float = NDArray[np.float64]

DIRECT = 16  # weights below are summed entry by entry, not by differences of running sums
NEGLIGIBLE = 1e-22
LARGE = 1e100
DOWN = 2.0**-300


@kernel
def pmf(weights: Int, chance: Float, limit: int, tiny: float, f: Float, g: Float) -> tuple[Float, int, int]:
    """Distribution of the sum of ``weights``, each in with its ``chance``, for sums up to ``limit``.

    ``f`` and ``g`` are work space of ``limit + 1``. Returns the one that holds the result and the range ``low..high`` of entries that are
    set; what lies outside has less than ``2 * limit * tiny`` of the mass (beyond ``limit`` apart).
    """
    low, high = 0, 0
    f[0] = 1.0
    for i in range(len(weights)):
        w, p = weights[i], chance[i]
        if w == 0:
            continue
        q = 1.0 - p
        top = min(high + w, limit)
        if low + w <= high:
            for k in range(low, low + w):
                g[k] = q * f[k]
            for k in range(low + w, min(high, top) + 1):
                g[k] = q * f[k] + p * f[k - w]
            for k in range(min(high, top) + 1, top + 1):
                g[k] = p * f[k - w]
        else:
            for k in range(low, high + 1):
                g[k] = q * f[k]
            for k in range(high + 1, min(low + w, top + 1)):
                g[k] = 0.0
            for k in range(low + w, top + 1):
                g[k] = p * f[k - w]
        high = top
        while low < high and g[low] < tiny:
            low += 1
        while high > low and g[high] < tiny:
            high -= 1
        f, g = g, f
    return f, low, high


@kernel
def running(f: Float, low: int, high: int, total: Float) -> None:
    """``total[k - low]`` = f[low] + ... + f[k]."""
    value = 0.0
    for k in range(low, high + 1):
        value += f[k]
        total[k - low] = value


@kernel
def swing_sums(weights: Int, p: float, quota: int, f: Float, low: int, high: int, total: Float, out: Float) -> None:
    """Chance that the others have at least ``quota - w`` and less than ``quota``, for each weight w in a game with distribution ``f``.

    With C(x) the mass below x, the alternating sum of C(quota - m w) - C(quota - (m + 1) w) times (-p / (1 - p))^m: the
    recurrence summed over the window, quota / w terms for a player. ``total`` is :func:`running` of ``f``; p <= 1/2 for all players.
    """
    ratio = p / (1.0 - p)
    for i in range(len(weights)):
        w = weights[i]
        if w == 0:
            out[i] = 0.0
            continue
        value, factor, top = 0.0, 1.0 / (1.0 - p), quota
        while top > low and abs(factor) > NEGLIGIBLE:
            part = 0.0
            if w < DIRECT:
                for k in range(max(low, top - w), min(high, top - 1) + 1):
                    part += f[k]
            else:
                part = total[min(top - 1, high) - low]
                if top - w > low:
                    part -= total[min(top - w - 1, high) - low]
            value += factor * part
            factor *= -ratio
            top -= w
        out[i] = max(value, 0.0)


@kernel
def smooth_sums(weights: Int, p: float, losing: Float, f: Float, low: int, high: int, g: Float, out: Float) -> None:
    """Chance to decide when a sum of k loses with chance ``losing[k]``, 0 beyond its end: sum of g[k] (losing[k] - losing[k + w]).

    ``f`` is the distribution of all players, each in with chance p <= 1/2; ``g`` is work space.
    """
    a, b = 1.0 / (1.0 - p), p / (1.0 - p)
    size = len(losing)
    top = min(high, size - 1)
    for i in range(len(weights)):
        w = weights[i]
        value = 0.0
        if w == 0:
            out[i] = 0.0
            continue
        for k in range(low, min(low + w, top + 1)):
            g[k] = a * f[k]
        start = low + w
        while start <= top:  # blocks of w entries do not depend on one another
            for k in range(start, min(start + w, top + 1)):
                g[k] = a * f[k] - b * g[k - w]
            start += w
        for k in range(low, min(top, size - 1 - w) + 1):
            value += g[k] * (losing[k] - losing[k + w])
        for k in range(max(low, size - w), top + 1):
            value += g[k] * losing[k]
        out[i] = value


@kernel
def _lower(row: Float) -> int:
    """Bring the largest entry to at most 1 by powers of two; how many."""
    peak, shift = row.max(), 0
    while peak > 1.0:
        row *= DOWN
        peak *= DOWN
        shift += 300
    return shift


@kernel
def _add_member(row: Float, low: int, high: int, w: int, odds: float, quota: int, longer: Float) -> None:
    """``longer = row + odds * row`` shifted by w, from ``low`` to below ``quota``; ``row`` is 0 above ``high``."""
    for k in range(low, quota):
        longer[k] = row[k]
    for k in range(low, min(high, quota - 1 - w) + 1):
        longer[k + w] += odds * row[k]


@kernel
def minimal_members(weights: Int, odds: Float, quota: int, stop: Float, value: Float, power: Int) -> None:
    """Sum over minimal winning coalitions of the product of their members' odds, for each member: ``value * 2^power``.

    ``weights`` descend; a coalition is minimal when its sum passes the quota only with its last, smallest member. So it is a path: take
    or leave each player in turn, end on passing. ``value[i]`` joins the ways to come to i (rows from the front, a few kept, the others
    made again block by block) with the ways to end after him (one row from the back). Additions only. A sum of quota + d is worth
    ``stop[d]`` more, which undoes a tilt of the odds. Rows are kept within range by powers of two. O(n quota).
    """
    n = len(weights)
    step = int(np.sqrt(n)) + 1
    kept, block = np.zeros((step + 1, quota)), np.zeros((step + 1, quota))
    kept_power, block_power = np.zeros(step + 1, dtype=np.int64), np.zeros(step + 1, dtype=np.int64)
    reach = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        reach[i + 1] = reach[i] + weights[i]
    row, other = np.zeros(quota), np.zeros(quota)
    row[0] = 1.0
    power_now, grown = 0, 1.0
    for i in range(n):
        if i % step == 0:
            kept[i // step] = row
            kept_power[i // step] = power_now
        low = min(quota - 1, max(0, quota - (reach[n] - reach[i])))  # from less nobody passes the quota any more
        _add_member(row, low, min(reach[i], quota - 1), weights[i], odds[i], quota, other)
        row, other = other, row
        grown *= 1.0 + odds[i]
        if grown > LARGE:
            power_now += _lower(row[low:])
            grown = 1.0
    ends, part = np.zeros(quota), np.zeros(quota)
    back_power, grown = 0, 1.0 + stop.max()
    for b in range((n - 1) // step, -1, -1):
        first, last = b * step, min(n, (b + 1) * step)
        block[0] = kept[b]
        block_power[0] = kept_power[b]
        front = 1.0
        for i in range(first, last - 1):
            r = i - first
            low = min(quota - 1, max(0, quota - (reach[n] - reach[i])))
            _add_member(block[r], low, min(reach[i], quota - 1), weights[i], odds[i], quota, block[r + 1])
            block_power[r + 1] = block_power[r]
            front *= 1.0 + odds[i]
            if front > LARGE:
                block_power[r + 1] += _lower(block[r + 1, low:])
                front = 1.0
        for i in range(last - 1, first - 1, -1):
            w, r, z = weights[i], i - first, odds[i]
            low, high = max(0, quota - (reach[n] - reach[i])), min(reach[i], quota - 1)
            for k in range(low, min(high, quota - 1 - w) + 1):
                part[k] = z * ends[k + w]
            for k in range(max(low, quota - w), high + 1):
                part[k] = z * stop[k + w - quota]
            total = 0.0
            for k in range(low, high + 1):
                total += block[r, k] * part[k]
                ends[k] = ends[k] + part[k] if block[r, k] > 0.0 else 0.0  # what nobody reaches would only set the scale
            value[i] = total
            power[i] = block_power[r] + back_power
            grown *= 1.0 + z
            if grown > LARGE:
                shift = _lower(ends)
                stop = stop * 2.0 ** -float(shift)
                back_power += shift
                grown = 1.0 + stop.max()


@kernel
def pivots(weights: Int, quota: int, draws: Float, order: Int, count: Int) -> None:
    """Draw a random order for each row of ``draws`` (uniform numbers) and count who passes the quota; ``order`` is work space."""
    n = len(weights)
    for r in range(draws.shape[0]):
        total = 0
        for i in range(n):
            j = i + int(draws[r, i] * (n - i))
            chosen = order[j]
            order[j] = order[i]
            order[i] = chosen
            total += weights[chosen]
            if total >= quota:
                count[chosen] += 1
                break
