"""Words as bytes in one array: what is at some places, copied without a Python string for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import Int

Bytes = NDArray[np.uint8]


def words_at(text: Bytes, start: Int, place: NDArray[np.integer]) -> Bytes:
    """The words at some places with a zero byte between them; word k is ``text[start[k]:start[k + 1]]``, and -1 is none, no byte."""
    length = np.where(place < 0, 0, start[place + 1] - start[place]).astype(np.int64)
    joined = np.zeros(int(length.sum()) + max(len(place) - 1, 0), np.uint8)
    _copy(text, start, place, joined)
    return joined


@kernel
def _copy(text: Bytes, start: Int, place: NDArray[np.integer], joined: Bytes) -> None:
    at = 0
    for k in range(len(place)):
        if place[k] >= 0:
            for source in range(start[place[k]], start[place[k] + 1]):
                joined[at] = text[source]
                at += 1
        at += 1
