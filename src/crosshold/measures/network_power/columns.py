"""Numbers of all entities of a network as arrays that read like mappings and rows: a register has millions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.model.result import Coded
from crosshold.model.result import Column as Table
from crosshold.network import Network

Number = Fraction | float
Row = TypeVar("Row")


class Column(Mapping[str, Number]):
    """A number by id, backed by one array over the indices of a network (``array``: float64, or object for fractions)."""

    def __init__(self, network: Network, array: NDArray[Any]) -> None:
        self.network, self.array = network, array

    def __getitem__(self, entity: str) -> Number:
        """The number of one entity; KeyError for an unknown id."""
        try:
            value = self.array[self.network.index(entity)]
        except RequestError:
            raise KeyError(entity) from None
        return value if isinstance(value, Fraction) else float(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.network.ids)

    def __len__(self) -> int:
        return len(self.network.ids)


class Rows(Sequence[Row]):
    """Rows made when they are looked at, one for each index of ``places``."""

    def __init__(self, places: NDArray[Any], make: Callable[[int], Row]) -> None:
        self.places, self.make = places, make

    @overload
    def __getitem__(self, k: int) -> Row: ...
    @overload
    def __getitem__(self, k: slice) -> Sequence[Row]: ...
    def __getitem__(self, k: int | slice) -> Row | Sequence[Row]:
        """One row, or some."""
        if isinstance(k, slice):
            return [self.make(int(i)) for i in self.places[k]]
        return self.make(int(self.places[k]))

    def __len__(self) -> int:
        return len(self.places)


def descending(values: NDArray[Any]) -> NDArray[np.int64]:
    """Indices of what is not 0, the largest first; equal ones in the order of the network."""
    index = np.flatnonzero(values != 0)
    if values.dtype == object:
        return np.array(sorted(index.tolist(), key=lambda i: -values[i]), dtype=np.int64)
    return index[np.argsort(-values[index], kind="stable")]


def columns_of(network: Network, places: NDArray[Any], values: Column, error: Column | None) -> dict[str, Table]:
    """Entity, power and standard error (0 when exact) of the entities at ``places``, as arrays."""
    power = values.array[places].astype(np.float64)
    spread = np.zeros(len(places)) if error is None else error.array[places]
    return {"entity": Coded(places, network.ids), "power": power, "error": spread}


def drawing(draws: int, seed: int) -> None:
    """Refuse what cannot be drawn: E_DRAWS."""
    for name, value, least in (("draws", draws, 2), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            message = f"{name} is {value!r}: a whole number of at least {least} is needed."
            raise RequestError(Finding("E_DRAWS", message, "Ten thousand draws and seed 0 are the default.", name))


def method_known(method: str) -> None:
    """Refuse an unknown method: E_METHOD."""
    if method not in ("auto", "exact", "sampled"):
        raise RequestError(Finding("E_METHOD", f"{method!r} is no method.", "Say auto, exact or sampled.", "method"))
