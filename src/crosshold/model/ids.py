"""Sorted ids of millions of entities: one text and where each begins, instead of millions of Python strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

PACK = 100_000  # ids joined at a time


class Ids(Sequence[str]):
    """Distinct ids in the order of their characters; an id is found by halving. About 8 bytes an id and its UTF-8 length."""

    def __init__(self, text: bytes, start: NDArray[np.int64]) -> None:
        self._text = text
        self._start = start

    @classmethod
    def pack(cls, ids: Iterable[str]) -> Ids:
        """From sorted, distinct ids."""
        parts: list[bytes] = []
        lengths: list[NDArray[np.int64]] = []
        chunk: list[bytes] = []

        def close() -> None:
            lengths.append(np.fromiter(map(len, chunk), np.int64, len(chunk)))
            parts.append(b"".join(chunk))
            chunk.clear()

        for name in ids:
            chunk.append(name.encode())
            if len(chunk) == PACK:
                close()
        close()
        start = np.zeros(sum(map(len, lengths)) + 1, np.int64)
        np.cumsum(np.concatenate(lengths), out=start[1:])
        return cls(b"".join(parts), start)

    def __len__(self) -> int:
        return len(self._start) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[k] for k in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        k = index % len(self)
        return self._text[self._start[k] : self._start[k + 1]].decode()

    @property
    def packed(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """All ids as UTF-8 bytes, one after the other, and where each begins; one number more than there are ids."""
        return np.frombuffer(self._text, np.uint8), self._start

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), PACK):
            ends = self._start[first : first + PACK + 1].tolist()
            text = self._text[ends[0] : ends[-1]]
            for a, b in pairwise(ends):
                yield text[a - ends[0] : b - ends[0]].decode()
