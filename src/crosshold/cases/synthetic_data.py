"""What :func:`crosshold.cases.synthetic_register` returns: columns, their text, and a file of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import FileError, Finding

KINDS = ("company", "person", "fund")
LETTERS = ("C", "P", "F")
SPELLINGS = ("as it is", "small letter", "letter O for the first zero", "second id")


@dataclass(frozen=True, eq=False)
class SyntheticRegister:
    """A register as arrays; row k says that entity ``holder[k]`` holds ``weight[k]`` shares of company ``issuer[k]``.

    ``total`` (int64) are the shares issued by each entity, 0 for persons and funds; ``kind`` (int8) its place in ``KINDS``; ``spelling``
    (int8) how row k writes its holder, a place in ``SPELLINGS``. Rows come company by company. ``settings`` name every choice.
    """

    holder: NDArray[np.int32]
    issuer: NDArray[np.int32]
    weight: NDArray[np.int64]
    total: NDArray[np.int64]
    kind: NDArray[np.int8]
    spelling: NDArray[np.int8]
    settings: Mapping[str, Any]

    @property
    def entities(self) -> int:
        """Number of entities; they are numbered from 0."""
        return len(self.total)

    @property
    def holdings(self) -> int:
        """Number of rows."""
        return len(self.weight)

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(column.nbytes for column in self._columns().values())

    def _columns(self) -> dict[str, NDArray[Any]]:
        names = ("holder", "issuer", "weight", "total", "kind", "spelling")
        return {name: getattr(self, name) for name in names}

    def ids(self) -> NDArray[np.str_]:
        """The text of each entity: the letter of its kind and its number, ``C0001234``, ``P0000007``, ``F0000012``."""
        width = self._digits
        text = np.empty((self.entities, 1 + width), dtype=np.uint32)
        text[:, 0] = np.array([ord(letter) for letter in LETTERS], dtype=np.uint32)[self.kind]
        number = np.arange(self.entities)
        for place in range(width, 0, -1):
            text[:, place] = ord("0") + number % 10
            number //= 10
        return text.view(f"<U{1 + width}").ravel()

    @property
    def _digits(self) -> int:
        return max(7, len(str(self.entities - 1)))

    def digest(self) -> str:
        """SHA-256 of every column, in little-endian bytes: equal digests are equal registers."""
        state = hashlib.sha256()
        for name, column in self._columns().items():
            state.update(f"{name} {column.dtype.str.lstrip('<=|')} {len(column)}\n".encode())
            state.update(np.ascontiguousarray(column.astype(column.dtype.newbyteorder("<"), copy=False)).data)
        return state.hexdigest()

    def write(self, path: str | Path) -> Path:
        """Write the rows to ``path``, as CSV or Parquet by its suffix, and return it.

        Columns: ``holder``, ``issuer`` (text), ``shares``, ``total`` (shares issued by the issuer), ``holder_kind``. A respelt row has the
        text its clerk wrote, not the one of :meth:`ids`. DuckDB does the writing. C_FORMAT: another suffix.
        """
        path = Path(path)
        form = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet, COMPRESSION zstd"}.get(path.suffix.lower())
        if form is None:
            message = f"A synthetic register is not written as '{path.suffix}'."
            raise FileError(Finding("C_FORMAT", message, "End the name in .csv or .parquet.", str(path)))
        import duckdb

        rows = {
            "holder": self.holder,
            "issuer": self.issuer,
            "shares": self.weight,
            "total": self.total[self.issuer],
            "kind": self.kind[self.holder],
            "spelling": self.spelling,
        }
        target = str(path).replace("'", "''")
        with duckdb.connect(config={"preserve_insertion_order": True}) as connection:
            connection.register("rows", rows)
            connection.execute(f"COPY ({_select(self._digits)}) TO '{target}' ({form})")
        return path


def _select(digits: int) -> str:
    """The query that turns numbers into the text of :meth:`SyntheticRegister.ids`, or into a misspelt one."""
    holder = f"substr('CPF', kind + 1, 1) || printf('%0{digits}d', holder)"
    zero = f"regexp_replace({holder}, '0', 'O')"
    spelt = f"CASE spelling WHEN 0 THEN {holder} WHEN 1 THEN lower({holder}) WHEN 2 THEN {zero} ELSE {holder} || '-2' END"
    kind = f"CASE kind {' '.join(f'WHEN {k} THEN {name!r}' for k, name in enumerate(KINDS))} END"
    issuer = f"printf('C%0{digits}d', issuer)"
    return f"SELECT {spelt} AS holder, {issuer} AS issuer, shares, total, {kind} AS holder_kind FROM rows"
