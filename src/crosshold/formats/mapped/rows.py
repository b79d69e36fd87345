"""The rows of a table, whatever kind of file it is: CSV text, a sheet of a workbook, or Parquet.

A table is read twice, once to see what its columns are and once for its rows; nothing of it is kept between.
"""

from __future__ import annotations

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from crosshold.errors import Finding
from crosshold.formats.intake import HEAD, Input
from crosshold.formats.xlsx import Day, Number, Sheet, Workbook
from crosshold.model.exact import is_number

LOOK_AHEAD = 60
"""Rows in which the header is looked for."""


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would take for a formula."""


def escaped(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would compute it; also where it would lose its own apostrophe again."""
    return f"'{text}" if text.lstrip("'")[:1] in FORMULA and text.lstrip("'") else text


def unescaped(cell: str) -> str:
    """The text behind :func:`escaped`."""
    plain = cell.lstrip("'")
    return cell[1:] if plain != cell and plain[:1] in FORMULA and plain else cell


class Row(NamedTuple):
    """A row: where it is, its cells, its text in a file of text, a fault (code, text), and whether it is hidden."""

    where: str
    cells: list[str]
    raw: str | None = None
    fault: tuple[str, str] | None = None
    hidden: bool = False

    def told(self, names: Sequence[str]) -> str:
        """The row for the file of rejects: its text, or its cells by the names of their columns as JSON."""
        if self.raw is not None:
            return self.raw
        width = max(len(names), len(self.cells))
        keys = (names[n] if n < len(names) else f"column {n + 1}" for n in range(width))
        return json.dumps({key: str(cell) for key, cell in zip(keys, self.cells, strict=False) if cell}, ensure_ascii=False)


def from_rows(raws: Iterable[str]) -> str:
    """A table of rows that were rejected from others and mended: JSON of named cells, or CSV text with its header as the first of them."""
    raws = list(raws)
    try:
        rows = [json.loads(raw) for raw in raws]
    except ValueError:
        return "\n".join([*raws, ""])
    if not all(isinstance(row, dict) for row in rows):
        return "\n".join([*raws, ""])
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([escaped(str(row.get(name, ""))) for name in names] for row in rows)
    return out.getvalue()


class Table(ABC):
    """Rows that can be gone through more than once. ``notes`` is what had to be found out about the file."""

    def __init__(self, source: Input) -> None:
        self.source = source
        self.notes: list[Finding] = []
        self.header: list[str] | None = None  # names of columns that the file itself knows
        self.epoch = date(1899, 12, 30)

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every row, in its order."""

    def start(self) -> list[Row]:
        """The first rows."""
        found = []
        for row in self.rows():
            found.append(row)
            if len(found) == LOOK_AHEAD:
                break
        return found


class SheetTable(Table):
    """One sheet of a workbook."""

    def __init__(self, source: Input, wanted: str | None = None) -> None:
        super().__init__(source)
        self.workbook = Workbook(source)
        self.epoch = self.workbook.since
        sheets = self.workbook.sheets
        if wanted is not None:
            chosen = [s for s in sheets if s.name == wanted]
            if not chosen:
                raise source.fault(f"it has no sheet {wanted!r}.", f"It has: {', '.join(s.name for s in sheets)[:500]}.")
        else:
            chosen = [s for s in sheets if s.visible and any(row.cells for row in self.workbook.rows(s))]
            if not chosen:
                raise source.fault("no sheet that is shown has a cell.", "Name a hidden one in the mapping: 'sheet:'.")
        self.others = [s.name for s in chosen[1:]]
        self.sheet: Sheet = chosen[0]

    def rows(self) -> Iterator[Row]:
        """The rows that are written in the sheet."""
        for row in self.workbook.rows(self.sheet):
            cells = [unescaped(cell) if cell[:1] == "'" else cell for cell in row.cells]
            yield Row(f"{self.sheet.name}!{row.number}", cells, hidden=row.hidden)


class ParquetTable(Table):
    """A Parquet file, read with DuckDB; its columns have names of their own and typed values."""

    def rows(self) -> Iterator[Row]:
        """The rows in the file's order, the names of the columns first."""
        import duckdb

        from crosshold.formats.holdings_query import Session

        try:
            with Session(self.source.path, threads=1, ordered=True) as session:
                found = session.connection.execute("SELECT * FROM read_parquet(?)", [session.file])
                names = [str(column[0]) for column in found.description or ()]
                self.header = names
                yield Row("columns", names)
                number = 0
                while rows := found.fetchmany(10_000):
                    for values in rows:
                        number += 1
                        yield Row(f"row {number}", [_typed(value) for value in values])
        except duckdb.Error as error:
            said = str(error).splitlines()[0][:300]
            raise self.source.fault(f"it cannot be read as Parquet ({said}).", "Write it again.") from None


def _typed(value: Any) -> str:
    """A value of a typed column as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        text = str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else str(value)
        return Number(text) if is_number(text) else text  # NaN and infinity stay text, and no number
    if isinstance(value, datetime):
        return Day(value.date().isoformat())
    if isinstance(value, date):
        return Day(value.isoformat())
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def is_parquet(source: Input) -> bool:
    """By its first bytes."""
    return not source.path.is_dir() and source.head[:4] == b"PAR1"


def table(source: Input, sheet: str | None = None, encoding: str | None = None, separator: str | None = None) -> Table:
    """The table that a file is. ``FileError`` when it is none."""
    from crosshold.formats.mapped.csv_rows import CsvTable

    if source.workbook:
        return SheetTable(source, sheet)
    head = source.head[:HEAD]
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise source.fault("it is a workbook of the old kind, or an encrypted one.", "Save it as .xlsx without a password.")
    if is_parquet(source):
        return ParquetTable(source)
    return CsvTable(source, encoding, separator)
