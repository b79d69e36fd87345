"""Large answers: columns of numbers that read as rows of words, or as numbers by id, each made only when it is looked at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import RequestError

Row = TypeVar("Row")


class Columns(Sequence[Row], Generic[Row]):
    """Rows of a named tuple over numpy columns. ``words`` gives the words of the columns that hold places in a list of words.

    NaN reads as ``None``. ``arrays`` are the columns by the names of the row, numbers instead of words.
    """

    def __init__(self, row: Any, arrays: Mapping[str, NDArray[Any]], words: Mapping[str, Sequence[str]]) -> None:
        self.arrays, self.words = dict(arrays), dict(words)
        self._row = row

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        cells = {name: self.arrays[name][index].item() for name in self._row._fields}
        made = {name: self.words[name][x] if name in self.words else plain_number(x) for name, x in cells.items()}
        return self._row(**made)  # type: ignore[no-any-return]

    def where(self, name: str, word: str) -> list[Row]:
        """The rows whose column ``name`` says ``word``, found among the numbers; the words of the column are sorted ids."""
        ids = self.words[name]
        count = len(ids) // 2 if isinstance(ids, WithFloats) else len(ids)
        place = bisect_left(ids, word, hi=count)
        if place == count or ids[place] != word:
            return []
        return [self[k] for k in np.flatnonzero(self.arrays[name] == place).tolist()]

    def columns(self) -> dict[str, Any]:
        """For writing: arrays, and words as numbers with the list that they are places in."""
        from crosshold.model.result import Coded

        arrays = self.arrays
        return {name: Coded(arrays[name], self.words[name]) if name in self.words else arrays[name] for name in self._row._fields}


class WithFloats(Sequence[str]):
    """The ids of n entities and then ``float:ID`` of each: who its unidentified holders are."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return 2 * len(self._ids)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        n = len(self._ids)
        return self._ids[index] if index < n else f"float:{self._ids[index - n]}"


class ById(Mapping[str, Any]):
    """Numbers of some entities by id; NaN reads as ``None``. ``entities`` (sorted) are places in ``ids``, ``array`` their numbers."""

    def __init__(
        self, ids: Sequence[str], index: Callable[[str], int], entities: NDArray[Any], array: NDArray[np.float64]
    ) -> None:  # fmt: skip
        self.entities, self.array = entities, array
        self._ids, self._index = ids, index

    def __len__(self) -> int:
        return len(self.entities)

    def name(self, place: int) -> str:
        """The id behind one place of ``array``."""
        return self._ids[int(self.entities[place])]

    def __iter__(self) -> Iterator[str]:
        return (self._ids[int(entity)] for entity in self.entities)

    def __getitem__(self, name: str) -> Any:
        try:
            entity = self._index(name)
        except RequestError:
            raise KeyError(name) from None
        place = int(np.searchsorted(self.entities, entity))
        if place == len(self.entities) or self.entities[place] != entity:
            raise KeyError(name)
        return plain_number(self.array[place].item())


def plain_number(value: Any) -> Any:
    """A number as it is, NaN as ``None``."""
    return None if value != value else value
