"""Statements in columns: a million of them are a few lists, and a :class:`Statement` is a view of one row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from crosshold.model.statement import CONTENT, Statement

_FIELDS = (*CONTENT, "label")
_BLANK = Statement("", "")
_SILENT: dict[str, Any] = {name: getattr(_BLANK, name) for name in _FIELDS[2:]}


class Same(Sequence[Any]):
    """A column that says the same in every row."""

    def __init__(self, value: Any, length: int) -> None:
        self._value, self._length = value, length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._value

    def __iter__(self) -> Iterator[Any]:
        return repeat(self._value, self._length)


class Made(Sequence[Any]):
    """A column whose cells are stored as text and made into values when they are looked at; an empty cell stays empty."""

    def __init__(self, cells: Sequence[Any], make: Callable[[Any], Any]) -> None:
        self.cells, self._make = cells, make

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, index: Any) -> Any:
        cell = self.cells[index]
        return None if cell is None else self._make(cell)


class Statements(Sequence[Statement]):
    """Statements in columns. ``columns`` has one for every field of a statement, also for those that no row fills."""

    def __init__(self, rows: Iterable[Statement] = ()) -> None:
        items = tuple(rows)
        self._begin({name: [getattr(row, name) for row in items] for name in _FIELDS}, len(items), None)

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Any]], length: int, ids: Sequence[str] | None = None) -> Statements:
        """Statements of columns that are there already. ``ids``: those of the rows, when somebody has computed them."""
        made = cls.__new__(cls)
        made._begin(columns, length, ids)
        return made

    def _begin(self, columns: Mapping[str, Sequence[Any]], length: int, ids: Sequence[str] | None) -> None:
        self._length, self._ids = length, ids
        self.columns: Mapping[str, Sequence[Any]] = {
            name: columns[name] if name in columns else Same(_SILENT.get(name), length) for name in _FIELDS
        }
        self._told = tuple((name, columns[name]) for name in _FIELDS if name in columns)

    @property
    def ids(self) -> Sequence[str]:
        """The id of every row, computed at most once."""
        if self._ids is None:
            self._ids = [row.id for row in self]
        return self._ids

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Statement:  # type: ignore[override]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        said = {name: value for name, column in self._told if (value := column[index]) is not None}
        row = Statement(**said)
        if self._ids is not None:
            row.remember(self._ids[index])
        return row

    def __iter__(self) -> Iterator[Statement]:
        return map(self.__getitem__, range(self._length))

    def said(self, name: str) -> Iterator[tuple[int, Any]]:
        """The rows in which a field is filled, by place; nothing is looked at where none is."""
        column = self.columns[name]
        if isinstance(column, Same):
            return iter([(n, column[n]) for n in range(self._length)] if self._length and column[0] else ())
        return ((n, value) for n, value in enumerate(column) if value)

    def worded(self, words: Collection[str], places: Iterable[int] | None = None) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The rows whose ``extra`` has one of some words, by place. In a store it is text, of which few cells have to be read."""
        column, marks = self.columns["extra"], [f'"{word}"' for word in words]
        cells = column.cells if isinstance(column, Made) else column
        for n in range(self._length) if places is None else places:
            cell = cells[n]
            if cell and not (isinstance(cell, str) and not any(mark in cell for mark in marks)):
                extra = column[n]
                if any(word in extra for word in words):
                    yield n, extra
