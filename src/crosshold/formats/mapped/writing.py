"""Statements written as a table: CSV, a workbook or Parquet, by the ending of the file's name. No cell is a formula."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.formats.mapped.own import table_of
from crosshold.formats.mapped.rows import escaped
from crosshold.model.exact import is_number
from crosshold.model.register import Register

MOST_ROWS, MOST_CELL = 1_048_576, 32_767
"""What a sheet of a workbook holds."""
_EXACT = 10**15
"""Whole numbers up to here are the same number in a spreadsheet."""
Cells = Sequence[str | int | None]


def write(register: Register, target: Path) -> list[Finding]:
    """Write the statements. ``RequestError`` for an ending that is no table, and for what a workbook cannot hold."""
    columns, rows, lost = table_of(register)
    suffix = target.suffix.lower()
    if suffix == ".csv":
        _csv(target, columns, rows)
    elif suffix == ".xlsx":
        _xlsx(target, columns, rows)
    elif suffix == ".parquet":
        _parquet(target, columns, rows)
    else:
        message = f"{target.name}: a table ends in .csv, .xlsx or .parquet."
        raise RequestError(Finding("E_FORMAT", message, "Choose one of these endings.", target.name))
    return lost


def _safe(cell: str | int | None) -> str | int | None:
    return escaped(cell) if isinstance(cell, str) and not is_number(cell) else cell


def _csv(target: Path, columns: list[str], rows: Iterable[Cells]) -> None:
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)  # ends lines with CR LF, and so quotes cells with either of them
        writer.writerow(columns)
        writer.writerows([_safe(cell) for cell in row] for row in rows)


def _xlsx(target: Path, columns: list[str], rows: Iterable[Cells]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(target), options)
    try:
        sheet = book.add_worksheet("statements")
        sheet.write_row(0, 0, columns)
        sheet.freeze_panes(1, 0)
        for n, row in enumerate(rows, 1):
            if n >= MOST_ROWS:
                raise _too_large(f"more than {MOST_ROWS - 1:,} statements", target)
            _fill(sheet, n, row, target)
    except RequestError:
        book.close()
        target.unlink()
        raise
    book.close()


def _fill(sheet: Any, number: int, row: Cells, target: Path) -> None:
    for k, cell in enumerate(row):
        if isinstance(cell, int) and abs(cell) <= _EXACT:
            sheet.write_number(number, k, cell)
        elif cell is not None:
            text = str(_safe(str(cell)))
            if len(text) > MOST_CELL:
                raise _too_large(f"a text of {len(text):,} characters", target)
            sheet.write_string(number, k, text)


def _too_large(what: str, target: Path) -> RequestError:
    return RequestError(Finding("E_FORMAT", f"{what} do not fit into a workbook.", "Write .csv or .parquet.", target.name))


def _parquet(target: Path, columns: list[str], rows: Iterable[Cells]) -> None:
    import duckdb

    kinds = dict.fromkeys(columns, "VARCHAR") | {name: "BIGINT" for name in ("shares", "votes") if name in columns}
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".crosshold-") as folder:
        lines = Path(folder) / "rows.jsonl"
        with lines.open("w", encoding="utf-8") as out:
            for row in rows:
                out.write(
                    json.dumps({n: v for n, v in zip(columns, row, strict=True) if v is not None}, ensure_ascii=False) + "\n"
                )
        made = Path(folder) / "table.parquet"
        asked = (
            f"SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{listed}}}, maximum_object_size = 67108864)"
        )
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
            place = str(made).replace("'", "''")
            connection.execute(f"COPY ({asked}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)", [str(lines)])
        made.replace(target)
