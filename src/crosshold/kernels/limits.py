"""The line that a sum of votes must pass, company by company, in whole numbers of 63 bits that never run over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.csr import Int

NEVER = np.iinfo(np.int64).max  # the limit of a company that nobody can control


def floor_of(total: Int, p: int, q: int) -> tuple[Int, NDArray[np.bool_]]:
    """floor(p total / q), and where something is left over; ``total`` int64, not negative, and 0 <= p <= q of any size."""
    if q < 2**31:
        whole, rest = np.divmod(total, q)
        more, left = np.divmod(p * rest, q)  # p rest is below 2**62, as p <= q and rest < q
        return p * whole + more, left > 0
    parts = [divmod(p * t, q) for t in total.tolist()]
    return np.array([whole for whole, _ in parts], dtype=np.int64), np.array([left > 0 for _, left in parts], dtype=np.bool_)


def limits(total: Int, p: int, q: int, strict: bool) -> Int:
    """Per company the largest sum of votes that does not control it: control is "sum > limit".

    ``w / total > p / q`` is ``w > floor(p total / q)``; ``>=`` is ``w > ceil(p total / q) - 1``. A company without votes: NEVER.
    """
    whole, left = floor_of(total, p, q)
    return np.where(total > 0, whole if strict else whole - ~left, NEVER)
