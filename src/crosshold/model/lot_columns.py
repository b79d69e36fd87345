"""The columns behind :class:`crosshold.model.lots.Lots`: checked once, shared by every edit, with an index by issuer and by holder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.model.lot import DEFAULT, NAMES, WHOLE, Lot, negative, refuse_negative
from crosshold.model.lot_intake import checked, constant, packed
from crosshold.model.result import Coded


class Index:
    """The rows of every word of a column, in row order; ``words`` stand in the order in which rows first name them."""

    def __init__(self, column: Coded) -> None:
        self.words, self.code, size = column.words, column.code, len(column.code)
        # Sorting code and row as one number is several times faster than a stable argsort.
        key = self.code[self.code >= 0].astype(np.int64) * size + np.flatnonzero(self.code >= 0)
        key.sort()
        code = key // max(size, 1)
        self.order: NDArray[np.int64] = key - code * size
        self.start: NDArray[np.int64] = np.searchsorted(code, np.arange(len(self.words) + 1))

    @cached_property
    def place(self) -> dict[str, int]:
        """The number of every word."""
        return {word: k for k, word in enumerate(self.words)}

    def rows(self, word: str) -> NDArray[np.int64]:
        """The rows of a word; none where no row names it."""
        k = self.place.get(word)
        return self.order[:0] if k is None else self.order[self.start[k] : self.start[k + 1]]


class LotColumns:
    """Columns of one length that cannot be written to. In whole-number ones -1 is "not said"; text is objects or words by number.

    A column with one value for all rows costs nothing, and so do ids that the source does not have: row k is ``l{k + 1}``.
    """

    def __init__(self, columns: dict[str, NDArray[Any] | Coded], size: int, *, named: bool) -> None:
        self.size, self.named, self._columns = size, named, columns
        self._decoded: dict[str, NDArray[Any]] = {}
        self._codes: dict[str, Coded] = {}
        self._indices: dict[str, Index] = {}
        self._seen: dict[int, Lot] = {}
        self._blank = [None if name in WHOLE else DEFAULT[name] for name in NAMES]
        self._live: list[tuple[int, Any, Sequence[str] | None, bool]] = []
        for k, name in enumerate(NAMES):
            stored = columns.get(name)
            if isinstance(stored, Coded):
                self._live.append((k, stored.code, stored.words, False))
            elif stored is not None and stored.strides == (0,) and size:
                value = stored[0]
                self._blank[k] = (None if value < 0 else int(value)) if name in WHOLE else value
            elif stored is not None:
                self._live.append((k, stored, None, name in WHOLE))

    @classmethod
    def of_lots(cls, rows: Sequence[Lot]) -> LotColumns:
        """The columns of given lots; ``E_NEG_QTY`` for the first with a negative count."""
        refuse_negative(rows)
        return cls({n: packed(n, [getattr(row, n) for row in rows]) for n in NAMES}, len(rows), named=True)

    @classmethod
    def of_columns(cls, given: dict[str, Any]) -> LotColumns:
        """Columns as a source has them, checked; see :meth:`crosshold.model.lots.Lots.from_columns`."""
        columns, size = checked(given)
        made = cls(columns, size, named="id" in columns)
        for name in WHOLE:
            for row in np.flatnonzero(made.column(name) < -1)[:1].tolist():
                raise negative(made.id_of(row))
        return made

    def stored(self, name: str) -> NDArray[Any] | Coded:
        """A column as it is kept."""
        if name not in self._columns:
            if name == "id":
                return self.column("id")
            self._columns[name] = constant(name, DEFAULT[name], self.size)
        return self._columns[name]

    def column(self, name: str) -> NDArray[Any]:
        """One column; in the whole-number ones -1 stands for "not said"."""
        if name not in self._decoded:
            if name == "id" and not self.named:
                found = np.fromiter((f"l{k}" for k in range(1, self.size + 1)), object, self.size)
            else:
                stored = self.stored(name)
                found = _decoded(stored) if isinstance(stored, Coded) else stored
            found.setflags(write=False)
            self._decoded[name] = found
        return self._decoded[name]

    def codes(self, name: str) -> Coded:
        """A column of text as numbers of words, the words in the order of their first row, without those that no row has."""
        if name not in self._codes:
            self._codes[name] = _compact(self.stored(name))
        return self._codes[name]

    def by(self, name: str) -> Index:
        """The rows of every word of a column; made once."""
        if name not in self._indices:
            self._indices[name] = Index(self.codes(name))
        return self._indices[name]

    @cached_property
    def twins(self) -> NDArray[np.int64]:
        """The number, as a holder, of every issuer; -1 for one that holds nothing."""
        issuers, holders = self.codes("issuer"), self.by("holder")
        stored = self._columns["issuer"], self._columns["holder"]
        if isinstance(stored[0], Coded) and isinstance(stored[1], Coded) and stored[0].words is stored[1].words:
            number = np.full((2, len(stored[0].words)), -1, dtype=np.int64)
            number[0, stored[1].code] = holders.code
            number[1, stored[0].code] = issuers.code
            found = np.empty(len(issuers.words), dtype=np.int64)
            here = np.flatnonzero(number[1] >= 0)
            found[number[1, here]] = number[0, here]
            return found
        get = holders.place.get
        return np.fromiter((get(name, -1) for name in issuers.words), np.int64, len(issuers.words))

    def lot(self, row: int) -> Lot:
        """One row, made when it is first looked at."""
        found = self._seen.get(row)
        if found is None:
            found = self._seen[row] = self.view(row)
        return found

    def view(self, row: int) -> Lot:
        """One row, not kept."""
        values = self._blank.copy()
        if not self.named:
            values[0] = f"l{row + 1}"
        for k, column, words, whole in self._live:
            value = column[row]
            if words is not None:
                value = words[int(value)] if value >= 0 else None
            elif whole:
                value = None if value < 0 else int(value)
            values[k] = value
        return Lot(*values)  # type: ignore[arg-type]

    def id_of(self, row: int) -> str:
        """The id of a row."""
        return str(self.column("id")[row]) if self.named else f"l{row + 1}"

    @cached_property
    def _rows(self) -> dict[str, int]:
        return dict(zip(self.column("id").tolist(), range(self.size), strict=True))

    def row_of(self, lot: str) -> int | None:
        """The row with an id, if there is one."""
        if self.named:
            return self._rows.get(lot)
        number = lot[1:]
        known = lot[:1] == "l" and number.isascii() and number.isdigit() and number[0] != "0" and int(number) <= self.size
        return int(number) - 1 if known else None

    def repeated(self) -> list[str]:
        """Ids of rows whose id an earlier row has."""
        if not self.named or len(set(ids := self.column("id").tolist())) == self.size:
            return []
        seen: set[str] = set()
        return [name for name in ids if name in seen or seen.add(name)]  # type: ignore[func-returns-value]

    @cached_property
    def lowest(self) -> NDArray[np.int64]:
        """The lowest possible count of shares of every row."""
        low = self.stored("low")
        assert not isinstance(low, Coded)
        shares = self.column("shares")
        return shares if self.size and low.strides == (0,) and low[0] < 0 else np.where(low >= 0, low, shares)

    def sums(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The lowest counts of every issuer added up, and which sums do not fit into 62 bits and so are wrong."""
        issuer = self.codes("issuer")
        rough = np.bincount(issuer.code, self.lowest, len(issuer.words))
        exact = np.zeros(len(issuer.words), dtype=np.int64)
        np.add.at(exact, issuer.code, self.lowest)
        return exact, rough >= 2**62


