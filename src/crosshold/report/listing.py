"""What the printed answers of the measures share: their heads, names, amounts, and tables that are cut where they get long."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from crosshold.model.columns import ById, Columns
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, fixed
from crosshold.report.tables import paragraph, table

WIDTH = 108
MOST = 40  # rows of one table on a terminal
FLOAT = "float:"
Number = Fraction | float | int | None
Make = Callable[[Any], Mapping[str, Any]]


class FileTitles:
    """What the printed answers ask of a Snapshot, of a file of numbers: its name."""

    currency = ""
    at = ""

    def __init__(self, title: str) -> None:
        self.title = self.case = Path(title).name

    def name(self, entity: str) -> str:
        """Names of a file are what it calls them."""
        return entity


def name(snapshot: Snapshot, entity: str) -> str:
    """A party as it is printed: its name with its id, or the unidentified holders of a company."""
    if entity.startswith(FLOAT):
        return f"unidentified holders of {entity.removeprefix(FLOAT)}"
    called = snapshot.name(entity)
    return entity if called == entity else f"{called} ({entity})"


def names(snapshot: Snapshot, entities: Iterable[str], nobody: str = "nobody") -> str:
    """Several of them."""
    return ", ".join(name(snapshot, entity) for entity in entities) or nobody


def head(snapshot: Snapshot, what: str, settings: Mapping[str, Any], *keys: str) -> list[str]:
    """What was asked of which case or file, and the choices that were made."""
    said = ", ".join(f"{key} {settings[key]}" for key in keys if settings.get(key) is not None)
    title = snapshot.title or snapshot.case
    first = f"{title}, {snapshot.at}" if snapshot.at else title
    return [first, *paragraph(f"{what} ({said})" if said else what, WIDTH), ""]


def listing(
    rows: Sequence[Any], make: Make, headers: Mapping[str, str], *,
    shares: Collection[str] = (), keep: Collection[str] = (), nothing: str = "Nothing to show.", most: int = MOST,
    of: int | None = None,
) -> list[str]:  # fmt: skip
    """The first rows as a table, and how many are left (``of`` so many, by default of ``rows``); ``make`` turns a row into cells."""
    if not len(rows):
        return [nothing]
    shown = [make(rows[k]) for k in range(min(most, len(rows)))]
    told = table(shown, headers, shares=shares, width=WIDTH, keep=keep).splitlines()
    left = (len(rows) if of is None else of) - len(shown)
    return [*told, f"... {count(left)} more rows; --out FILE takes the whole answer"] if left > 0 else told


def lively(rows: Sequence[Any], amount: Callable[[Any], Number], of: int | None = None) -> int:
    """How many rows of a ranked list (``of`` so many) to show: all of a short one, of a long one those that do not say 0."""
    whole = len(rows) if of is None else of
    return MOST if whole <= MOST else max(1, sum(amount(row) != 0 for row in rows[:MOST]))


def leading(amounts: Mapping[str, Number], most: int = MOST) -> list[str]:
    """The names with the largest amounts, unknown ones last; of a register only as many become names as are asked for."""
    if isinstance(amounts, ById):
        order = np.argsort(-np.nan_to_num(amounts.array, nan=-np.inf), kind="stable")
        return [amounts.name(k) for k in order[:most].tolist()]
    return sorted(amounts, key=lambda name: (amounts[name] is None, -(amounts[name] or 0), name))[:most]


def largest(rows: Sequence[Any], key: str, then: Callable[[Any], Any] | None = None) -> Sequence[Any]:
    """Rows with the largest number first, unknown ones last; of large answers only as many become rows as are looked at."""
    if isinstance(rows, Columns):
        order = np.argsort(-np.nan_to_num(rows.arrays[key], nan=-np.inf), kind="stable")
        return Columns(rows._row, {k: array[order] for k, array in rows.arrays.items()}, rows.words)

    def place(row: Any) -> Any:
        value = getattr(row, key)
        return (value is None, -(value or 0), then(row) if then else ())

    return sorted(rows, key=place)


class Money:
    """How the amounts of one table are printed: in millions where they are large, and in which unit."""

    def __init__(self, amounts: Iterable[Number] | Mapping[str, Number], settings: Mapping[str, Any]) -> None:
        if isinstance(amounts, ById):
            most = float(np.nanmax(np.abs(amounts.array), initial=0.0))
        else:
            given = amounts.values() if isinstance(amounts, Mapping) else amounts
            most = max((abs(float(x)) for x in given if x is not None), default=0.0)
        self._size, self._digits = (10**6, 1) if most >= 10**7 else (1, 2)
        currency = settings.get("money", "")
        self.unit = f"{currency} million".strip() if self._size > 1 else currency
        self.said = self.unit or "the unit of the input"

    def __call__(self, amount: Number) -> Decimal | None:
        """An amount as a cell."""
        return None if amount is None else Decimal(fixed(Fraction(amount) / self._size, self._digits).replace(",", ""))

    def text(self, amount: Number) -> str:
        """An amount within a sentence."""
        return "unknown" if amount is None else f"{self(amount):,} {self.unit}".strip()

    def of(self, column: str) -> str:
        """A column's name with its unit."""
        return f"{column}, {self.unit}" if self.unit else column
