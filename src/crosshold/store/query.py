"""Questions in SQL to a register folder: DuckDB over its parts, read only, with no way to another file or the network."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.store.columns import COLUMNS
from crosshold.store.writer import connect

if TYPE_CHECKING:
    from crosshold.store.parquet import ParquetStore


class Table(NamedTuple):
    """The names of columns, and the rows."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def query(store: ParquetStore, text: str, most: int | None = None) -> Table:
    """The answer to one SELECT about the tables ``statements``, ``entities``, ``sources``, ``findings``, ``picks`` and ``imports``.

    ``most`` rows at most. ``E_SQL`` for anything else than one SELECT, and for what DuckDB does not understand or may not read.
    """
    import duckdb

    with closing(connect(store.folder / "spill-query")) as db:
        parts = {kind: [str(Path(path).resolve()) for path in store.paths(kind)] for kind in COLUMNS}
        db.execute("SET allowed_paths = ?", [[path for paths in parts.values() for path in paths]])
        for kind, columns in COLUMNS.items():
            db.execute(f"CREATE VIEW {kind} AS {_rows(parts[kind], columns)}")
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        try:
            statements = db.extract_statements(text)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                message = "one SELECT is a question; nothing else is done."
                raise RequestError(Finding("E_SQL", message, "Write one SELECT.", "query"))
            cursor = db.execute(statements[0])
            names = tuple(column[0] for column in cursor.description or ())
            return Table(names, cursor.fetchall() if most is None else cursor.fetchmany(most))
        except duckdb.Error as error:
            why = str(error).strip().splitlines()[0][:300]
            cure = f"The tables are {', '.join(COLUMNS)}."
            raise RequestError(Finding("E_SQL", f"{why.rstrip('.!')}.", cure, "query")) from None


def _rows(paths: list[str], columns: Any) -> str:
    """A view of parts; an empty table of the same columns where there are none."""
    if paths:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        return f"SELECT * FROM read_parquet([{listed}])"
    return "SELECT " + ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items()) + " LIMIT 0"