def _decoded(column: Coded) -> NDArray[Any]:
    words = np.empty(len(column.words) + 1, dtype=object)
    words[:-1] = list(column.words)
    found: NDArray[Any] = words[column.code]  # -1, nothing said, is the last
    return found


def _compact(column: NDArray[Any] | Coded) -> Coded:
    """The words that rows have, in the order of their first row, and their numbers."""
    if not isinstance(column, Coded) and len(column) and column.strides == (0,):
        words = [] if column[0] is None else [column[0]]
        return Coded(np.broadcast_to(np.int64(len(words) - 1), len(column)), words)
    if not isinstance(column, Coded):
        values = column.tolist()
        place = {word: k for k, word in enumerate(dict.fromkeys(values)) if word is not None}
        if len(place) < len(set(values)):  # None was among them
            place = {word: k for k, word in enumerate(place)}
        return Coded(np.fromiter((place.get(v, -1) for v in values), np.int64, len(values)), list(place))
    code, there, size = column.code, column.words, len(column.code)
    first = np.full(len(there) + 1, size, dtype=np.int64)
    first[code[::-1]] = np.arange(size - 1, -1, -1)  # of several rows the last written, the first of the column, stays
    used = np.flatnonzero(first[:-1] < size)
    used = used[np.argsort(first[used])]
    number = np.full(len(there) + 1, -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    # A tuple of text is nothing for the garbage collector to walk through again and again, a list of millions is.
    return Coded(number[code], tuple([there[k] for k in used.tolist()]))
