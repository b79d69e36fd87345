"""Power of every entity of a network: arrays that read like mappings and rows, as a register has millions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.model.result import Coded, Result
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


class PowerRow(NamedTuple):
    """``power`` in the unit of the result, ``error`` its standard error, 0 when exact."""

    entity: str
    power: Fraction | float
    error: float


@dataclass(frozen=True, eq=False, kw_only=True)
class PowerByEntity(Result):
    """``values`` of every entity; ``error``: standard error of each, ``None`` when exact. Rows: what is not 0, the largest first."""

    values: Column
    error: Column | None
    network: Network = field(repr=False)

    row: ClassVar[Any] = PowerRow

    @cached_property
    def rows(self) -> Rows[PowerRow]:
        """Entities whose number is not 0, the largest first."""
        return Rows(descending(self.values.array), self._row)

    def columns(self) -> Mapping[str, Table]:
        """The rows as arrays; fractions become numbers."""
        places = self.rows.places
        error = np.zeros(len(places)) if self.error is None else self.error.array[places]
        return {
            "entity": Coded(places, self.network.ids),
            "power": self.values.array[places].astype(np.float64),
            "error": error,
        }

    def _row(self, i: int) -> PowerRow:
        power = self.values.array[i]
        value = power if isinstance(power, Fraction) else float(power)
        return PowerRow(self.network.ids[i], value, 0.0 if self.error is None else float(self.error.array[i]))


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
