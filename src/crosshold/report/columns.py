"""Answers of millions of rows as a file: columns go to DuckDB as arrays, ids as numbers and one long text, and never as Python rows."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.formats.holdings_query import interruptible, interrupts, load_duckdb
from crosshold.kernels.text import words_at
from crosshold.model.ids import Ids
from crosshold.model.result import Coded, Column

if TYPE_CHECKING:
    import duckdb

FORMS = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet, COMPRESSION zstd"}
MEMORY = "1200MB"
PART = 100_000  # rows that travel at a time
FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"  # text that a spreadsheet would run gets a leading apostrophe, as in every CSV we write


def write_columns(columns: Mapping[str, Column], target: Path) -> Path:
    """Write columns of one length as ``.parquet`` or ``.csv``; the file appears whole or not at all. E_FORMAT, E_WRITE."""
    form = FORMS.get(target.suffix.lower())
    if form is None:
        message = f"a table is not written as {target.suffix or target.name!r}."
        raise RequestError(Finding("E_FORMAT", message, "End the name in .parquet or .csv.", str(target)))
    load_duckdb()
    import duckdb

    with appearing(target) as part, tempfile.TemporaryDirectory(prefix="crosshold-", ignore_cleanup_errors=True) as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("SET enable_progress_bar = false")  # DuckDB would print its own on an interpreter's prompt
            place = str(part).replace("'", "''")
            parts = _fill(connection, columns, escape=target.suffix.lower() == ".csv")
            copy = f"COPY ({' UNION ALL '.join(f'FROM {name}' for name in parts)}) TO '{place}' ({form})"
            interruptible(connection, lambda: connection.execute(copy))
    return target


@contextlib.contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A new file in a folder of its own beside ``target``, moved there in the end and removed on any failure. E_WRITE."""
    load_duckdb()
    import duckdb

    try:
        if target.is_dir():
            raise _unwritable(target, "it is a folder")
        folder = tempfile.TemporaryDirectory(prefix=".crosshold-", dir=target.parent, ignore_cleanup_errors=True)
    except (OSError, ValueError) as error:  # a null character in the name is a ValueError
        raise _unwritable(target, _reason(error)) from None
    with folder as name:
        part = Path(name) / f"part{target.suffix.lower()}"
        try:
            with interrupts():
                yield part
            part.replace(target)
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise _unwritable(target, _reason(error)) from None


def _reason(error: Exception) -> str:
    """The system's own words; DuckDB packs them into what it says."""
    packed = re.search(r': ([^:"]+)"?,"errno"', str(error))
    return packed.group(1) if packed else getattr(error, "strerror", None) or str(error).splitlines()[0]


def _unwritable(target: Path, why: str) -> RequestError:
    message = f"nothing can be written there ({why})."
    return RequestError(
        Finding("E_WRITE", message, "Name a file in a folder that exists and that you may write to.", str(target))
    )


def _fill(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Column], *, escape: bool) -> list[str]:
    """Tables of the columns, one for each part of the rows in their order, made by as many threads as DuckDB has."""
    arrays = {name: _array(column) if isinstance(column, list) else column for name, column in columns.items()}
    length = max((len(c.code) if isinstance(c, Coded) else len(c) for c in arrays.values()), default=0)
    starts = range(0, max(length, 1), PART)
    ((threads,),) = connection.execute("SELECT current_setting('threads')").fetchall()
    with ThreadPoolExecutor(min(int(threads), len(starts))) as pool:
        made = [pool.submit(_part, connection.cursor(), arrays, first, min(first + PART, length), escape) for first in starts]
        try:
            return [future.result() for future in made]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _part(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Any], first: int, stop: int, escape: bool) -> str:
    """One part of the rows as a table: words travel as one text for each column, numbers as arrays. Returns its name."""
    texts: list[str] = []
    given: dict[str, Any] = {"part": np.arange(first, stop)}
    split, cells = [], []
    for k, (name, column) in enumerate(columns.items()):
        cell = f"c{k}"
        if isinstance(column, Coded) and (column.code[first:stop] < 0).all():
            cell = "CAST(NULL AS VARCHAR)"
        elif isinstance(column, Coded):
            texts.append(_joined(column, first, stop))
            split.append(f"unnest(string_split(${len(texts)}, chr(0))) AS c{k}")
            cell = f"nullif(c{k}, '')"
        else:
            given[f"c{k}"] = column[first:stop]
            cell = f"CAST(c{k} AS VARCHAR)" if column.dtype.kind == "O" else cell
        if escape and (isinstance(column, Coded) or column.dtype.kind == "O"):
            cell = f"CASE WHEN regexp_matches({cell}, '{FORMULA}') THEN chr(39) || {cell} ELSE {cell} END"
        cells.append(f'{cell} AS "{name.replace(chr(34), chr(34) * 2)}"')
    table = f"rows_{first}"
    with connection:
        connection.register("given", given)
        words = f" POSITIONAL JOIN (SELECT {', '.join(split)})" if split else ""
        connection.execute(f"CREATE TABLE {table} AS SELECT {', '.join(cells)} FROM given{words} WHERE part IS NOT NULL", texts)
    return table


def _joined(column: Coded, first: int, stop: int) -> str:
    """The words of one part of the rows, with a null character between them, which no id has; no word is no text."""
    code = np.asarray(column.code[first:stop])
    if isinstance(column.words, Ids):
        return words_at(*column.words.packed, code).tobytes().decode()
    return "\0".join(column.words[k] if k >= 0 else "" for k in code.tolist())


def _array(values: list[Any]) -> np.ndarray[Any, Any]:
    """A Python list as an array that DuckDB takes: numbers as they are, anything else as text."""
    if all(isinstance(value, bool) for value in values) or all(type(value) is int and abs(value) < 2**63 for value in values):
        return np.array(values)
    if values and all(value is None or not isinstance(value, (str, list, tuple, Mapping)) for value in values):
        return np.array([np.nan if value is None else float(value) for value in values])
    text = np.empty(len(values), dtype=object)
    text[:] = [None if value is None else str(cell(value)) for value in values]
    return text


def cell(value: Any) -> Any:
    """One value as a table in a file takes it: exact fractions as numbers, lists and mappings as one text."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {cell(item)}" for key, item in value.items())
    return ", ".join(str(cell(item)) for item in value) if isinstance(value, (list, tuple)) else value
