"""Whole numbers drawn alike on every machine: the raw stream of PCG64 and arithmetic that IEEE 754 rounds in one way.

Numpy promises that the raw output of a bit generator never changes; it does not promise that of ``Generator.random`` and its kin, and
``pow`` differs in its last bit from one C library to the next. So only raw bits, ``+ - * /`` and ``sqrt`` are used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Bits = NDArray[np.uint64]


def raw(seed: int, stream: int, count: int) -> Bits:
    """``count`` words of 64 random bits; every ``stream`` of one seed is independent of the others."""
    return np.asarray(np.random.PCG64(np.random.SeedSequence([seed, stream])).random_raw(count), dtype=np.uint64)


def field(bits: Bits, low: int, width: int) -> Int:
    """``width`` bits of each word, from bit ``low``, as a whole number in ``[0, 2**width)``."""
    return ((bits >> np.uint64(low)) & np.uint64((1 << width) - 1)).astype(np.int64)


def unit(bits: Bits) -> Float:
    """The upper 32 bits of each word as a number in ``[0, 1)``."""
    return field(bits, 32, 32).astype(np.float64) * 2.0**-32


def below(fraction: Float, bound: Int | int) -> Int:
    """``floor(fraction * bound)``: a whole number in ``[0, bound)`` from one in ``[0, 1)``."""
    return (fraction * bound).astype(np.int64)
