"""Answers of millions of rows as a file: columns go to DuckDB as arrays, ids as numbers and one long text, and never as Python rows."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.model.result import Coded, Column

if TYPE_CHECKING:
    import duckdb

FORMS = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet, COMPRESSION zstd"}
MEMORY = "1200MB"
WORDS = 100_000  # ids that travel as one text
FORMULA = r"^[=+\-@\t\r]"  # text that a spreadsheet would run gets a leading apostrophe, as in every CSV we write


def write_columns(columns: Mapping[str, Column], target: Path, *, threads: int | None = None) -> Path:
    """Write columns of one length as ``.parquet`` or ``.csv``; the file appears whole or not at all. E_FORMAT, E_WRITE."""
    form = FORMS.get(target.suffix.lower())
    if form is None:
        message = f"a table is not written as {target.suffix or target.name!r}."
        raise RequestError(Finding("E_FORMAT", message, "End the name in .parquet or .csv.", str(target)))
    import duckdb

    with appearing(target) as part, tempfile.TemporaryDirectory(prefix="crosshold-", ignore_cleanup_errors=True) as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=config) as connection:
            if threads is not None:
                connection.execute("SET threads = ?", [threads])
            query = _query(connection, columns, escape=target.suffix.lower() == ".csv")
            place = str(part).replace("'", "''")
            try:
                connection.execute(f"COPY ({query}) TO '{place}' ({form})")
            except duckdb.IOException as error:
                raise _unwritable(target, str(error).splitlines()[0]) from None
            except RuntimeError as error:
                if "interrupted" in str(error).lower():
                    raise KeyboardInterrupt from None
                raise
    return target


@contextlib.contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A new file in a folder of its own beside ``target``, moved there in the end and removed on any failure."""
    if target.is_dir():
        raise _unwritable(target, "it is a folder")
    try:
        folder = tempfile.TemporaryDirectory(prefix=".crosshold-", dir=target.parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise _unwritable(target, str(error.strerror)) from None
    with folder as name:
        part = Path(name) / f"part{target.suffix.lower()}"
        yield part
        try:
            part.replace(target)
        except OSError as error:
            raise _unwritable(target, str(error.strerror)) from None


def _unwritable(target: Path, why: str) -> RequestError:
    message = f"nothing can be written there ({why})."
    return RequestError(
        Finding("E_WRITE", message, "Name a file in a folder that exists and that you may write to.", str(target))
    )


def _query(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Column], *, escape: bool) -> str:
    """A query for the columns in their order; coded ones meet their words in DuckDB."""
    plain: dict[str, Any] = {}
    tables: dict[int, str] = {}
    cells, joins = [], []
    for k, (name, column) in enumerate(columns.items()):
        text = f"c{k}"
        if isinstance(column, Coded):
            plain[f"c{k}"] = np.asarray(column.code)
            if id(column.words) not in tables:
                tables[id(column.words)] = _words(connection, column.words, f"words{len(tables)}")
            joins.append(f" LEFT JOIN {tables[id(column.words)]} AS w{k} ON w{k}.k = c{k}")
            text = f"w{k}.word"
        elif isinstance(column, list):
            plain[f"c{k}"] = _array(column)
        else:
            plain[f"c{k}"] = column
        is_text = isinstance(column, Coded) or plain[f"c{k}"].dtype.kind in "OU"
        if escape and is_text:
            text = f"CASE WHEN regexp_matches({text}, '{FORMULA}') THEN '''' || {text} ELSE {text} END"
        cells.append(f'{text} AS "{name}"')
    length = len(next(iter(plain.values()))) if plain else 0
    connection.register("given", {**plain, "place": np.arange(length)})
    return f"SELECT {', '.join(cells)} FROM given{''.join(joins)} ORDER BY place"


def _array(values: list[Any]) -> np.ndarray[Any, Any]:
    """A Python list as an array that DuckDB takes: numbers as they are, anything else as text."""
    if all(isinstance(value, bool) for value in values) or all(type(value) is int and abs(value) < 2**63 for value in values):
        return np.array(values)
    if values and all(value is None or not isinstance(value, (str, list, tuple, Mapping)) for value in values):
        return np.array([np.nan if value is None else float(value) for value in values])
    text = np.empty(len(values), dtype=object)
    text[:] = [", ".join(map(str, v)) if isinstance(v, (list, tuple)) else None if v is None else str(v) for v in values]
    return text


def _words(connection: duckdb.DuckDBPyConnection, words: Sequence[str], table: str) -> str:
    """A table ``(word, k)`` of all words: each hundred thousand travel as one text, split at null characters, which no id has."""
    connection.execute(f"CREATE TABLE {table} (word VARCHAR, k INTEGER)")
    for first in range(0, len(words), WORDS):
        text = "\0".join(words[first : first + WORDS])
        connection.execute(
            f"INSERT INTO {table} SELECT unnest(part), CAST(? + generate_subscripts(part, 1) - 1 AS INTEGER)"
            " FROM (SELECT string_split(?, chr(0)) AS part)",
            [first, text],
        )
    return table
