"""Columns of lots as a source has them, checked and packed: whole numbers in int64, text as objects or as numbers of words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.model.lot import DEFAULT, NAMES, NEEDED, WHOLE
from crosshold.model.result import Coded

MOST = 2**63 - 1


def checked(given: dict[str, Any]) -> tuple[dict[str, NDArray[Any] | Coded], int]:
    """Columns by name, all of one length; a negative count is left as -2. ``C_BAD_VALUE`` for what is no column of lots."""
    if unknown := [n for n in given if n not in NAMES]:
        raise _bad(f"lots have no column {', '.join(unknown)}.", f"Known: {', '.join(NAMES)}.")
    if missing := [n for n in NEEDED if given.get(n) is None]:
        raise _bad(f"lots need the column {', '.join(missing)}.", "Add it.")
    size = len(_values(given["shares"]))
    columns: dict[str, NDArray[Any] | Coded] = {}
    for name, values in given.items():
        if values is None or (name not in WHOLE and isinstance(values, (str, bool))):
            columns[name] = constant(name, DEFAULT[name] if values is None else values, size)
            continue
        if len(_values(values)) != size:
            raise _bad(f"the column {name} has {len(_values(values)):,} rows, shares has {size:,}.", "Give one value a row.")
        columns[name] = _whole(name, values) if name in WHOLE else _text(name, values)
    if given.get("id") is None:
        columns.pop("id", None)
    return columns, size


def constant(name: str, value: Any, size: int) -> NDArray[Any]:
    """A column with one value for all rows, which takes no room."""
    if name in WHOLE:
        return np.broadcast_to(np.int64(-1 if value is None else value), size)
    cell = np.empty((), dtype=object)
    cell[()] = value
    return np.broadcast_to(cell, size)


def _bad(message: str, cure: str) -> RequestError:
    return RequestError(Finding("C_BAD_VALUE", message, cure, "lots"))


def _values(column: Any) -> Any:
    return column.code if isinstance(column, Coded) else column


def packed(name: str, values: list[Any]) -> NDArray[Any]:
    """The column of a list of values, ``None`` where nothing is said."""
    default = DEFAULT[name]
    if name not in ("id", *NEEDED) and values.count(default) == len(values):
        return constant(name, default, len(values))
    if name in WHOLE:
        try:
            column: NDArray[Any] = np.array([-1 if v is None else v for v in values], dtype=np.int64)
        except OverflowError:
            raise _bad(f"a count in the column {name} is above {MOST:,}.", "Counts are below 2**63.") from None
    else:
        column = np.fromiter(values, object, len(values))
    column.setflags(write=False)
    return column


def _whole(name: str, values: Any) -> NDArray[np.int64]:
    """A column of counts; a masked array or a list with ``None`` leaves some unsaid. A negative one is marked with -2."""
    if not isinstance(values, np.ndarray):
        values = list(values)
        if not all(v is None or (isinstance(v, (int, np.integer)) and not isinstance(v, bool)) for v in values):
            raise _bad(f"the column {name} holds something that is no whole number.", "Give whole numbers.")
        return packed(name, [v if v is None or v >= 0 else -2 for v in values])
    if values.dtype.kind not in "iu" or values.ndim != 1:
        raise _bad(f"the column {name} is an array of {values.dtype}.", "Give whole numbers in one dimension.")
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.asarray(values)
    if plain.dtype == np.uint64 and len(plain) and plain.max() > MOST:
        raise _bad(f"a count in the column {name} is above {MOST:,}.", "Counts are below 2**63.")
    column = plain.astype(np.int64)
    column[column < 0] = -2
    if mask is not None:
        column[mask] = -1
    column.setflags(write=False)
    return column


def _text(name: str, values: Any) -> NDArray[Any] | Coded:
    """A column of words. An issuer or holder that nobody names is a fault."""
    if isinstance(values, Coded):
        code = np.array(values.code)
        if len(code) and (code.max() >= len(values.words) or code.min() < (0 if name in NEEDED else -1)):
            raise _bad(f"the column {name} has numbers that stand for no word.", "Number the words from 0.")
        code.setflags(write=False)
        return Coded(code, values.words)
    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if name in ("id", *NEEDED) and not all(isinstance(v, str) for v in plain):
        raise _bad(f"the column {name} holds something that is no text.", "Give ids as text.")
    return packed(name, plain)
