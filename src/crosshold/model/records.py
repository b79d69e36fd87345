"""Mappings from id to record that are never copied: records made from columns when looked at, and changes laid over a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

T = TypeVar("T")


class Records(Mapping[str, T]):
    """Records of a register by id, each made when it is first asked for. ``columns`` are sequences in the order of ``ids``.

    >>> from crosshold.model.entity import Entity
    >>> Records(Entity, ["A", "B"], {"jurisdiction": ["FR", None]})["A"].jurisdiction
    'FR'
    """

    def __init__(self, make: Callable[..., T], ids: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> None:
        self._make, self._ids, self._columns = make, ids, dict(columns)
        self._seen: dict[str, T] = {}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self._ids)}

    def __getitem__(self, name: str) -> T:
        if name not in self._seen:
            k = self._place[name]
            self._seen[name] = self._make(name, **{key: column[k] for key, column in self._columns.items()})
        return self._seen[name]

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def where(self, name: str, value: Any) -> list[str]:
        """The ids whose column says a value."""
        column = self._columns.get(name, ())
        return [self._ids[k] for k, said in enumerate(column) if said == value]

    def fields(self, names: Sequence[str], ids: Iterable[str]) -> list[list[Any]]:
        """Some fields of some records without making them, as the columns have them; ``None`` where there is no such id."""
        places = list(map(self._place.get, ids))
        found = []
        for name in names:
            column = self._columns.get(name)
            default = None if column else next(f.default for f in fields(self._make) if f.name == name)  # type: ignore[arg-type]
            found.append([None if k is None else column[k] if column else default for k in places])
        return found


class Overlay(Mapping[str, T]):
    """A mapping with some entries new or other than in ``base``. Neither is copied or written to, so neither may change afterwards.

    >>> dict(Overlay({"A": 1, "B": 2}, {"B": 3, "C": 4}))
    {'A': 1, 'B': 3, 'C': 4}
    """

    def __init__(self, base: Mapping[str, T], changes: Mapping[str, T]) -> None:
        if isinstance(base, Overlay):
            changes = {**base.changes, **changes}
            base = base.base
        self.base: Mapping[str, T] = base
        self.changes: Mapping[str, T] = dict(changes)
        self._new = [name for name in self.changes if name not in base]

    def __getitem__(self, name: str) -> T:
        return self.changes[name] if name in self.changes else self.base[name]

    def __contains__(self, name: object) -> bool:
        return name in self.changes or name in self.base

    def __iter__(self) -> Iterator[str]:
        return chain(self.base, self._new)

    def __len__(self) -> int:
        return len(self.base) + len(self._new)


def touched(now: Mapping[str, Any], before: Mapping[str, Any]) -> set[str] | None:
    """The ids whose records are not the same objects as before; ``None`` when the mappings do not share their base."""
    if now is before:
        return set()
    base, changes = _laid_over(now)
    old_base, old_changes = _laid_over(before)
    if base is not old_base:
        return None
    return {name for name in {*changes, *old_changes} if now.get(name) is not before.get(name)}


def _laid_over(records: Mapping[str, T]) -> tuple[Mapping[str, T], Mapping[str, T]]:
    return (records.base, records.changes) if isinstance(records, Overlay) else (records, {})


def fields_of(records: Mapping[str, Any], names: Sequence[str], ids: Sequence[str]) -> list[list[Any]]:
    """Some fields of many records, each as a list, ``None`` where there is no such id; records in columns are not made for it."""
    if isinstance(records, Records):
        return records.fields(names, ids)
    if isinstance(records, Overlay):
        found, changes = fields_of(records.base, names, ids), records.changes
        for k, who in enumerate(ids):
            if who in changes:
                for name, column in zip(names, found, strict=True):
                    column[k] = getattr(changes[who], name)
        return found
    there = list(map(records.get, ids))
    return [[getattr(record, name, None) for record in there] for name in names]


def where(records: Mapping[str, Any], name: str, value: Any) -> set[str]:
    """The ids of the records with a value in a field; records in columns are not made for it."""
    if isinstance(records, Records):
        return set(records.where(name, value))
    if isinstance(records, Overlay):
        return (where(records.base, name, value) - records.changes.keys()) | where(records.changes, name, value)
    return {who for who, record in records.items() if getattr(record, name) == value}
