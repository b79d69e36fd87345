"""What every result of a measure has in common: columns, JSON, a few printed lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding

SHOWN = 20  # rows that a printed result shows


def plain(value: Any, *, exact: bool = False) -> Any:
    """``value`` in the types of JSON. Fractions become numbers, or strings "a/b" when ``exact``; money (``Decimal``) strings."""
    if isinstance(value, Fraction):
        return str(value) if exact else float(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Finding):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): plain(item, exact=exact) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict(), exact=exact)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), exact=exact) for f in fields(value) if f.repr}
    if isinstance(value, (set, frozenset, Sequence)) and not isinstance(value, str):  # rows of large answers are sequences too
        return [plain(item, exact=exact) for item in value]
    return value


class Coded(NamedTuple):
    """A column of words as numbers: row k says ``words[code[k]]``, and nothing where the code is -1. Millions of rows stay small."""

    code: NDArray[np.integer]
    words: Sequence[str]


Column = NDArray[Any] | Coded | list[Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """Base of the results. ``settings`` names every choice that was made, ``findings`` what a reader should know.

    A result defines ``row``, a named tuple, and ``rows`` of it, which are its table. Fields that are not shown by ``repr`` stay out
    of JSON.
    """

    settings: Mapping[str, Any]
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    row: ClassVar[Any]  # the named tuple of a row
    shares: ClassVar[tuple[str, ...]] = ()  # columns printed as percent

    def _rows(self) -> Sequence[Any]:
        return getattr(self, "rows", ())

    def with_findings(self, more: Iterable[Finding]) -> Self:
        """The same result with more to tell; repeated findings are kept once."""
        return replace(self, findings=tuple(dict.fromkeys((*self.findings, *more))))

    def table(self) -> dict[str, list[Any]]:
        """Columns by name, all of one length; every column is there also when there are no rows."""
        rows = self._rows()
        return {name: [row[k] for row in rows] for k, name in enumerate(self.row._fields)}

    def columns(self) -> Mapping[str, Column]:
        """The whole answer as columns of one length, for writing; results of millions of rows give arrays and never make rows."""
        return self.table()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: the settings, then every field, then the findings. ``exact`` keeps fractions as strings "a/b"."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.repr and f.name != "settings"}
        settings = {key: str(item) if isinstance(item, Fraction) else plain(item) for key, item in self.settings.items()}
        return {**settings, **plain(own, exact=exact), "findings": plain(self.findings)}

    def __str__(self) -> str:
        said = ", ".join(f"{key} {value}" for key, value in self.settings.items() if value is not None)
        lines = [f"{type(self).__name__} ({said})"]
        rows = self._rows()
        if rows:
            names = self.row._fields
            cells = [[_cell(value, name in self.shares) for name, value in zip(names, row, strict=True)] for row in rows[:SHOWN]]
            widths = [max(len(line[k]) for line in [list(names), *cells]) for k in range(len(names))]
            lines += [
                "  " + "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in [names, *cells]
            ]
        if len(rows) > SHOWN:
            lines.append(f"  ... {len(rows) - SHOWN} more rows")
        return "\n".join([*lines, *(f"  {finding}" for finding in self.findings)])


def _cell(value: Any, share: bool) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, (Fraction, float)):
        return f"{float(value) * 100:.3f} %" if share else f"{float(value):,.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return str(value)
