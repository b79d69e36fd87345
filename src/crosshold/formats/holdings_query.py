"""One DuckDB connection for one table of holdings: fenced in, bounded in memory, and stopped by Ctrl-C.

What stands in the file is data everywhere: paths, ids and words travel as parameters, and columns are known by their numbers.
"""

from __future__ import annotations

import contextlib
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from crosshold.formats.holdings_header import Layout, fault

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[float], None]

MEMORY = "1500MB"  # what DuckDB may keep in memory; the rest waits on disk
LARGEST = 2**62
WHOLE = r"'\s*[0-9]+(\.0)?\s*'"  # "1.0" is what a table programme makes of 1; "1.000" and "1e3" can be read in two ways
INVISIBLE = " \t\n\v\f\r\u00a0\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x2010)))
DECIMALS = 30  # of a fraction or percentage that are read exactly; twelve of the fraction count
DECIMAL = r"'\s*([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?\s*'"


class Session:
    """A connection that can open one file and nothing else, and a folder of its own for what does not fit into memory."""

    def __init__(self, path: Path, *, threads: int | None = None, ordered: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="crosshold-", ignore_cleanup_errors=True)
        try:
            self.file = self._plain_name(path.resolve())
            self.connection = self._connected(threads, ordered)
        except BaseException:
            self._folder.cleanup()
            raise

    def _connected(self, threads: int | None, ordered: bool) -> duckdb.DuckDBPyConnection:
        import duckdb

        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(Path(self._folder.name) / "spill"),
            "preserve_insertion_order": ordered,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        connection = duckdb.connect(":memory:", config=config)
        if threads is not None:
            connection.execute("SET threads = ?", [threads])
        connection.execute("SET enable_progress_bar = true")  # counted, for our own bar, and not printed
        connection.execute("SET enable_progress_bar_print = false")
        connection.execute("SET allowed_paths = ?", [[self.file]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def _plain_name(self, path: Path) -> str:
        """The file by a name that DuckDB does not take for a pattern, and that is text."""
        if not any(character in "*?[" or "\ud800" <= character <= "\udfff" for character in str(path)):
            return str(path)
        suffix = next(suffix for suffix in (".csv.gz", ".csv", ".parquet") if path.name.lower().endswith(suffix))
        link = Path(self._folder.name) / f"table{suffix}"
        link.symlink_to(path)
        return str(link)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self._folder.cleanup()

    def rows(self, query: str, values: Sequence[Any] = (), progress: Progress | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query; of one that makes a table, nothing worth looking at."""
        return cast(list[tuple[Any, ...]], self._work(lambda: self.connection.execute(query, list(values)).fetchall(), progress))

    def arrays(self, query: str, values: Sequence[Any] = (), progress: Progress | None = None) -> dict[str, np.ndarray[Any, Any]]:
        """The columns of a query as arrays; those with empty cells are masked."""
        found = self._work(lambda: self.connection.execute(query, list(values)).fetchnumpy(), progress)
        return cast(dict[str, np.ndarray[Any, Any]], found)

    def _work(self, work: Callable[[], Any], progress: Progress | None) -> Any:
        return interruptible(self.connection, work, progress)


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Any], progress: Progress | None = None) -> Any:
    """Do it in another thread, so that Ctrl-C ends the query at once and ``progress`` (0 to 1) can be told."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            while not wait([future], 0.1).done:
                if progress is not None:
                    progress(max(0.0, connection.query_progress()) / 100)
            return future.result()
        except BaseException:
            connection.interrupt()
            raise


def load_duckdb() -> None:
    """Import DuckDB in another thread: Ctrl-C in the middle of the import would make its native code abort the process."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(import_module, "duckdb").result()


@contextlib.contextmanager
def interrupts() -> Iterator[None]:
    """Ctrl-C as Python knows it, where DuckDB met it first."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise


@contextlib.contextmanager
def reading(layout_path: Path) -> Iterator[None]:
    """What DuckDB says about a file that it cannot read, as one fault of the file."""
    load_duckdb()
    import duckdb

    try:
        with interrupts():
            yield
    except duckdb.OutOfMemoryException as error:
        message = f"this table does not fit: {_first(error)}."
        raise fault(layout_path, "C_FILE", message, "Free some space on the disk for temporary files.") from None
    except duckdb.Error as error:
        if "invalid state" in str(error):
            message = "the lines of this table do not all end alike, or quotes are mixed up."
            cure = 'Save it again as CSV: one kind of line end, text with quotes as "a ""quoted"" word".'
            raise fault(layout_path, "C_SYNTAX", message, cure) from None
        raise fault(layout_path, "C_FILE", f"this table cannot be read: {_first(error)}.", "Save it again.") from None
    except (EOFError, zlib.error, OSError) as error:  # it went away, or changed, while it was read
        raise fault(layout_path, "C_FILE", f"this file cannot be read ({error}).", "Check the file.") from None
    except UnicodeError:
        raise fault(layout_path, "C_FILE", "this is not UTF-8 text.", "Save it as UTF-8.") from None


def _first(error: Exception) -> str:
    return str(error).splitlines()[0].strip().rstrip(".") if str(error).strip() else type(error).__name__


def parquet_columns(session: Session) -> list[tuple[str, str]]:
    """``(name, type)`` of the columns of a Parquet file."""
    return [(str(row[0]), str(row[1])) for row in session.rows("DESCRIBE SELECT * FROM read_parquet(?)", [session.file])]


def source(layout: Layout, session: Session) -> tuple[str, list[Any]]:
    """The used columns as text, by their known names, and the parameters of that query."""
    if layout.is_parquet:
        quoted = {name: '"' + layout.columns[k].replace('"', '""') + '"' for name, k in layout.place.items()}
        cells = ", ".join(f"CAST({column} AS VARCHAR) AS {name}" for name, column in quoted.items())
        return f"SELECT {cells} FROM read_parquet(?)", [session.file]
    cells = ", ".join(f"c{k} AS {name}" for name, k in layout.place.items())
    types = ", ".join(f"'c{k}': 'VARCHAR'" for k in range(len(layout.columns)))
    how = "auto_detect = false, header = true, all_varchar = true, quote = '\"', escape = '\"', store_rejects = true"
    return f"SELECT {cells} FROM read_csv(?, delim = ?, columns = {{{types}}}, {how})", [session.file, layout.separator]


def bare(name: str) -> str:
    """SQL for an id without blanks and invisible characters around it."""
    return f"trim({name}, '{INVISIBLE}')"


def number(layout: Layout, name: str) -> str:
    """SQL for a column as a whole number below 2**62, NULL where it is none or out of range."""
    if name in ("share", "percent"):
        most, digits = (1, DECIMALS - 12) if name == "share" else (100, DECIMALS - 10)
        exact = f"TRY_CAST({name} AS DECIMAL(38, {DECIMALS}))"
        units = f"CAST(replace(CAST({exact} AS VARCHAR), '.', '') AS HUGEINT)"
        fits = f"regexp_full_match({name}, {DECIMAL}) AND {exact} BETWEEN 0 AND {most}"
        return f"CASE WHEN {fits} THEN CAST({units} // {10**digits} AS BIGINT) END"
    value = f"TRY_CAST({name} AS BIGINT)"
    return (  # most numbers are what their value would be written as, which is the faster test
        f"CASE WHEN CAST({value} AS VARCHAR) = {name} THEN CASE WHEN {value} BETWEEN 0 AND {LARGEST - 1} THEN {value} END"
        f" WHEN regexp_full_match({name}, {WHOLE}) AND {value} < {LARGEST} THEN {value} END"
    )


def cut(layout: Layout) -> str:
    """SQL that is true where a fraction has more decimals than are kept."""
    if layout.size == "shares":
        return "false"
    digits = DECIMALS - (12 if layout.size == "share" else 10)
    exact = f"TRY_CAST({layout.size} AS DECIMAL(38, {DECIMALS}))"
    return f"coalesce(CAST(replace(CAST({exact} AS VARCHAR), '.', '') AS HUGEINT) % {10**digits} <> 0, false)"


def numbers(layout: Layout) -> list[str]:
    """The columns that must hold a number in every row."""
    return [name for name in (layout.size, "total", "votes", "votes_total") if name in layout.place]
