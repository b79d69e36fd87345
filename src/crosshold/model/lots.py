"""Lots in columns, and edits of them that cost what they touch; a :class:`Lot` is a view of one row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from crosshold.model.lot import NAMES, WHOLE, Lot, refuse_negative
from crosshold.model.lot_columns import Index, LotColumns
from crosshold.model.result import Coded

FEW = 5000
"""So many lots of an edit, or a quarter of all, are kept beside the columns; then the columns are made anew."""
Pieces = dict[int, tuple[Lot, ...]]


class Lots(Sequence[Lot]):
    """Lots in register order, by position. Columns are arrays that cannot be written to; an edit shares them.

    An edit keeps, beside the columns, what stands in the place of some of their rows: one lot, several (a lot split in place) or none.
    What was added stands in the place of the row after the last.
    """

    def __init__(self, lots: Iterable[Lot]) -> None:
        self._start(LotColumns.of_lots(list(lots)), {})

    @classmethod
    def from_columns(cls, *, issuer: Any, holder: Any, shares: Any, id: Any = None, **more: Any) -> Lots:
        """Lots from columns named as the fields of :class:`Lot`; what is left out is "not said" in all rows and costs nothing.

        A column of text is a sequence, one word for all rows, or a :class:`~crosshold.model.result.Coded`; one of counts is an array of
        whole numbers (masked where not said) or a sequence. Without ``id`` the rows are ``l1``, ``l2`` and so on. A negative count is
        ``E_NEG_QTY``; lengths that differ, numbers that are not whole, or above 2**63, are ``C_BAD_VALUE``.

        >>> lots = Lots.from_columns(issuer="A", holder=["X", "Y"], shares=[60, 40])
        >>> lots[1].id, lots[1].holder, lots[1].shares
        ('l2', 'Y', 40)
        """
        return cls._made(LotColumns.of_columns({"issuer": issuer, "holder": holder, "shares": shares, "id": id, **more}), {})

    @classmethod
    def _made(cls, base: LotColumns, edits: Pieces) -> Lots:
        made = cls.__new__(cls)
        made._start(base, edits)
        return made

    def _start(self, base: LotColumns, edits: Pieces) -> None:
        self._base, self._edits = base, edits
        self._edited_by: dict[str, dict[str, list[int]]] = {}
        self._rows = sorted(edits)
        # how far rows after the first k edited ones have moved
        self._moved = [0]
        for row in self._rows:
            self._moved.append(self._moved[-1] + len(edits[row]) - (row < base.size))
        self._places = [row + moved for row, moved in zip(self._rows, self._moved, strict=False)]

    # -- columns ---------------------------------------------------------------------------------------------------------------
    @cached_property
    def columns(self) -> LotColumns:
        """The columns; those of an edit are put together when they are first asked for."""
        if not self._edits:
            return self._base
        base, size = self._base, self._base.size
        kept = np.ones(size, dtype=bool)
        kept[[row for row in self._rows if row < size]] = False
        # Rows and pieces are put one after the other and then brought into their order.
        pieces = [(row, k, lot) for row in self._rows for k, lot in enumerate(self._edits[row])]
        at = np.append(np.flatnonzero(kept), np.array([row for row, _, _ in pieces], dtype=np.int64))
        order = np.argsort(at, kind="stable")
        added = LotColumns.of_lots([lot for _, _, lot in pieces])
        found: dict[str, NDArray[Any] | Coded] = {}
        for name in NAMES:
            old, new = base.stored(name), added.stored(name)
            if isinstance(old, Coded):
                place = {word: k for k, word in enumerate(old.words)}
                more = [place.setdefault(word, len(place)) for word in new.tolist()] if not isinstance(new, Coded) else []
                found[name] = Coded(np.append(old.code[kept], np.array(more, dtype=np.int64))[order], list(place))
                continue
            assert not isinstance(new, Coded)
            same = {id(side[0]) if name not in WHOLE else int(side[0]) for side in (old, new) if len(side)}
            if len(same) != 1 or any(len(side) and side.strides != (0,) for side in (old, new)):
                column = np.concatenate([old[kept], new])[order]
                column.setflags(write=False)
                found[name] = column
            else:
                found[name] = np.broadcast_to((old if size else new)[:1].reshape(()), len(order))
        return LotColumns(found, len(order), named=True)

    def column(self, name: str) -> NDArray[Any]:
        """One column; in the whole-number ones -1 stands for "not said"."""
        return self.columns.column(name)

    def codes(self, name: str) -> Coded:
        """A column of text as numbers of words, the words in the order of their first row."""
        return self.columns.codes(name)

    def by(self, name: str) -> Index:
        """The rows of every word of a column of text; made once."""
        return self.columns.by(name)

    # -- rows ------------------------------------------------------------------------------------------------------------------
    def __len__(self) -> int:
        return self._base.size + self._moved[-1]

    @overload
    def __getitem__(self, index: int) -> Lot: ...
    @overload
    def __getitem__(self, index: slice) -> Lots: ...
    def __getitem__(self, index: int | slice) -> Lot | Lots:
        if isinstance(index, slice):
            return Lots(self[k] for k in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row, piece = self._find(index % len(self))
        return self._base.lot(row) if piece is None else self._edits[row][piece]

    def __iter__(self) -> Iterator[Lot]:
        look = self._base.lot if self._base.size <= FEW else self._base.view  # many are not kept
        done = 0
        for row in self._rows:
            yield from map(look, range(done, row))
            yield from self._edits[row]
            done = row + 1
        yield from map(look, range(done, self._base.size))

    def _find(self, position: int) -> tuple[int, int | None]:
        """The row of the columns at a position, and the place among what stands in its place."""
        k = bisect_right(self._places, position) - 1
        if k < 0:
            return position, None
        row, past = self._rows[k], position - self._places[k]
        count = len(self._edits[row])
        return (row, past) if past < count else (row + 1 + past - count, None)

    def _position(self, row: int) -> int:
        """Where a row of the columns, or what stands in its place, begins."""
        return row + self._moved[bisect_left(self._rows, row)]

    def position(self, lot: str) -> int | None:
        """The position of a lot by its id."""
        row = self._base.row_of(lot)
        if row is not None and row not in self._edits:
            return self._position(row)
        return self._pieces_by_id.get(lot)

    @cached_property
    def _pieces_by_id(self) -> dict[str, int]:
        return {lot.id: self._position(row) + k for row in self._rows for k, lot in enumerate(self._edits[row])}

    def _edited(self, column: str, word: str) -> Sequence[int]:
        """The edited rows with a piece that says a word in a column."""
        if column not in self._edited_by:
            found = self._edited_by[column] = {}
            for row in self._rows:
                for name in dict.fromkeys(getattr(lot, column) for lot in self._edits[row]):
                    found.setdefault(name, []).append(row)
        return self._edited_by[column].get(word, ())

    def _kept(self, issuer: str, holder: str | None = None) -> NDArray[np.int64]:
        """The rows of the columns of an issuer that no edit has touched."""
        rows = self._base.by("issuer").rows(issuer)
        if holder is not None:
            whose = self._base.by("holder")
            rows = rows[whose.code[rows] == whose.place.get(holder, -2)]
        return self._untouched(rows)

    def _untouched(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return rows[np.isin(rows, self._rows_edited, invert=True)] if self._edits and len(rows) else rows

    @cached_property
    def _rows_edited(self) -> NDArray[np.int64]:
        return np.array(self._rows, dtype=np.int64)

    def positions(self, issuer: str, holder: str | None = None) -> list[int]:
        """Where the lots of an issuer, of one holder when given, stand, in order."""
        found = self._now_at(self._kept(issuer, holder))
        for row in self._edited("issuer", issuer):
            first = self._position(row)
            pieces = enumerate(self._edits[row])
            found += [first + k for k, lot in pieces if lot.issuer == issuer and holder in (None, lot.holder)]
        return sorted(found) if self._edits else found

    def beside(self, column: str, word: str, other: str) -> set[str]:
        """What the lots that say a word in a column of text say in another one; no lot is made for it."""
        rows, there = self._untouched(self._base.by(column).rows(word)), self._base.by(other)
        found = {there.words[k] for k in set(there.code[rows].tolist()) if k >= 0}
        for row in self._edited(column, word):
            found |= {getattr(lot, other) for lot in self._edits[row] if getattr(lot, column) == word}
        return found - {None}

    def names(self, column: str, word: str) -> bool:
        """Whether a column of text says a word in some lot."""
        return bool(self._edited(column, word)) or bool(len(self._untouched(self._base.by(column).rows(word))))

    def _now_at(self, rows: NDArray[np.int64]) -> list[int]:
        """The positions of rows that no edit has touched."""
        moved = np.array(self._moved)[np.searchsorted(self._rows_edited, rows)] if self._edits else 0
        found: list[int] = (rows + moved).tolist()
        return found

    def lowest(self, issuer: str) -> dict[str | None, int]:
        """The lowest possible counts of an issuer's lots added up, by class."""
        rows = self._kept(issuer)
        found: dict[str | None, int] = {}
        names = self._base.column("share_class")[rows].tolist()
        for name, count in zip(names, self._base.lowest[rows].tolist(), strict=True):
            found[name] = found.get(name, 0) + count
        for lot in (lot for row in self._edited("issuer", issuer) for lot in self._edits[row] if lot.issuer == issuer):
            found[lot.share_class] = found.get(lot.share_class, 0) + lot.bounds[0]
        return found

    # -- edits -----------------------------------------------------------------------------------------------------------------
    def edited(self, changed: Mapping[int, Iterable[Lot]], add: Iterable[Lot] = ()) -> Lots:
        """These lots with others in the place of some, by position: one, several, or none to drop it; ``add`` come last.

        Costs what is touched now and in earlier edits, whatever the size. ``E_NEG_QTY`` for a negative count, ``IndexError`` for a
        position that is not there.

        >>> lots = Lots.from_columns(issuer="A", holder=["X", "Y"], shares=[60, 40])
        >>> [lot.id for lot in lots.edited({0: []}, [Lot("n", "A", "Z", 60)])]
        ['l2', 'n']
        """
        edits, inside = dict(self._edits), dict[int, dict[int, tuple[Lot, ...]]]()
        for position, lots in changed.items():
            if not 0 <= position < len(self):
                raise IndexError(position)
            row, piece = self._find(position)
            new = tuple(lots)
            refuse_negative(new)
            if piece is None:
                edits[row] = new
            else:
                inside.setdefault(row, {})[piece] = new
        for row, pieces in inside.items():
            edits[row] = tuple(lot for k, old in enumerate(self._edits[row]) for lot in pieces.get(k, (old,)))
        if last := tuple(add):
            refuse_negative(last)
            edits[self._base.size] = (*edits.get(self._base.size, ()), *last)
        made = Lots._made(self._base, edits)
        if sum(map(len, edits.values())) + len(edits) > max(FEW, self._base.size // 4):
            return Lots._made(made.columns, {})
        return made

    def touched(self, before: Lots) -> set[str] | None:
        """Issuers whose lots are not the same objects as before; ``None`` when the columns are others, and any may differ."""
        if self._base is not before._base:
            return None
        found: set[str] = set()
        for row in {*self._edits, *before._edits}:
            now, then = (side._edits.get(row) for side in (self, before))
            if now is not then:
                same = {id(lot) for lot in now or ()} & {id(lot) for lot in then or ()}
                old = [self._base.lot(row)] if row < self._base.size and None in (now, then) else []
                found.update(lot.issuer for lot in (*(now or ()), *(then or ()), *old) if id(lot) not in same)
        return found

    def repeated(self, *, edits_only: bool = False) -> list[str]:
        """Ids of lots whose id another lot has already; of the lots of edits alone where those of the columns are known to differ."""
        if not edits_only:
            return self.columns.repeated()
        seen, found = set[str](), list[str]()
        for lot in (lot for row in self._rows for lot in self._edits[row]):
            row_there = self._base.row_of(lot.id)
            if lot.id in seen or (row_there is not None and row_there not in self._edits):
                found.append(lot.id)
            seen.add(lot.id)
        return found
